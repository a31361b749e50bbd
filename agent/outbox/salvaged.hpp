// SPDX-License-Identifier: Apache-2.0
// Messages of an older store, which could not be read as a whole: they are sent before everything else, as they were.
#pragma once

#include "agent/outbox/prefixes.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// The table `salvaged`: negative rows in the order of sending. One thread; inside of the outbox's transactions; after one that
/// fails, load() brings memory back in step.
class Salvaged {
 public:
  Salvaged(Database& db, Prefixes& prefixes) : db_(&db), prefixes_(&prefixes) {}

  Result<> load();
  /// Adds a message behind the others.
  Result<> add(const Pending& message, bool sent);
  Result<> sent(std::int64_t row);
  Result<> refused(std::int64_t row, int reason, Wall now);
  /// Return how many were confirmed by it.
  Result<std::uint64_t> confirm_up_to(const std::string& store, std::uint64_t seq);
  Result<std::uint64_t> confirm(const std::string& alert);
  /// Adds the messages of this shelf to `out`, as far as `page` asks for.
  Result<> page(const Page& page, std::vector<Pending>& out);

  [[nodiscard]] std::uint64_t unsent() const { return unsent_ - prefixes_->refused_salvaged(); }
  [[nodiscard]] std::uint64_t unconfirmed() const { return unconfirmed_; }
  [[nodiscard]] std::uint64_t observations() const { return observations_; }
  /// The time of the oldest event among them.
  Result<std::optional<Wall>> oldest();

 private:
  Result<std::uint64_t> count(Class what, bool sent);
  std::uint64_t& shelf(Class what, bool sent);
  Result<std::uint64_t> confirmed(Statement remove);

  Database* db_;
  Prefixes* prefixes_;
  std::int64_t last_ = 0;
  std::uint64_t unsent_ = 0, unconfirmed_ = 0, observations_ = 0;
};

}  // namespace kuzet::outbox
