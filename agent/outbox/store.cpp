// SPDX-License-Identifier: Apache-2.0
// Opening a store, and replacing one that cannot be read.
#include "agent/outbox/store.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/reserve.hpp"
#include "agent/outbox/salvage.hpp"
#include "agent/outbox/schema.hpp"

namespace kuzet::outbox {

namespace fs = std::filesystem;

namespace {

/// A small file for those who read the folder; what it says stands in the store too, so that a failure is no harm.
void write_beside(const fs::path& file, const std::string& text) {
  if (const auto before = read_file(file); before && *before == text) return;
  (void)write_durably(file, text);
}

}  // namespace

Result<Key> own_key(const fs::path& folder) {
  const auto file = folder / "journal.key";
  auto key = Key::own(file);
  if (key || key.error().code != Code::corrupt) return key;
  std::error_code failed;
  for (int i = 1; i < 1000; ++i) {
    const auto name = file.string() + ".unreadable-" + std::to_string(i);
    if (fs::exists(name, failed)) continue;
    fs::rename(file, name, failed);
    break;
  }
  return Key::own(file);
}

Result<std::unique_ptr<Book>> Outbox::Store::open_book() {
  const auto file = options.folder / "kuzet.db";
  auto opened = Book::open(file, options.folder / "evidence");
  if (!opened) return opened;
  if (auto checked = check((*opened)->db, options.check_within); !checked) return checked.error();
  if (auto started = (*opened)->start(options.boot_id); !started) return started.error();
  grow_log(file);
  return opened;
}

Result<> Outbox::Store::open(const Moment& now) {
  latest = now;
  const auto moved = move_in(options.folder);  // a cut may have come between the two names
  if (!moved) return moved.error();
  if (!moved->empty()) salvage = Salvage{*moved, {}, "it was being replaced when the power went", 0, 0};
  auto opened = open_book();
  if (!opened && opened.error().code == Code::full && spend_reserve(options.folder)) opened = open_book();
  if (!opened && opened.error().code == Code::corrupt) return replace(opened.error().what, now);
  if (!opened) return opened.error();
  book = std::move(*opened);
  write_beside(options.folder / "journal.pub", key.public_pem());
  write_beside(options.folder / "id", book->last.store + "\n");
  make_reserve(options.folder);
  return book->pictures.drop_orphans();
}

Result<> Outbox::Store::replace(const std::string& why, const Moment& now) {
  latest = now;
  auto salvaged = salvage_store(options, why, now);
  if (!salvaged && salvaged.error().code == Code::full && spend_reserve(options.folder))
    salvaged = salvage_store(options, why, now);
  if (!salvaged) return salvaged.error();
  if (book) ++generation;
  auto stand_in = Book::open(":memory:", options.folder / "evidence");  // so that there is always a book to ask
  if (!stand_in) return stand_in.error();
  book = std::move(*stand_in);
  lost = true;
  corrected_all = false;
  salvage = std::move(*salvaged);
  if (const auto moved = move_in(options.folder); !moved) return moved.error();
  const auto opened = ready();
  if (!opened) return opened.error();
  write_beside(options.folder / "journal.pub", key.public_pem());
  write_beside(options.folder / "id", book->last.store + "\n");
  return {};
}

Result<Book*> Outbox::Store::ready() {
  if (!lost) {
    if (auto fresh = book->refresh(); !fresh) return fresh.error();
    return book.get();
  }
  auto opened = open_book();
  if (!opened) return opened.error();
  book = std::move(*opened);
  lost = false;
  return book.get();
}

}  // namespace kuzet::outbox
