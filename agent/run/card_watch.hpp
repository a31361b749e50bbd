// SPDX-License-Identifier: Apache-2.0
// Looks how much is written to the card, and says when that is too much.
#pragma once

#include "agent/run/card_budget.hpp"

#include <filesystem>

namespace kuzet::run {

/// What the kernel counts (proc(5): write_bytes without cancelled_write_bytes; Documentation/admin-guide/iostats.rst: sectors
/// written). What a process overwrites before it reaches the disk counts once for each time; what the file system adds is in
/// the card's figure alone. `store`: any file or folder on the card.
CardWrites read_card(const std::filesystem::path& store, const std::filesystem::path& proc = "/proc",
                     const std::filesystem::path& sys = "/sys");

/// One thread.
class CardWatch {
 public:
  using Say = std::function<void(const std::string& sentence)>;
  using Fault = std::function<void(std::string_view fault, boost::json::object details, Duration lasts)>;

  /// `kept`, `remember`: the small fact `card/day`.
  CardWatch(std::filesystem::path store, std::uint64_t daily, const std::string& kept,
            std::function<void(const std::string&)> remember, Say say, Fault fault);

  /// Once a second. What is spared now.
  Spared tick(const Moment& now);
  /// Another budget, from now on.
  void allow(std::uint64_t daily) { budget_.allow(daily); }
  void save(const Moment& now) { budget_.save(now); }
  [[nodiscard]] boost::json::object about(const Moment& now) const { return budget_.report(now); }

 private:
  std::filesystem::path store_;
  CardBudget budget_;
  Say say_;
  Fault fault_;
  std::optional<Steady> looked_;
};

}  // namespace kuzet::run
