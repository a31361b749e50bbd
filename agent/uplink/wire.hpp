// SPDX-License-Identifier: Apache-2.0
// What goes over the wire: topics, payloads and their members, as the contract names them (JSON Schemas in config/schema).
#pragma once

#include "agent/core/alert.hpp"
#include "agent/link/link.hpp"
#include "agent/outbox/outbox.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kuzet::uplink {

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

/// One picture as its alert announces it.
struct Announced {
  int n = 0;
  std::string sha256;
  std::uint64_t bytes = 0;
  Wall taken;
};

/// The event as it is stored: all of "kuzet.alert/1" but `chain` (added by the store), `published` and `late` (added at each
/// sending).
std::string alert_body(const Identity& who, const AlertEvent& event, const std::vector<Announced>& evidence,
                       const outbox::Stamp& stamp);

/// A stored event as it is sent at `now`. `late`: it could not be sent within ten seconds of its making.
link::Message alert_message(const outbox::Pending& pending, const std::string& store, Wall now);

/// The retained state of the node, which is also its will ("kuzet.state/1").
link::Message state_message(const Identity& who, bool online, std::uint64_t boot, Wall since);

/// What the node is and watches ("kuzet.birth/1"); `about` holds cameras, sensors, rules and versions.
link::Message birth_message(const Identity& who, const boost::json::object& about);

link::Message picture_message(const outbox::PendingPicture& picture);

/// What restores an open alert after a restart, and back. Reading fails with `corrupt`.
std::string open_state(const Alert& alert);
Result<Alert> read_open_state(const std::string& text);

}  // namespace kuzet::uplink
