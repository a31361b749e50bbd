// SPDX-License-Identifier: Apache-2.0
// What may be written to the board's card in a day, and what is spared when it is more.
#pragma once

#include "agent/core/day_count.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::run {

/// Bytes that were written, by counters that only grow.
struct CardWrites {
  std::optional<std::uint64_t> agent;  ///< by this process since it began; nothing where the kernel does not tell
  std::optional<std::uint64_t> card;   ///< by everybody to the card that holds the store, since the kernel began
};

/// What is spared, each with all before it. Alerts are always written.
enum class Spared {
  nothing,
  films,         ///< of alerts
  observations,  ///< they are stored once a minute
  pictures,      ///< but those of the opening of an alert
};

/// Counts the day (UTC), of the two counters the smaller: that of the agent is too high where the kernel keeps files in pieces
/// of many pages and counts a whole piece for each page (ext4 since Linux 6.16), that of the card where others write. Foretells
/// the day's end: what is written by now, and for the rest of the day the pace of the last three hours; before an hour of them
/// is known, that of the day. Films are spared when the budget will not do, observations when four fifths of it are written
/// besides, pictures when all of it is. It ends with the day, or when the forecast is a tenth below the budget. Pure; one
/// thread.
class CardBudget {
 public:
  struct Setup {
    std::uint64_t daily = 0;   ///< bytes
    std::string process = {};  ///< names this process among all of this board, without blanks
    std::string kernel = {};   ///< names this run of the kernel, without blanks
    std::string kept = {};     ///< what `remember` was given last
    std::function<void(const std::string&)> remember = {};
  };

  explicit CardBudget(Setup setup);

  /// What the counters say, some times a minute. True: what is spared is another thing than before.
  bool see(const CardWrites& writes, const Moment& now);
  /// Another budget, from now on.
  void allow(std::uint64_t daily) { setup_.daily = daily; }
  [[nodiscard]] Spared spared() const { return spared_; }
  /// Of the day's end; nothing while too little is known.
  [[nodiscard]] std::optional<std::uint64_t> forecast(const Moment& now) const;
  /// {"written_today", "forecast_today", "budget", "device_today", "spared"}; null where it is not known.
  [[nodiscard]] boost::json::object report(const Moment& now) const;
  /// One sentence for the log and the fault.
  [[nodiscard]] std::string sentence(const Moment& now) const;
  /// At a stop.
  void save(const Moment& now);

 private:
  /// A counter of somebody, who may have begun anew.
  struct Counter {
    std::string owner;
    std::optional<std::uint64_t> last;
    std::optional<std::uint64_t> grown(const std::string& of, std::optional<std::uint64_t> total, bool from_zero);
  };
  struct Sample {
    Steady at;
    std::uint64_t written;
  };

  [[nodiscard]] std::uint64_t today() const;
  [[nodiscard]] std::optional<double> pace(const Moment& now) const;
  [[nodiscard]] Spared judge(const Moment& now) const;
  void sample(const Moment& now);

  Setup setup_;
  DayCount day_;
  Counter agent_, card_;
  std::optional<std::uint64_t> card_today_;
  std::uint64_t written_ = 0;  // since this object began
  std::deque<Sample> samples_;
  Spared spared_ = Spared::nothing;
  bool known_ = false;
  std::optional<Steady> saved_at_;
};

std::string_view name(Spared spared);

}  // namespace kuzet::run
