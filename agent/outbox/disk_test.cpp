// SPDX-License-Identifier: Apache-2.0
// The disk at its limits: flushes that fail, no room at all, a million rows, what one alert costs, a store of the layout
// before.
#include "agent/outbox/hash.hpp"
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/verify.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/small_disk.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <chrono>
#include <map>

namespace kuzet::outbox {

namespace {

using test::at;
using test::event_of;

/// SQLite's own way to the disk with counters, and flushes that fail when told to.
struct Shim {
  static inline sqlite3_vfs vfs{};
  static inline sqlite3_vfs* real = nullptr;
  static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods{};  // by those that they stand for
  static inline const sqlite3_io_methods* real_methods = nullptr;
  static inline bool failing = false;
  static inline std::int64_t flushes = 0, written = 0;

  static int sync(sqlite3_file* file, int flags) {
    ++flushes;
    return failing ? SQLITE_IOERR_FSYNC : real_methods->xSync(file, flags);
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 place) {
    written += size;
    return real_methods->xWrite(file, data, size, place);
  }
  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = real->xOpen(real, name, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == nullptr) return code;
    const auto [mine, fresh] = methods.try_emplace(file->pMethods, *file->pMethods);
    if (fresh) real_methods = mine->first;  // all kinds of files are written and flushed in the same way
    mine->second.xSync = sync;
    mine->second.xWrite = write;
    file->pMethods = &mine->second;
    return code;
  }

  Shim() {
    real = sqlite3_vfs_find(nullptr);
    vfs = *real;
    vfs.zName = "shim";
    vfs.pNext = nullptr;
    vfs.xOpen = open;
    sqlite3_vfs_register(&vfs, 1);
  }
  Shim(const Shim&) = delete;
  Shim& operator=(const Shim&) = delete;
  ~Shim() {
    failing = false;
    sqlite3_vfs_unregister(&vfs);
    sqlite3_vfs_register(real, 1);
  }
};

}  // namespace

// What failed to be flushed last before a restart may be there after it: it was written, and nobody can know whether it stayed.
TEST_CASE("a flush that fails loses nothing that was accepted, and no number is given twice", "[K1]") {
  const Shim shim;
  const test::TempFolder folder;
  const auto options = test::options_for(folder / "store");
  std::map<std::uint64_t, std::string> accepted;
  for (int round = 0; round < 5; ++round) {
    auto store = test::open_store(options);
    for (int i = 0; i < 20; ++i) {
      Shim::failing = i % 4 == 3;
      auto draft = event_of("a" + std::to_string(round * 100 + i));
      if (i % 2 == 1 && !Shim::failing) draft.pictures.push_back(store.keep_picture(draft.alert, "e/", "jpeg").value());
      const auto stamp = store.record(draft);
      CHECK(stamp.has_value() == !Shim::failing);
      if (!stamp) continue;
      CHECK(accepted.emplace(stamp->seq, draft.alert).second);
    }
    Shim::failing = true;
    CHECK_FALSE(store.settle({{{1, 1}}, {}}).has_value());
    CHECK_FALSE(store.observe({test::observation_of("people")}, at(0)).has_value());
    Shim::failing = false;
    const auto counts = store.counts().value();
    CHECK(counts.unsent == store.page(test::page_of(Shelf::unsent), at(0)).value().size());
    CHECK(counts.observations == store.page(test::page_of(Shelf::observations), at(0)).value().size());
  }
  auto store = test::open_store(options);
  std::map<std::uint64_t, std::string> there;
  for (const auto& message : store.page(test::page_of(Shelf::span), at(0)).value()) there[message.seq] = message.alert;
  for (const auto& [seq, alert] : accepted) CHECK(there[seq] == alert);
  store.checkpoint(at(0)).value();
  for (const auto& fault : verify(options.folder, {}).value().faults) CHECK(fault.empty());
}

TEST_CASE("on a full disk a store opens and takes alerts as long as its reserve lasts, and refuses all else", "[K1][K4]") {
  const test::SmallDisk disk(4);
  if (!disk.mounted) {
    WARN("skipped: mounting a small file system needs root");
    return;
  }
  auto options = test::options_for(disk.folder / "store");
  test::open_store(options).record(event_of("early")).value();
  REQUIRE(std::filesystem::exists(options.folder / "reserve"));
  disk.fill();
  options.boot_id = "boot-b";
  options.keep_free = 4096;
  auto store = test::open_store(options);
  for (int i = 0; i < 50; ++i) store.record(event_of("a" + std::to_string(i))).value();
  disk.fill();
  CHECK(store.observe({test::observation_of("people")}, at(0)).error().code == Code::full);
  CHECK(store.page(test::page_of(Shelf::unsent), at(0)).value().size() == 51);
  disk.make_room();
  store.tidy(at(0)).value();
  CHECK(std::filesystem::exists(options.folder / "reserve"));
}

TEST_CASE("an alert in quiet times is one append and one flush", "[K1]") {
  const Shim shim;
  const test::TempFolder folder;
  auto store = test::open_store(test::options_for(folder / "store"));
  for (int i = 0; i < 50; ++i) store.record(event_of("a")).value();
  Shim::flushes = Shim::written = 0;
  for (int i = 0; i < 500; ++i) {
    auto draft = event_of("a");
    draft.open_state.assign(600, 's');
    draft.body = [](const Stamp& stamp) { return test::body_of(stamp, "\"fill\":\"" + std::string(900, 'x') + "\""); };
    store.record(draft).value();
  }
  INFO(Shim::written / 500 << " bytes and " << Shim::flushes << " flushes for 500 alerts");
  CHECK(Shim::flushes <= 520);
  CHECK(Shim::written / 500 <= 16'384);
}

TEST_CASE("a million rows that wait are neither read nor held at start", "[K1]") {
  const test::TempFolder folder;
  auto options = test::options_for(folder / "store");
  options.check_within = {};
  {
    auto store = test::open_store(options);
    for (int i = 0; i < 100; ++i) store.record(event_of("a1")).value();  // what is read has a chain
  }
  {
    auto db = Database::open((options.folder / "kuzet.db").string(), Database::Mode::write).value();
    db.execute(
          "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;"
          "WITH RECURSIVE r (i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM r WHERE i < 1000000) INSERT INTO journal SELECT i, "
          "i, "
          "i * 200, 1, 0, 0, 0, 'fire', 'a' || i, 3, 's', 't', NULL, NULL, '{\"fill\":\"' || hex(zeroblob(30)) || "
          "'\",\"chain\":\"' || hex(zeroblob(32)) || '\"}' FROM r;"
          "INSERT OR REPLACE INTO meta VALUES ('open_seq', '999990')")
        .value();
  }
  const auto began = std::chrono::steady_clock::now();
  auto store = test::open_store(options);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
  CHECK(store.counts().value().unsent == 1'000'000);
  CHECK(store.page(test::page_of(Shelf::unsent, 64), at(0)).value().size() == 64);
  CHECK(store.record(event_of("b")).value().seq == 1'000'001);
}

TEST_CASE("a store of the layout before is taken over: what waited still waits, what was open is open", "[K1][K3]") {
  const test::TempFolder folder;
  auto options = test::options_for(folder / "store");
  std::filesystem::create_directories(options.folder);
  {
    auto db = Database::open((options.folder / "kuzet.db").string(), Database::Mode::write).value();
    db.execute(R"(PRAGMA auto_vacuum = INCREMENTAL;
      CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
      CREATE TABLE journal (seq INTEGER PRIMARY KEY, alert TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
      CREATE TABLE outbox (seq INTEGER PRIMARY KEY, class INTEGER NOT NULL, topic TEXT NOT NULL, body BLOB);
      CREATE TABLE picture (alert TEXT NOT NULL, n INTEGER NOT NULL, topic TEXT NOT NULL, sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL, seq INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (alert, n)) WITHOUT ROWID;
      INSERT INTO meta VALUES ('store', '5f0c'), ('seq', '4'), ('boot', '3'), ('boot_id', 'boot-a'), ('chain', ''), ('open/a3', 'state of a3');)")
        .value();
    std::string chain;
    for (int i = 1; i <= 4; ++i) {
      const std::string event = "{\"store\":\"5f0c\",\"seq\":" + std::to_string(i) + "}";
      chain = sha256(chain + event);
      auto row = db.prepare("INSERT INTO journal VALUES (?, ?, 'fire', 7, ?)");
      row.bind(1, i).bind(2, "a" + std::to_string(i)).bind(3, with_members(event, "\"chain\":\"" + chain + "\"")).run().value();
    }
    db.execute("INSERT INTO outbox VALUES (2, 0, 't', NULL), (4, 0, 't', NULL)").value();
  }
  auto store = test::open_store(options);
  CHECK(store.store() == "5f0c");
  CHECK(store.boot() == 3);
  const auto waiting = store.page(test::page_of(Shelf::unsent), at(0)).value();
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].seq == 2);
  CHECK(waiting[1].topic == "t");
  CHECK(store.counts().value().unsent == 2);
  CHECK(store.counts().value().unconfirmed == 0);
  CHECK(store.open_states().value() == std::vector<std::string>{"state of a3"});
  CHECK(store.record(event_of("a5")).value().seq == 5);
}

}  // namespace kuzet::outbox
