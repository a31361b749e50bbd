// SPDX-License-Identifier: Apache-2.0
// What is remembered of readings and counts, in a file of its own beside the store: figures by minute and by hour, counts of
// access, and when the board watched at all.
#pragma once

#include "agent/outbox/history_view.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kuzet::outbox {

struct HistoryOptions {
  std::filesystem::path folder;
  std::uint64_t budget = std::uint64_t{256} << 20;  ///< bytes of the file: the oldest minutes go first, then hours, then counts
  std::uint64_t keep_free = std::uint64_t{1} << 30;  ///< bytes of the disk that are left to alerts alone
  std::string boot_id;                               ///< the kernel's id of this boot
  Duration minutes_for = std::chrono::hours(24 * 30);
  Duration hours_for = std::chrono::hours(24 * 731);
  Duration counts_for = std::chrono::hours(24 * 1827);
};

/// `history.db`: SQLite in WAL mode with synchronous NORMAL, so that a commit costs no flush; a power cut may lose the last
/// minutes, never more. One thread, the outbox's. A file that cannot be read is set aside and a fresh one begun, a row that
/// makes no sense is passed over: `news` says so. A
/// failure leaves the file as it was; the caller may try again or go on without.
///
/// Until the clock is set, minutes and counts are kept by the steady clock of this boot and get their time when it is; those of
/// a boot whose clock was never set are given up, and `news` says so.
class History {
 public:
  /// `io`: no permission, no disk.
  static Result<History> open(const HistoryOptions& options);

  /// Keeps the figures of minutes that are over, and that the board watched until now; to be called each minute, also with
  /// none. Figures of a minute that is there already are added to it. `full`: the disk's reserve would be touched; nothing was
  /// kept.
  Result<> add(std::span<const MinuteFigures> figures, const Moment& now);
  /// Adds to the counts of the hour, or raises their peak. Collect them for a minute or so: each call is one commit.
  Result<> count(std::span<const Count> counts, const Moment& now);
  /// The control centre has confirmed this alert for the first time; nothing while the clock is not set.
  Result<> answered(const std::string& alert, const Moment& now);

  /// What is remembered. On the outbox's thread; for others there is read_history().
  Result<std::vector<Point>> series(const std::string& sensor, const std::string& channel, Wall from, Wall to,
                                    Resolution resolution);
  Result<std::vector<CountOf>> counts(Wall from, Wall to);
  /// Bytes that are in use.
  Result<std::uint64_t> bytes();

  /// Sentences that were not asked for yet: what was set aside or given up, and why.
  std::vector<std::string> news();

 private:
  explicit History(HistoryOptions options) : options_(std::move(options)) {}
  static Result<Database> open_file(const std::filesystem::path& file);
  Result<> load();
  Result<> begin_anew(const std::string& why);
  void skip();
  template <class Work>
  auto guarded(Work work) -> decltype(work());
  [[nodiscard]] Result<> room() const;

  Result<std::uint64_t> number_of(const MinuteFigures& series);
  Result<> keep(std::span<const MinuteFigures> figures, const Moment& now);
  Result<> keep_early(std::int64_t minute, const Packed& figures);
  Result<> keep_minute(std::int64_t minute, const Packed& figures);
  Result<> mark(const Moment& now);
  Result<> date(const Moment& now);
  Result<> date_counts(const Moment& now);
  Result<> roll(std::int64_t hour);
  Result<> roll_all_but(std::int64_t running);
  Result<> close_days(std::int64_t running);
  Result<> close_day(std::int64_t day);
  Result<> keep_count(const Count& count, const Moment& at);
  Result<> tidy(const Moment& now);
  Result<> tidy_early();
  Result<> prune(const Moment& now);
  Result<std::uint64_t> used();
  Result<> drop_oldest();
  Result<> shrink();

  HistoryOptions options_;
  std::optional<Database> db_;
  struct Series {
    std::uint64_t number = 0;
    std::string unit;
  };
  std::map<std::pair<std::string, std::string>, Series> numbers_;
  std::set<std::int64_t> unrolled_;  // hours that have minutes and no hourly figures yet, as far as this run knows
  std::optional<Moment> marked_;
  std::optional<std::int64_t> tidied_;  // the hour
  bool loaded_ = false;                 // memory is in step with the disk
  bool dated_ = false;                  // nothing waits for the clock to be set
  bool told_skipped_ = false;
  std::vector<std::string> news_;
};

}  // namespace kuzet::outbox
