// SPDX-License-Identifier: Apache-2.0
// Single fields of JSON that strangers send: read within limits, named by JSON pointers (RFC 6901), never quoted in a sentence.
#pragma once

#include "agent/core/time.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::net {

/// Bytes of one payload: an uplink that a dozen gateways heard has some 10 kB.
inline constexpr std::size_t most_payload = 64 * 1024;

/// Fails with `io` and a sentence that says where but not what: no JSON, a member twice in one object (which of them counts is
/// anybody's guess: RFC 8259, section 4), more than 32 levels, more than most_payload bytes, bytes that are no UTF-8.
Result<boost::json::value> parse_json(std::string_view bytes);

/// A form (application/x-www-form-urlencoded) as an object of texts; fails like parse_json().
Result<boost::json::value> parse_form(std::string_view bytes);

/// What is wrong with it as a JSON pointer; nothing when it is one.
std::optional<std::string> pointer_fault(std::string_view pointer);

/// The value there; nullptr when there is none.
const boost::json::value* at(const boost::json::value& payload, std::string_view pointer);

/// A finite number: of a number, of a text that is nothing but one ("21.5", "-1e3"), of true and false, and of the words on,
/// off, true, false, yes, no, open, closed in any case (1 and 0). Nothing for all else: null, "", "NaN", 1e999, lists.
std::optional<double> number_of(const boost::json::value& value);

/// A whole number from 0 on, as a number or a text of digits.
std::optional<std::uint64_t> counter_of(const boost::json::value& value);

/// A text of at most 256 bytes, or a whole number as one: what cards and events are called. Nothing for an empty one.
std::optional<std::string> word_of(const boost::json::value& value);

/// A time: RFC 3339 with any fraction and offset, or seconds or milliseconds since 1970.
std::optional<Wall> time_of(const boost::json::value& value);

/// The moment for which a payload that came `now` and says this time is taken: its own where that is in the last seven days
/// by a clock of ours that was set; otherwise now, since clocks of devices are often wrong.
Moment moment_of(std::optional<Wall> said, const Moment& now);

}  // namespace kuzet::drivers::net
