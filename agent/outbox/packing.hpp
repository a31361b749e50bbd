// SPDX-License-Identifier: Apache-2.0
// Figures of many series in a few bytes: one row of the history holds a whole minute.
#pragma once

#include "agent/core/figures.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace kuzet::outbox {

/// Figures by the number of their series, or of a day by the hour.
using Packed = std::map<std::uint64_t, Figures>;

/// At most 5 bytes of counts and names and 32 bytes of values for each in the usual case; values that all are the same, or that
/// a float holds exactly, take less. The same on every machine (little-endian, IEEE 754).
std::string pack(const Packed& figures);

/// Adds what is packed to `out`; where both have the same number, what is packed comes first. False: these are no such bytes.
bool unpack(std::string_view bytes, Packed& out);

/// The figures of one number alone; without them `out` stays as it is.
bool unpack_one(std::string_view bytes, std::uint64_t number, Figures& out);

}  // namespace kuzet::outbox
