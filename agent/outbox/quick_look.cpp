// SPDX-License-Identifier: Apache-2.0
// PRAGMA quick_check with a deadline.
#include "agent/outbox/quick_look.hpp"

#include "agent/outbox/sqlite.hpp"

#include <array>

namespace kuzet::outbox {

namespace {

constexpr int steps = 10'000;  // of SQLite's machine between two looks at the clock: about a millisecond

Result<> check(const std::filesystem::path& file, Steady until) {
  auto db = Database::open(file.string(), Database::Mode::read_only);
  if (!db) return db.error();
  sqlite3_busy_timeout(db->raw(), 500);  // milliseconds
  sqlite3_progress_handler(
      db->raw(), steps, [](void* end) { return std::chrono::steady_clock::now() > *static_cast<Steady*>(end) ? 1 : 0; },
      &until);
  auto query = db->prepare("PRAGMA quick_check(1)");
  const auto row = query.step();
  if (!row && std::chrono::steady_clock::now() > until)
    return Error{Code::busy, file.string() + " is too large to be looked at quickly"};
  if (!row) return Error{row.error().code, file.string() + ": " + sqlite3_errmsg(db->raw())};
  if (*row && query.text(0) != "ok") return Error{Code::corrupt, file.string() + ": " + query.text(0)};
  return {};
}

}  // namespace

Result<bool> quick_look(const std::filesystem::path& folder, Duration patience) {
  const Steady until = std::chrono::steady_clock::now() + patience;
  bool any = false;
  for (const auto* name : std::array{"kuzet.db", "history.db"}) {
    std::error_code failed;
    if (!std::filesystem::exists(folder / name, failed)) continue;
    if (auto sound = check(folder / name, until); !sound) return sound.error();
    any = true;
  }
  return any;
}

}  // namespace kuzet::outbox
