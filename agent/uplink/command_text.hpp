// SPDX-License-Identifier: Apache-2.0
// What the control centre may ask of a board: a closed set of commands, and how their text is read or refused.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"
#include "agent/outbox/signer.hpp"
#include "agent/uplink/strict_json.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kuzet::uplink {

/// Are you there?
struct Ping {
  static constexpr std::string_view name = "ping";
};

/// A picture of this camera as it is now.
struct Snapshot {
  static constexpr std::string_view name = "snapshot";
  std::string camera;
};

/// This rule opens no alerts for so long: one second to seven days.
struct Mute {
  static constexpr std::string_view name = "mute";
  std::string rule;
  Duration length{};
};

/// Intrusion is watched for, or is not, whatever its hours say: at most seven days; no length (zero): until the calendar that
/// arms the site changes next, or 12 hours where there is none.
struct Arm {
  static constexpr std::string_view name = "arm";
  std::string camera;  ///< empty: all cameras
  Duration length{};
};
struct Disarm {
  static constexpr std::string_view name = "disarm";
  std::string camera;
  Duration length{};
};

/// This output is on or off, whatever its answers say: for an hour where no length is given, at most seven days. Nothing: as
/// they say again.
struct Switch {
  static constexpr std::string_view name = "switch";
  std::string output;
  std::optional<bool> on;
  Duration length{};
};

/// The events from here to there, both included, once more; at most 100,000 apart.
struct Resend {
  static constexpr std::string_view name = "resend";
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// Read the configuration again.
struct Reload {
  static constexpr std::string_view name = "reload";
};

/// What ails you?
struct Diagnose {
  static constexpr std::string_view name = "diagnose";
};

/// There are no others, and none that runs what a message says.
using Command = std::variant<Ping, Snapshot, Mute, Arm, Disarm, Switch, Resend, Reload, Diagnose>;

std::string_view name(const Command& command);
/// Its `args`, as they would be written.
boost::json::object arguments(const Command& command);

/// One command of the centre, well formed; whether it is still wanted is for the desk to say.
struct Order {
  std::string id;  ///< 1 to 64 of [A-Za-z0-9_-], never used before
  Wall expires;
  Command what;
};

/// What a message turned out to be.
struct Reading {
  std::string id;       ///< also of most that are refused; empty when not even that could be read
  Result<Order> order;  ///< `config`: a sentence that names the member and what is wrong with it
};

constexpr std::size_t largest_command = std::size_t{16} * 1024;

/// Reads the command that came on `topic`, whose last level is `called`: "kuzet.cmd/1", or "kuzet.signed/1" around it. Whatever
/// the bytes are, they are read or refused: unknown members and commands, members that are missing, given twice or of another
/// type, more than 16 KiB, more than 8 levels.
///
/// With a `site_key` only the signed form is taken, and its signature must cover `topic`, a line feed and the payload's text: a
/// command for one board is none for another, nor another command for the same. Without a key both forms are taken and the
/// signature is ignored: there is nothing to hold it against.
Reading read_order(std::string_view called, std::string_view topic, std::string_view payload,
                   const std::optional<outbox::Key>& site_key);

/// 1 to 20 letters a-z: what may be the name of a command and a level of a topic.
bool is_command_name(std::string_view text);

}  // namespace kuzet::uplink
