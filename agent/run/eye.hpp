// SPDX-License-Identifier: Apache-2.0
// The detectors of one camera: which of them look at a picture, and what they see.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"
#include "agent/run/camera_meter.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/people.hpp"
#include "agent/run/turns.hpp"
#include "vision/scene/quiet.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// What one rule is told: all findings of its kind at this moment.
struct Sighting {
  const Rule* rule = nullptr;  ///< lives as long as its Eye's rules
  std::vector<Finding> findings;
};

struct ZoneObservation {
  std::string zone;
  Observation observation;
};

struct LearnedReference {
  std::string zone;
  vision::Reference reference;
};

/// What one look at one picture gave. A value; it crosses threads.
struct Seen {
  Frame frame;  ///< with the places of people, where the camera covers them
  std::vector<Sighting> sightings;
  std::vector<ZoneObservation> observations;
  std::vector<LearnedReference> learned = {};
  std::optional<std::string> blind = {};  ///< why the view cannot be believed
  std::vector<LookCost> costs = {};
};

/// The rules that follow from a camera's settings, each with an id such as "yard/fire" or "yard/illegal_parking/no_parking".
std::vector<std::vector<Rule>> rules_of(const CameraSettings& camera);

/// Owns a camera's detectors; one thread. Each detector looks as often as it asks for and no oftener than `analyse` allows, by
/// the time of the pictures, so a stream of any rate is looked at evenly.
///
/// While the view is not valid, rules are suspended: nothing is sighted, and nothing is missed. Where pictures still show the
/// place (shaken, turned), observations go on and say so; where they show nothing, nobody but the guard of the view looks.
class Eye {
 public:
  /// What the detector of this name may use on this zone beside the pictures.
  using AidsFor = std::function<vision::Aids(std::string_view detector, const std::string& zone)>;

  explicit Eye(const CameraSettings& camera, AidsFor aids = {});

  /// Gives the open alerts of an earlier run back to the detectors that raised them.
  void resume(const std::vector<Alert>& open);
  /// True when some detector wants to look at a picture of this position.
  [[nodiscard]] bool wants(Duration position) const { return turns().cover(position); }
  /// Which pictures some detector wants now, and once one at `position` will have been looked at.
  [[nodiscard]] Turns turns() const;
  [[nodiscard]] Turns turns_after(Duration position) const;
  /// Every detector whose turn it is looks; with `all` every one.
  Seen look(const Frame& frame, bool all = false);

  /// How often detectors look: 1 each at its own rate, 0 at the least that keeps its promise.
  void allow(float analysis);
  /// Bit n: nobody listens to the n-th detector now, so that its own rates are more than it needs.
  void rest(std::uint64_t watches) { resting_ = watches; }
  /// Whether to find out that nothing moves: where need() is asked.
  void mind_quiet(bool wanted);
  /// How many pictures a second are needed now: while nothing moves and the view can be believed, each detector's `quiet`, or
  /// its least where it sees something that is or may become an alert; else its rate.
  [[nodiscard]] double need() const;
  /// Forgets everything that was seen: the next picture stands alone.
  void reset();

 private:
  struct Place {
    const Watch* watch = nullptr;
    Polygon zone;
    std::unique_ptr<vision::Detector> detector;
    const std::vector<Rule>* rules = nullptr;
    std::size_t number = 0;  // of its watch
    double rate = 0, least = 0;
    Turn turn;
    bool found = false;  // something that is or may become an alert

    [[nodiscard]] bool guards() const { return watch->type->guards; }
  };
  /// Nothing that it could see there means anything now.
  [[nodiscard]] bool idle(const Place& place, bool all) const;
  void look_at(Place& place, Seen& seen);

  AidsFor aids_;
  const std::vector<Watch> watches_;      // of its own: a reload takes away the configuration that they came from
  std::vector<std::vector<Rule>> rules_;  // one list for each watch
  std::vector<Place> places_;             // guards first
  std::optional<std::string> blind_;      // what the guard says
  std::optional<People> people_;          // where the camera covers them
  std::optional<vision::Quiet> quiet_;    // where it is minded
  std::uint64_t resting_ = 0;
};

}  // namespace kuzet::run
