// SPDX-License-Identifier: Apache-2.0
// The cameras of one agent: opened together, watched, told of in figures, stopped together.
#pragma once

#include "agent/run/camera_thread.hpp"
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
  };
  Cameras(const Configuration& all, const References& references, const Clock& clock, CameraThread::Home home, Hooks hooks)
      : all_(all), references_(references), clock_(clock), home_(std::move(home)), hooks_(std::move(hooks)) {}

  /// `known`: the alerts that were open, and what was suspected.
  void open(const std::vector<Alert>& known);
  void stop();

  [[nodiscard]] std::size_t size() const { return threads_.size(); }
  /// The cameras' part of health and status.
  [[nodiscard]] boost::json::array about(const Moment& now) const;

 private:
  void open(const CameraSettings& camera, const std::vector<Alert>& known);
  void seen(const std::string& camera, const Seen& what);

  const Configuration& all_;
  const References& references_;
  const Clock& clock_;
  CameraThread::Home home_;
  Hooks hooks_;
  std::map<std::string, std::unique_ptr<CameraThread>> threads_;  // by the camera's id
  std::map<std::string, std::string> blind_;                      // cameras whose view cannot be believed, and why
};

}  // namespace kuzet::run
