// SPDX-License-Identifier: Apache-2.0
// Small values of the store by name.
#pragma once

#include "agent/outbox/sqlite.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::outbox {

/// The table `meta`. One thread, the outbox's.
class Meta {
 public:
  explicit Meta(Database& db) : db_(&db) {}

  /// Empty when it was never set.
  Result<std::string> text(std::string_view key);
  /// 0 when it was never set; `corrupt` when it is no number.
  Result<std::uint64_t> number(std::string_view key);
  Result<> set(std::string_view key, std::string_view value);
  Result<> set(std::string_view key, std::uint64_t value);
  Result<> remove(std::string_view key);
  /// All whose name begins so, by name, and their values.
  Result<std::vector<std::pair<std::string, std::string>>> under(std::string_view prefix);

 private:
  Database* db_;
};

}  // namespace kuzet::outbox
