// SPDX-License-Identifier: Apache-2.0
// What the control centre wants of a board's settings ("kuzet.cfg/1"), and how its text is read or refused.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"
#include "agent/link/link.hpp"
#include "agent/outbox/signer.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::uplink {

constexpr std::size_t largest_desired = std::size_t{64} * 1024;  ///< bytes of a payload
constexpr std::size_t deepest_settings = 16;                     ///< levels of nesting

/// Well formed and from whom it must be; whether the board may take it is for the board to say.
struct Desired {
  std::string id;               ///< 1 to 64 of [A-Za-z0-9_-]
  Wall issued;                  ///< a later one takes the place of an earlier one, never the other way round
  std::optional<Wall> expires;  ///< from then on the board's own file holds alone
  boost::json::object settings;
};

struct DesiredReading {
  std::string id;          ///< also of most that are refused; empty when not even that could be read
  Result<Desired> wanted;  ///< `config`: a sentence that names the member and what is wrong with it
};

/// Reads what came on `topic`: "kuzet.cfg/1", or "kuzet.signed/1" around its text. With a `site_key` only the signed form is
/// taken; the signature covers `topic`, a line feed and the payload's text, as that of a command does.
DesiredReading read_desired(std::string_view topic, std::string_view payload, const std::optional<outbox::Key>& site_key);

/// "kuzet.cfg.reported/1", retained: what became of it. `about` holds all but schema, node and site.
link::Message reported_message(const Identity& who, const boost::json::object& about);

}  // namespace kuzet::uplink
