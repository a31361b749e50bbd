// SPDX-License-Identifier: Apache-2.0
// Reading what a journal says of a period, for a report, without disturbing a running agent.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::outbox {

/// What is told of the journal itself.
struct JournalSpan {
  std::optional<Wall> begins;  ///< the oldest event that is there and has a right time; nothing for an empty journal
  bool pruned = false;         ///< there were older ones
  std::uint64_t events = 0;    ///< that were read
  std::uint64_t missing = 0;   ///< alerts that were there and could not be read
};

/// Takes the bytes of a message.
using BodyVisitor = std::function<void(const std::string& body)>;

/// Gives the newest event of each alert that had any since then, or is open still, in the order of these events, and every gap
/// since then. An alert may have ended before: its times say so. In short transactions, so that the log of a running agent does
/// not grow; it costs what was written since, however long the journal is.
Result<JournalSpan> read_period(const std::filesystem::path& folder, Wall since, const BodyVisitor& alert,
                                const BodyVisitor& gap);

}  // namespace kuzet::outbox
