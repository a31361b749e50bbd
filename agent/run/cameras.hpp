// SPDX-License-Identifier: Apache-2.0
// The cameras of one agent: opened together, watched, told of in figures, stopped together.
#pragma once

#include "agent/run/camera_thread.hpp"
#include "agent/run/governor.hpp"
#include "agent/run/references.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::run {

/// Lives at home, and is told there what its cameras' threads bring.
class Cameras {
 public:
  struct Hooks {
    std::function<void(const std::string& camera, const Seen&)> seen;
    std::function<void(const std::string& sentence)> said;
    /// A camera shows pictures, or none, and why.
    std::function<void(const std::string& camera, bool online, const std::string& cause)> state;
    /// Whether anybody listens to this rule now.
    std::function<bool(const Rule& rule)> on_duty;
  };
  Cameras(const Configuration& all, const References& references, const Clock& clock, CameraThread::Home home, Hooks hooks);

  /// `known`: the alerts that were open, and what was suspected.
  void open(const std::vector<Alert>& known);
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
  struct Watched {
    std::vector<std::vector<Rule>> rules;
    SharedOrders orders = std::make_shared<Orders>();
    std::unique_ptr<CameraThread> thread;
  };
  void open(const CameraSettings& camera, const std::vector<Alert>& known);
  void seen(const std::string& camera, const Seen& what);

  const Configuration& all_;
  const References& references_;
  const Clock& clock_;
  CameraThread::Home home_;
  Hooks hooks_;
  Governor governor_;
  std::map<std::string, Watched> watched_;    // by the camera's id
  std::map<std::string, std::string> blind_;  // cameras whose view cannot be believed, and why
};

}  // namespace kuzet::run
