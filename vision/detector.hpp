// SPDX-License-Identifier: Apache-2.0
// What a detector is: a plugin that looks at pictures of a fixed camera and says what it sees, knowing nothing of the agent.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"
#include "agent/core/hours.hpp"
#include "agent/core/settings.hpp"
#include "vision/scene/objects.hpp"
#include "vision/scene/reference.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::vision {

/// What one look at one picture gave.
struct Look {
  std::vector<Finding> findings;        ///< what is there now; what is missing is not there
  std::vector<Observation> observations;  ///< figures for those who want them
  std::vector<Reference> learned = {};         ///< how the zone looks when all is well: worth keeping over a restart
  /// Why the view cannot be believed now ("covered"); the camera's rules are suspended for so long. Only `view` says so.
  std::optional<std::string> blind = {};
};

/// What a detector may use beside the pictures. All of it is the camera's own and lives as long as the detector.
struct Aids {
  Objects* objects = nullptr;         ///< the object detector; none where the camera has no model
  std::vector<Reference> references;  ///< of the detector's zone, one for each light at most
};

/// One detector on one zone of one camera. Lives in its camera's thread alone. Same pictures in, same looks out: it reads no
/// clock (`Frame::taken`, `Frame::position`), draws no random numbers, writes no file. It never throws on account of a picture:
/// an empty, tiny or huge one gives an empty look.
class Detector {
 public:
  virtual ~Detector() = default;
  virtual Look look(const Frame& frame) = 0;

  /// After a restart: the alerts that are open, as findings with their object number and likeness. Such an object keeps its number
  /// when it is still there. Called once, before the first look.
  virtual void resume(std::span<const Finding> open) { (void)open; }
};

/// When the findings of one kind become alerts (see Rule, which the agent makes of it).
struct RuleTiming {
  Kind kind = Kind::fire;
  Severity severity = Severity::medium;
  Duration confirm{};
  Duration patience{};
  Duration clear{};
  Duration cooldown{};
  double raise = 0.5;
  double keep = 0.3;
  bool close_up = false;  ///< its evidence shows the thing and what is around it, the same part each time; else all of the picture
};

/// A detector whose settings have been read: what rules it has, and how to make it for a zone (the whole picture when none is named).
struct Plan {
  std::string zone;               ///< the zone's name; empty: the whole picture
  std::optional<Severity> severity;  ///< what the technician said instead of the rule's own
  Evidence evidence = Evidence::picture;
  Hours hours;                    ///< when its rules hold; always, where it says nothing
  std::vector<RuleTiming> rules;
  std::function<std::unique_ptr<Detector>(const Polygon& zone, const Aids& aids)> make;
};

/// A kind of detector: one line in detectors.def, one folder.
struct DetectorType {
  std::string_view name;
  std::string_view summary;        ///< plain account of what it sees, what it needs, what fools it
  double rate = 5;   ///< pictures a second it wants to look at
  double least = 5;  ///< pictures a second below which it breaks its promise: a busy board may not shed more
  double quiet = 5;  ///< pictures a second that are enough while nothing moves in the picture and it suspects nothing
  bool needs_zone = false;
  const std::vector<Field>* fields = nullptr;
  /// Reads the settings of one `detect` entry.
  Plan (*plan)(const Node& entry, const std::string& key, Faults& faults) = nullptr;
  /// It judges the view itself: it looks before the others, is heard while the view is not valid, and sees no unrelated stills.
  bool guards = false;
};

/// Settings that every detector shares.
struct CommonOptions {
  std::string type;
  std::string zone;
  std::string severity;
  std::string evidence = "picture";
};

/// Begins each detector's schema: `type`, `zone`, `severity`, `evidence`.
template <class T>
Schema<T> detector_schema(std::initializer_list<settings::Declared<T>> own) {
  Schema<T> schema{
      settings::required(settings::text<T>("type", &T::type, "Which detector this is.")),
      settings::text<T>("zone", &T::zone, "The zone of this camera that it watches; without it, the whole picture."),
      settings::choice<T>("severity", &T::severity, {"", "low", "medium", "high", "critical"},
                          "How grave its alerts are; without it, what the detector says."),
      settings::choice<T>("evidence", &T::evidence, {"picture", "clip", "none"},
                          "What goes with its alerts: pictures, pictures and a short film, or nothing."),
  };
  for (const auto& one : own) schema.add(one);
  return schema;
}

/// All detectors of this program, in the order of detectors.def.
std::span<const DetectorType* const> detector_types();
const DetectorType* find_detector(std::string_view name);

}  // namespace kuzet::vision
