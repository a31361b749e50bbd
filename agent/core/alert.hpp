// SPDX-License-Identifier: Apache-2.0
// What detectors find, what rules ask for, and what becomes of both: findings, alerts and their phases.
#pragma once

#include "agent/core/geometry.hpp"
#include "agent/core/hours.hpp"
#include "agent/core/time.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet {

struct Frame;

enum class Kind {
  waste_overflow,
  illegal_parking,
  crowding,
  fire,
  smoke,
  intrusion,
  reading,
  camera_fault,
  node_fault,
  citizen_report,
};
enum class Severity { low, medium, high, critical };
enum class Phase { opened, updated, escalated, closed };
/// What goes with an alert: nothing, pictures, or pictures and a short film.
enum class Evidence { none, picture, clip };

std::string_view name(Kind kind);
std::string_view name(Severity severity);
std::string_view name(Phase phase);
std::string_view name(Evidence evidence);
std::optional<Kind> kind_named(std::string_view text);
std::optional<Severity> severity_named(std::string_view text);
std::optional<Evidence> evidence_named(std::string_view text);

/// What a detector sees at one moment that a rule may care about. A value: no detector state, no clock of its own.
struct Finding {
  Kind kind = Kind::fire;
  std::uint64_t object = 0;  ///< tells apart the things one rule watches; 0 where there is only ever one
  double confidence = 0;     ///< 0..1
  Box box = whole_picture;
  Steady since;                      ///< when it was first there, by the steady clock
  bool since_uncertain = false;      ///< it was there before we looked
  std::optional<Severity> severity;  ///< when it is worse than the rule says
  boost::json::object measure;       ///< figures that belong into the alert, with their unit in the name: {"dwell_s": 60.0}
  std::string likeness;              ///< what it looks like, opaque; given back by Detector::resume after a restart
  /// A picture from before that belongs to the evidence: how it first was, how it last was. Another one than at the last look
  /// only when it is worth storing too.
  std::shared_ptr<const Frame> before = {};
  std::uint64_t edition = 0;  ///< another number than at the last look: the measure has changed so that it is worth a message
  Duration unseen = {};       ///< of the time since then: when nobody could tell; it does not count as confirmation
};

/// What a detector reports whether or not it is an alert: {"observation": what, ...values}.
struct Observation {
  std::string what;
  boost::json::object values;
};

/// When a finding becomes an alert, and when an alert is over. All durations are seconds of steady time.
struct Rule {
  std::string id;  ///< "yard/illegal_parking/no_parking"
  Kind kind = Kind::fire;
  Severity severity = Severity::medium;
  std::string source;     ///< the camera or sensor
  std::string zone;       ///< empty: the whole picture
  Duration confirm{};     ///< seen this long before it is raised
  Duration patience{};    ///< unseen this long at most while it is suspected
  Duration clear{};       ///< unseen this long before it is over
  Duration cooldown{};    ///< after it is over: no new alert about the same thing for this long
  double raise = 0.5;     ///< confidence from which a finding counts
  double keep = 0.3;      ///< confidence from which it still counts once it is raised (hysteresis)
  Hours hours = {};       ///< when it holds
  bool close_up = false;  ///< its pictures show the thing and what is around it
  Evidence evidence = Evidence::picture;
};

/// Everything that is known about one alert at one moment.
struct Alert {
  std::string id;
  Kind kind = Kind::fire;
  Severity severity = Severity::medium;
  std::string source;
  std::string zone;
  std::string rule;
  Moment started;    ///< the cause was first there
  Moment confirmed;  ///< it was raised
  std::optional<Moment> ended;
  bool since_uncertain = false;
  bool ended_uncertain = false;
  double confidence = 0;
  Box box = whole_picture;
  boost::json::object measure;
  std::string likeness;
  std::uint64_t object = 0;
};

/// One step in the life of an alert; what is stored and sent.
struct AlertEvent {
  Phase phase = Phase::opened;
  Alert alert;
  Moment at;
  std::shared_ptr<const Frame> before = {};  ///< see Finding
  bool before_is_new = false;                ///< no event of this alert has had it yet
  /// How it looked earlier, oldest first, each a part of the picture: stored with this event.
  std::vector<std::shared_ptr<const Frame>> earlier = {};
};

}  // namespace kuzet
