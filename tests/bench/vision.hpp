// SPDX-License-Identifier: Apache-2.0
// How well and how cheaply the detectors see: rendered worlds watched as the agent watches cameras, held against their truth.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/run/configuration.hpp"
#include "tests/scenes/world.hpp"
#include "vision/scene/reference.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::bench {

/// The `detect` entries of a camera. Detectors that this program does not have are left out and named.
class Detect {
 public:
  /// `settings`: further ones as YAML, beginning with a comma; those that name a setting the detector lacks are left out.
  Detect& add(std::string_view type, const std::string& zone = {},
              const std::vector<std::pair<std::string, std::string>>& settings = {});
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] double rate() const { return rate_; }

 private:
  std::string text_;
  double rate_ = 1;  // the highest of them
};

struct Step {
  double second = 0;
  AlertEvent event;
};

struct Said {
  double second = 0;
  std::string zone;
  Observation observation;
};

struct Watched {
  std::vector<Step> steps;
  std::vector<Said> said;
  double seconds = 0;
};

/// A board with one camera that looks at this world.
run::Configuration configured(const scenes::World& world, const Detect& detect);

/// The whole world from its first to its last second; `references` belong to every zone.
Watched watch(const scenes::World& world, const Detect& detect, const std::vector<vision::Reference>& references = {});

/// What a technician would keep of this world at that second.
std::vector<vision::Reference> reference_of(const scenes::World& clean, double second);

/// What an alert of one kind has to hold against: truths of this name, each to be told so many seconds after its start.
struct Demand {
  std::string truth;
  Kind kind = Kind::fire;
  double after = 0;
  double early = 4;
  double late = 4;
};

/// Counted over the worlds of one row of the table.
struct Score {
  int wanted = 0, found = 0, false_alarms = 0;
  double seconds = 0;
  std::vector<double> delays;           ///< of what was found, after its demand
  std::vector<std::string> complaints;  ///< what was missed or told wrongly, for engineers
};

void judge(Score& score, const std::string& name, const scenes::World& world, const Watched& watched, const Demand& demand);

struct VisionRequest {
  bool quick = false;
  std::vector<std::string> topics;  ///< empty: all
};

void measure_topics(const VisionRequest& request);
/// False alarms of all detectors at once over hours in which little or nothing happens.
void measure_quiet_hours(const VisionRequest& request);
/// Milliseconds a look against MOG2 on 320x180 grey.
void measure_detectors(const VisionRequest& request);

}  // namespace kuzet::bench
