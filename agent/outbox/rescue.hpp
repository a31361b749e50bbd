// SPDX-License-Identifier: Apache-2.0
// Reads a damaged store, table by table and, where it must be, number by number.
#pragma once

#include "agent/outbox/book.hpp"
#include "agent/outbox/walk.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// Carries what the damaged database still says into the fresh book. Only what the fresh one cannot take is a failure; what
/// cannot be read is told by gaps. One thread; inside of a transaction of the fresh book.
class Rescue {
 public:
  Rescue(const std::filesystem::path& damaged, Book& fresh, const Options& options, const Moment& now);

  Result<> run();
  /// The damaged store's id; empty when it cannot be read.
  [[nodiscard]] const std::string& store() const { return store_; }
  /// Places that could not be read, as far as they can be counted.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  struct State {
    std::optional<std::int64_t> until;
    std::string text;
  };

  std::string text(std::string_view key);
  std::uint64_t number(std::string_view key);
  std::uint64_t single(std::string_view sql, bool& read);
  void look_for_end();
  [[nodiscard]] Walk::Span span(std::uint64_t from, bool known_end) const;

  Result<> facts();
  Result<> older();
  Result<> tell_older();
  Result<> write_ranges();
  Result<> tell_between(const std::optional<Pending>& before, const std::optional<Pending>& after);
  Result<> refused();
  Result<> events();
  [[nodiscard]] Pending event_of(const Statement& row) const;
  Result<> carry_event(const Statement& row);
  Result<> observations();
  Result<> states();
  std::map<std::string, State> written_states();
  std::map<std::string, State> read_states();
  Result<> commands();
  Result<> pictures();
  Result<> tell(const Walk& walk, Class what);
  Result<> tell_all_lost();

  std::optional<Database> db_;
  Book* fresh_;
  const Options* options_;
  Moment now_;
  std::string store_;
  bool centre_ = false;
  std::uint64_t sent_ = 0, done_ = 0;
  std::uint64_t end_ = 0;
  bool end_known_ = true, observed_end_known_ = true;
  std::uint64_t lost_ = 0;
  std::map<std::uint64_t, std::uint64_t> told_;  // holes that were told of before, by their first number
};

}  // namespace kuzet::outbox
