// SPDX-License-Identifier: Apache-2.0
// Cameras that show nothing, as findings: one alert a camera, or one for all that went dark together for the same cause.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/run/configuration.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Knows when each camera last showed a picture and what it said since. A camera that is dark for its `offline_after` is a
/// camera_fault ("offline" in `measure.fault`, with `cause` and `since_s`). Cameras that went dark within a quarter of a minute
/// and give the same cause are one camera_fault of the node (`measure.cameras`): a dead switch is one alert, not five. While it
/// cannot be known yet whether others went with it, the alert waits, at most a quarter of a minute. Pure; one thread.
class OfflineWatch {
 public:
  /// All cameras begin at `now`: who never shows a picture is dark since then.
  OfflineWatch(const std::vector<CameraSettings>& cameras, const Moment& now);

  /// The alerts that were open when the agent stopped: their cameras are dark until they show a picture.
  void resume(const std::vector<Alert>& open);
  /// The camera has shown a picture.
  void shown(const std::string& camera, const Moment& now);
  /// The camera shows nothing, and why, in its driver's words.
  void dark(const std::string& camera, const std::string& cause);

  /// Each rule with what it finds at `now`: to be given to the lifecycle.
  [[nodiscard]] std::vector<std::pair<const Rule*, std::vector<Finding>>> look(const Moment& now);
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  struct Camera {
    Steady last{};      ///< its last picture
    std::string cause;  ///< empty: nothing is known to be wrong
    Duration after{};   ///< offline_after
    std::optional<std::uint64_t> incident;
  };
  /// What is told as one alert.
  struct Incident {
    Steady since{};
    std::string cause;
    bool together = false;  ///< of the node, not of a camera
    std::uint64_t edition = 0;
  };
  using Entry = std::pair<const std::string, Camera>;

  [[nodiscard]] bool due(const Camera& camera, Steady now) const;
  [[nodiscard]] bool went_with(const Camera& camera, Steady since, const std::string& cause) const;
  [[nodiscard]] bool may_still_go(const Camera& camera, Steady since, Steady now) const;
  void join(Camera& camera, std::uint64_t incident);
  void leave(Camera& camera);
  void judge(Entry& entry, Steady now);
  [[nodiscard]] std::vector<std::string> members(std::uint64_t incident) const;
  [[nodiscard]] Finding finding_of(std::uint64_t number, const Incident& incident, const std::vector<std::string>& names,
                                   Steady now) const;

  std::vector<Rule> rules_;  // the node's first
  std::map<std::string, Camera> cameras_;
  std::map<std::uint64_t, Incident> incidents_;
  std::uint64_t next_ = 1;
};

}  // namespace kuzet::run
