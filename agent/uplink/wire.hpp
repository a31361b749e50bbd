// SPDX-License-Identifier: Apache-2.0
// What goes over the wire: topics, payloads and their members, as the contract names them (JSON Schemas in config/schema).
#pragma once

#include "agent/core/alert.hpp"
#include "agent/link/link.hpp"
#include "agent/outbox/counts.hpp"
#include "agent/outbox/message.hpp"
#include "agent/uplink/restore.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kuzet::uplink {

inline constexpr const char* alert_schema = "kuzet.alert/1";
inline constexpr const char* gap_schema = "kuzet.gap/1";
inline constexpr const char* obs_schema = "kuzet.obs/1";
inline constexpr const char* film_type = "video/mp4";

/// Who speaks.
struct Identity {
  std::string node;
  std::string site;
  std::string prefix;          ///< before "kuzet/v1"; empty or ending in "/"
  std::optional<Point> place;  ///< x: longitude, y: latitude, in degrees (WGS 84)
  std::string configuration;   ///< the first 16 hexadecimal digits of the configuration file's SHA-256
};

std::string topic(const Identity& who, const std::string& rest);
std::string alert_topic(const Identity& who, const Alert& alert);
/// Where the pictures of an alert go, up to their number.
std::string picture_topics(const Identity& who, const std::string& alert);

/// One picture or film as its alert announces it.
struct Announced {
  int n = 0;
  std::string sha256;
  std::uint64_t bytes = 0;
  Wall taken;
  std::optional<Duration> film = {};  ///< of a film: how long it lasts
  bool held = false;                  ///< it stays on the board while the link is metered
};

/// One value of a detector or a sensor, and when it was so.
struct Observed {
  Moment at;
  std::string zone;  ///< empty: the whole picture
  Observation observation;
};

// What is stored before it is sent: all members but `chain` (added by the store to events), `published` and `late` (added at
// each sending).

/// "kuzet.alert/1".
std::string alert_body(const Identity& who, const AlertEvent& event, const std::vector<Announced>& evidence,
                       const outbox::Stamp& stamp);
/// "kuzet.gap/1": what was given up, as a draft for the store.
outbox::Draft gap_draft(const Identity& who, const outbox::Gap& gap, const Moment& now);
/// "kuzet.obs/1": a batch of values of one source, as a draft for the store.
outbox::Draft obs_draft(const Identity& who, const std::string& source, const Moment& at, std::vector<Observed> observed);
/// A stored body of one of these whose times were taken by a clock that was wrong by `by`: those since `boot_began` (by that
/// clock) are moved, and `clock` is "corrected". Its members stay in order; a body that is no JSON object comes back as it is.
std::string corrected_body(const std::string& body, std::chrono::milliseconds by, Wall boot_began);

// What is sent.

/// It could not be sent within ten seconds of its making.
bool is_late(const outbox::Pending& pending, Wall now);
/// A stored message as it is sent at `now`. Observations expire seven days after they were made; events never do.
link::Message message_of(const outbox::Pending& pending, Wall now);
/// Expires after seven days, which is how long a city wants to look at it at most; the alert that announces it does not.
link::Message picture_message(const outbox::PendingPicture& picture);

/// The retained state of the node, which is also its will ("kuzet.state/1").
link::Message state_message(const Identity& who, bool online, std::uint64_t boot, Wall since, const std::string& why = {});
/// What the node is and watches ("kuzet.birth/1", retained); `about` holds cameras, sensors, rules, versions and the journal's
/// public `key`.
link::Message birth_message(const Identity& who, const boost::json::object& about);
/// The alerts that are open ("kuzet.open/1", retained) after the event `seq` of `store`.
link::Message open_message(const Identity& who, const std::string& store, std::uint64_t seq, const std::vector<Alert>& alerts,
                           Wall now);
/// How the node is ("kuzet.health/1", QoS 0); `about` holds all but schema, node, site, at and clock.
link::Message health_message(const Identity& who, const boost::json::object& about, const Moment& now);
/// The parts of `about` that the store knows.
boost::json::object counts_json(const outbox::Counts& counts);
boost::json::object checkpoint_json(const outbox::Checkpoint& checkpoint);

}  // namespace kuzet::uplink
