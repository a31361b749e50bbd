// SPDX-License-Identifier: Apache-2.0
// Small values of the store by name.
#include "agent/outbox/meta.hpp"

#include <charconv>

namespace kuzet::outbox {

Result<std::string> Meta::text(std::string_view key) {
  auto query = db_->prepare("SELECT value FROM meta WHERE key = ?");
  const auto there = query.bind(1, key).step();
  if (!there) return there.error();
  return *there ? query.text(0) : std::string();
}

Result<std::uint64_t> Meta::number(std::string_view key) {
  const auto value = text(key);
  if (!value) return value.error();
  std::uint64_t number = 0;
  if (value->empty()) return number;
  const char* end = value->data() + value->size();
  if (std::from_chars(value->data(), end, number).ptr != end)
    return Error{Code::corrupt, "the store's counter \"" + std::string(key) + "\" cannot be read"};
  return number;
}

Result<> Meta::set(std::string_view key, std::string_view value) {
  auto write = db_->prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  return write.bind(1, key).bind(2, value).run();
}

Result<> Meta::set(std::string_view key, std::uint64_t value) { return set(key, std::to_string(value)); }

Result<> Meta::remove(std::string_view key) { return db_->prepare("DELETE FROM meta WHERE key = ?").bind(1, key).run(); }

Result<std::vector<std::pair<std::string, std::string>>> Meta::under(std::string_view prefix) {
  std::vector<std::pair<std::string, std::string>> out;
  auto query = db_->prepare("SELECT key, value FROM meta WHERE key >= ?1 ORDER BY key");
  query.bind(1, prefix);
  for (;;) {
    const auto more = query.step();
    if (!more) return more.error();
    if (!*more || !query.text(0).starts_with(prefix)) return out;
    out.emplace_back(query.text(0), query.text(1));
  }
}

}  // namespace kuzet::outbox
