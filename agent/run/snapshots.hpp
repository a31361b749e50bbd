// SPDX-License-Identifier: Apache-2.0
// A picture that the control centre asked for: the next one of that camera, with its privacy zones covered.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"
#include "agent/run/configuration.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kuzet::run {

/// One thread (home); encoding happens apart.
class Snapshots {
 public:
  using Done = std::function<void(Result<boost::json::object>)>;
  /// Runs `work` on another thread and tells its result at home.
  using Apart = std::function<void(std::function<Result<std::string>()> work, std::function<void(Result<std::string>)> tell)>;

  Snapshots(const Configuration& all, Apart apart) : all_(&all), apart_(std::move(apart)) {}

  /// Another configuration; the one before may go then.
  void adopt(const Configuration& all) { all_ = &all; }

  /// `done` gets {"camera", "taken", "jpeg": base64} once the camera has shown its next picture; never where it shows none.
  void ask(const std::string& camera, Done done);
  void show(const std::string& camera, const Frame& frame);

 private:
  const Configuration* all_;
  Apart apart_;
  std::map<std::string, std::vector<Done>> wanted_;
};

}  // namespace kuzet::run
