// SPDX-License-Identifier: Apache-2.0
// The cameras of one agent: opened together, watched, told of in figures, stopped together.
#pragma once

#include "agent/run/camera_thread.hpp"
#include "agent/run/governor.hpp"
#include "agent/run/offline_watch.hpp"
#include "agent/run/references.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::run {

/// When each of them counts as offline.
std::vector<Watched> watched_cameras(const Configuration& all);

/// Lives at home, and is told there what its cameras' threads bring; keeps the references that detectors learn.
class Cameras {
 public:
  struct Hooks {
    std::function<void(const std::string& camera, const Seen&)> seen;
    std::function<void(const std::string& sentence)> said;
    /// A camera shows pictures, or none, and why.
    std::function<void(const std::string& camera, bool online, const std::string& cause)> state;
    /// Whether anybody listens to this rule now.
    std::function<bool(const Rule& rule)> on_duty;
    /// Runs `work` on another thread and tells its result at home.
    std::function<void(std::function<Result<KeptReference>()> work, std::function<void(Result<KeptReference>)> tell)> apart;
  };
  Cameras(const Configuration& all, const References& references, const Clock& clock, CameraThread::Home home, Hooks hooks);

  /// `known`: the alerts that were open, and what was suspected.
  void open(const std::vector<Alert>& known);
  /// Another configuration takes the place of the one before, which may go then. A camera goes on as if nothing had happened
  /// when its own settings are the same, its model is the same file, and a technician kept no reference for it since; the
  /// others are stopped, and opened with what the new one says. Returns a sentence for each that does not go on.
  std::vector<std::string> adopt(const Configuration& all, const std::vector<Alert>& known);
  /// Ends all of them; those that hang are left to themselves, see CameraThread::retire().
  void stop();
  /// Those that do not come back from a call.
  [[nodiscard]] std::vector<StuckCamera> stuck(Steady now) const;
  /// Once a second: keeps the agent within its share of the board.
  void tick(const Moment& now);

  [[nodiscard]] std::size_t size() const { return watched_.size(); }
  /// The cameras' part of health and status.
  [[nodiscard]] boost::json::array about(const Moment& now) const;
  /// {limit, used, shed}
  [[nodiscard]] boost::json::object budget() const { return governor_.about(); }

 private:
  struct Running {
    std::string made_of;                       // what it depends on; see made_of()
    std::shared_ptr<vision::Network> network;  // held, so that another one is another pointer
    std::vector<std::vector<Rule>> rules;
    SharedOrders orders = std::make_shared<Orders>();
    std::unique_ptr<CameraThread> thread;
  };
  void open(const CameraSettings& camera, const std::vector<Alert>& known);
  void seen(const std::string& camera, const Seen& what);
  void keep(const std::string& camera, const LearnedReference& learned);
  [[nodiscard]] bool goes_on(const Running& watched, const CameraSettings* next) const;
  /// Settings and the technician's references.
  [[nodiscard]] std::string made_of(const CameraSettings& camera) const;

  const Configuration* all_;
  const References& references_;
  const Clock& clock_;
  CameraThread::Home home_;
  Hooks hooks_;
  Governor governor_;
  std::map<std::string, Running> watched_;    // by the camera's id
  std::map<std::string, std::string> blind_;  // cameras whose view cannot be believed, and why
};

}  // namespace kuzet::run
