// SPDX-License-Identifier: Apache-2.0
// Reading the journal beside a running agent.
#include "agent/outbox/outbox.hpp"

namespace kuzet::outbox {

Result<> read_alerts(const std::filesystem::path& folder, std::optional<Wall> since, std::optional<Kind> kind,
                     const AlertVisitor& visitor) {
  const auto file = folder / "kuzet.db";
  std::error_code failed;
  const bool there = std::filesystem::exists(file, failed);
  if (failed) return Error{Code::io, file.string() + ": " + failed.message()};
  if (!there) return Error{Code::io, "no store in " + folder.string() + ": no agent has run with this configuration yet"};
  auto db = Database::open(file.string(), Database::Mode::read_only);
  if (!db) return db.error();
  // The newest event of each alert, in the order in which the alerts began.
  auto query = db->prepare(
      "SELECT coalesce(c.body, j.body) FROM journal j "
      "JOIN (SELECT min(seq) AS first, max(seq) AS last FROM journal WHERE alert <> '' GROUP BY alert) a ON j.seq = a.last "
      "LEFT JOIN corrected c ON c.seq = j.seq WHERE coalesce(c.at, j.at) >= ?1 AND (?2 = '' OR j.kind = ?2) ORDER BY a.first");
  query.bind(1, since ? since->time_since_epoch().count() : std::int64_t{0}).bind(2, kind ? name(*kind) : std::string_view());
  for (;;) {
    const auto more = query.step();
    if (!more) return Error{more.error().code, file.string() + ": " + sqlite3_errmsg(db->raw())};
    if (!*more) return {};
    visitor(query.text(0));
  }
}

}  // namespace kuzet::outbox
