// SPDX-License-Identifier: Apache-2.0
// What the history says, for those who only read it.
#pragma once

#include "agent/core/figures.hpp"
#include "agent/outbox/packing.hpp"
#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kuzet::outbox {

enum class Resolution { minute, hour };

/// The figures of one channel in the minute or hour that began at `at`.
struct Point {
  Wall at;
  Figures figures;
};

/// One more of something that is counted by the hour; nobody's name and nobody's pseudonym.
struct Count {
  std::string source;      ///< "school"
  std::string what;        ///< "entry", "exit", "meal", "inside"
  std::uint64_t n = 0;     ///< is added to the hour's count
  std::uint64_t peak = 0;  ///< the hour's peak is this at least
  Moment at;
};

/// The count of one hour (UTC).
struct CountOf {
  Wall hour;
  std::string source;
  std::string what;
  std::uint64_t n = 0;
  std::uint64_t peak = 0;
};

/// The minutes of one hour in which the board watched: bit 0 is the first.
struct Watched {
  Wall hour;
  std::uint64_t minutes = 0;
};

/// When the control centre confirmed an alert.
struct Answer {
  std::string alert;
  Wall at;
};

/// Reads; a failure may be `corrupt`. One thread; the database outlives it.
class HistoryView {
 public:
  explicit HistoryView(Database& db) : db_(&db) {}

  /// Of every minute or hour in [from, to) for which there is something, in their order. Hours are remembered for two years,
  /// minutes for a month; sixty days by the hour cost a few pages, minutes cost all that was kept of these minutes.
  Result<std::vector<Point>> series(const std::string& sensor, const std::string& channel, Wall from, Wall to,
                                    Resolution resolution);
  Result<std::vector<CountOf>> counts(Wall from, Wall to);
  Result<std::vector<Watched>> watched(Wall from, Wall to);
  /// The first hour that is remembered at all; nothing for an empty history.
  Result<std::optional<Wall>> first_watched();
  Result<std::vector<Answer>> answers(Wall from, Wall to);
  /// Rows that were read and made no sense: what stands in them is as if it had never been.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  /// Whether the row is as it has to be. On a page that lost its order a query also finds rows that it did not ask for.
  bool believed(bool so) {
    if (!so) ++skipped_;
    return so;
  }
  Result<std::optional<std::uint64_t>> number_of(const std::string& sensor, const std::string& channel);
  Result<> hours(std::uint64_t number, std::int64_t from, std::int64_t to, std::map<std::int64_t, Figures>& out);
  Result<> hours_of_minutes(std::uint64_t number, std::int64_t from, std::int64_t to, std::map<std::int64_t, Figures>& out);

  Database* db_;
  std::uint64_t skipped_ = 0;
};

/// Reads the history in this folder without disturbing a running agent; does nothing where there is none.
Result<> read_history(const std::filesystem::path& folder, const std::function<Result<>(HistoryView&)>& read);

}  // namespace kuzet::outbox
