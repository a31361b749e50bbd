// SPDX-License-Identifier: Apache-2.0
// Replacing a store that cannot be read.
#include "agent/outbox/salvage.hpp"

#include "agent/outbox/book.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/rescue.hpp"

#include <array>

namespace kuzet::outbox {

namespace fs = std::filesystem;

namespace {

constexpr std::array companions{"-wal", "-shm", ""};  // the database last: it is there as long as there is anything to do

fs::path part_of(const fs::path& folder) { return folder / "kuzet.db.part"; }
fs::path ready_of(const fs::path& folder) { return folder / "kuzet.db.new"; }

Error failure(const std::string& doing, const std::error_code& why) { return {Code::io, doing + ": " + why.message()}; }

Result<> rename_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) return failure("cannot set aside " + from.string(), failed);
  return {};
}

/// The first name that nothing was put away under.
fs::path free_name(const fs::path& file) {
  for (int i = 1;; ++i) {
    auto name = file.string() + ".unreadable-" + std::to_string(i);
    std::error_code failed;
    if (!fs::exists(name, failed)) return name;
  }
}

/// Pictures that the fresh store does not know belong to the damaged one, and go where it goes.
Result<> move_pictures_away(Book& fresh, const fs::path& to) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(fresh.pictures.folder(), failed)) {
    const auto known = fresh.pictures.knows(entry.path().filename().string());
    if (!known) return known.error();
    if (*known) continue;
    if (auto made = make_folder(to); !made) return made;
    if (auto moved = rename_file(entry.path(), to / entry.path().filename()); !moved) return moved;
  }
  return {};
}

/// All of the log goes into the database when its last user leaves, and the log goes.
void let_log_go(Database& db) {
  int keep = 0;
  sqlite3_file_control(db.raw(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
}

}  // namespace

Result<Salvage> salvage_store(const Options& options, const std::string& why, const Moment& now) {
  const auto file = options.folder / "kuzet.db";
  std::error_code absent;  // of an earlier try
  for (const char* companion : companions) fs::remove(part_of(options.folder).string() + companion, absent);
  Salvage salvage{free_name(file).string(), {}, why, 0, 0};
  {
    auto fresh = Book::open(part_of(options.folder), options.folder / "evidence");
    if (!fresh) return fresh.error();
    if (auto started = (*fresh)->start(options.boot_id); !started) return started.error();
    Rescue rescue(file, **fresh, options, now);
    auto done = (*fresh)->change([&] { return rescue.run(); });
    if (!done) return done.error();
    salvage.store = rescue.store();
    salvage.saved = (*fresh)->salvaged.unsent() + (*fresh)->salvaged.unconfirmed() + (*fresh)->salvaged.observations();
    salvage.lost = rescue.lost();
    if (auto moved = move_pictures_away(**fresh, salvage.name + "-evidence"); !moved) return moved.error();
    let_log_go((*fresh)->db);
  }
  if (auto renamed = rename_file(part_of(options.folder), ready_of(options.folder)); !renamed) return renamed.error();
  if (auto flushed = flush_folder(options.folder); !flushed) return flushed.error();
  return salvage;
}

Result<std::string> move_in(const fs::path& folder) {
  std::error_code failed;
  const auto file = folder / "kuzet.db";
  if (!fs::exists(ready_of(folder), failed)) return std::string();
  const auto name = free_name(file).string();
  for (const char* companion : companions) {
    if (!fs::exists(file.string() + companion, failed)) continue;
    if (auto renamed = rename_file(file.string() + companion, name + companion); !renamed) return renamed.error();
  }
  if (auto renamed = rename_file(ready_of(folder), file); !renamed) return renamed.error();
  if (auto flushed = flush_folder(folder); !flushed) return flushed.error();
  return name;
}

}  // namespace kuzet::outbox
