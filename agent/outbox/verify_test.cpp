// SPDX-License-Identifier: Apache-2.0
// What was changed, removed or put in another order since it was recorded is found, and nothing else is called a fault.
#include "agent/outbox/verify.hpp"

#include "agent/outbox/hash.hpp"
#include "agent/outbox/ledger.hpp"
#include "agent/outbox/message.hpp"
#include "agent/outbox/signer.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <atomic>
#include <thread>

namespace kuzet::outbox {

namespace {

using test::at;
using test::TempFolder;
using test::write_file;

constexpr auto tables = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE journal (seq INTEGER PRIMARY KEY, alert TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE picture (alert, n, topic, sha256, bytes, seq, sent, PRIMARY KEY (alert, n)) WITHOUT ROWID;
CREATE TABLE command (n INTEGER PRIMARY KEY, at, id, expires, body);
CREATE TABLE checkpoint (seq, chain, commands, command_chain, at, signature, PRIMARY KEY (seq, commands));
INSERT INTO meta VALUES ('store', '5f0c');
)";

/// A store as the agent writes it, by hand, so that every kind of harm can be done to it.
struct Fixture {
  TempFolder folder;
  Database db = Database::open((folder / "kuzet.db").string(), Database::Mode::write).value();
  Key key = made_key();
  Ledger ledger{db};
  std::uint64_t seq = 0;
  std::string chain;

  Fixture() {
    db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").value();
    db.execute(tables).value();
    std::filesystem::create_directory(folder / "evidence");
  }
  Key made_key() {
    auto made = Key::own(folder / "journal.key").value();
    write_file(folder / "journal.pub", made.public_pem());
    return made;
  }

  void record(const std::string& alert, const std::string& evidence = "") {
    const std::string event = R"({"store":"5f0c","seq":)" + std::to_string(++seq) + evidence + "}";
    chain = sha256(chain + event);
    auto row = db.prepare("INSERT INTO journal VALUES (?, ?, ?)");
    row.bind(1, static_cast<std::int64_t>(seq)).bind(2, alert).bind(3, with_members(event, R"("chain":")" + chain + "\""));
    row.run().value();
  }
  void record(int count) {
    for (int i = 0; i < count; ++i) record("a" + std::to_string(seq + 1));
  }
  void record_with_picture(const std::string& alert, const std::string& jpeg) {
    write_file(folder / ("evidence/" + alert + "-1.jpg"), jpeg);
    record(alert, R"(,"evidence":[{"n":1,"sha256":")" + sha256(jpeg) + R"(","bytes":)" + std::to_string(jpeg.size()) + "}]");
    auto row = db.prepare("INSERT INTO picture VALUES (?, 1, '', ?, ?, ?, 0)");
    row.bind(1, alert).bind(2, sha256(jpeg)).bind(3, static_cast<std::int64_t>(jpeg.size()));
    row.bind(4, static_cast<std::int64_t>(seq)).run().value();
  }
  void command(const std::string& id) {
    ledger.enter(id, at(60).wall, R"({"command":"ping","id":")" + id + "\"}", at(0).wall).value();
  }
  void sign() { sign_with(key); }
  void sign_with(const Key& signer) {
    Checkpoint point{"5f0c", seq, chain, ledger.entries(), ledger.chain(), at(static_cast<double>(seq)).wall, {}};
    auto row = db.prepare("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)");
    row.bind(1, static_cast<std::int64_t>(point.seq)).bind(2, point.chain).bind(3, static_cast<std::int64_t>(point.commands));
    row.bind(4, point.command_chain).bind(5, point.at.time_since_epoch().count());
    row.bind(6, signer.sign(checkpoint_text(point))).run().value();
    db.execute("INSERT OR REPLACE INTO meta VALUES ('signed', " + std::to_string(seq) + ")").value();
  }

  /// Ten events, signed after five and after nine.
  void usual() {
    record(5);
    sign();
    record(4);
    sign();
    record(1);
  }
  void harm(const std::string& sql) { db.execute(sql).value(); }
  Verdict verdict() { return verify(folder.path(), std::nullopt).value(); }
  /// All faults, one below the other.
  std::string faults() {
    std::string all;
    for (const auto& fault : verdict().faults) all += fault + "\n";
    return all;
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a store that nobody touched is sound, and is counted", "[K8]") {
  Fixture f;
  f.usual();
  f.record_with_picture("a11", "a picture");
  f.command("c1");
  f.command("c2");
  const auto verdict = f.verdict();
  CHECK(verdict.faults == std::vector<std::string>{});
  CHECK(verdict.sound());
  CHECK(verdict.store == "5f0c");
  CHECK(verdict.events == 11);
  CHECK(verdict.not_signed == 2);
  CHECK(verdict.commands == 2);
  CHECK(verdict.checkpoints == 2);
  CHECK(verdict.pictures == 1);
  REQUIRE(verdict.signed_at);
  CHECK(*verdict.signed_at == at(9).wall);
}

TEST_CASE("a journal of many pages is sound, with checkpoints anywhere in it", "[K8]") {
  Fixture f;
  f.db.execute("BEGIN").value();
  for (int part = 0; part < 7; ++part) {
    f.record(249);
    f.sign();
  }
  f.db.execute("COMMIT").value();
  const auto verdict = f.verdict();
  CHECK(verdict.faults == std::vector<std::string>{});
  CHECK(verdict.events == 7 * 249);
  CHECK(verdict.not_signed == 0);
}

TEST_CASE("numbers that observations used are no hole in the journal", "[K8]") {
  Fixture f;
  f.record(2);
  f.seq += 40;
  f.record(2);
  f.sign();
  CHECK(f.faults().empty());
}

TEST_CASE("a fresh store is sound", "[K8]") {
  Fixture f;
  CHECK(f.faults().empty());
  f.sign();
  CHECK(f.faults().empty());
}

TEST_CASE("a changed event is found", "[K8]") {
  Fixture f;
  f.usual();
  f.harm("UPDATE journal SET body = replace(body, '\"seq\"', '\"rank\":1,\"seq\"') WHERE seq = 4");
  CHECK(has(f.faults(), "event 4 does not follow from event 3"));
}

TEST_CASE("a changed event is found also when it is the first or the last", "[K8]") {
  Fixture f;
  f.usual();
  const std::string place = GENERATE("1", "10");
  f.harm("UPDATE journal SET body = replace(body, '5f0c', '5f0d') WHERE seq = " + place);
  CHECK(has(f.faults(), place == "1" ? "the beginning of the journal is missing or changed" : "event 10 does not follow"));
  CHECK(has(f.faults(), "event " + place + " is not of this store"));
}

TEST_CASE("an event that was removed is found", "[K8]") {
  Fixture f;
  f.usual();
  f.harm("DELETE FROM journal WHERE seq = 3");
  CHECK(has(f.faults(), "event 4 does not follow from event 2"));
}

TEST_CASE("a signed event that was removed is missed by its checkpoint too", "[K8]") {
  Fixture f;
  f.usual();
  f.harm("DELETE FROM journal WHERE seq = 5");
  CHECK(has(f.faults(), "event 6 does not follow from event 4"));
  CHECK(has(f.faults(), "event 5 is missing, although a checkpoint signs it"));
}

TEST_CASE("events in another order are found", "[K8]") {
  Fixture f;
  f.usual();
  SECTION("their bodies were exchanged") {
    f.harm("CREATE TEMP TABLE both AS SELECT seq, body FROM journal WHERE seq IN (3, 4)");
    f.harm("UPDATE journal SET body = (SELECT body FROM both WHERE both.seq = 7 - journal.seq) WHERE seq IN (3, 4)");
    CHECK(has(f.faults(), "event 3 says that its place is another one"));
    CHECK(has(f.faults(), "event 3 does not follow from event 2"));
  }
  SECTION("one was moved to the end") {
    f.harm("UPDATE journal SET seq = 11 WHERE seq = 3");
    CHECK(has(f.faults(), "event 4 does not follow from event 2"));
    CHECK(has(f.faults(), "event 11 says that its place is another one"));
  }
}

TEST_CASE("a journal that was rewritten with right chains is found by its checkpoints", "[K8]") {
  Fixture f;
  f.usual();
  f.harm("DELETE FROM journal");
  f.seq = 0;
  f.chain.clear();
  f.record("somebody else's alert", R"(,"kind":"nothing")");
  f.record(9);
  const auto verdict = f.verdict();
  REQUIRE(verdict.faults.size() == 1);
  CHECK(has(verdict.faults[0], "the checkpoint at event 5 signs another chain"));
}

TEST_CASE("a missing end is found, and how many events are missing at least", "[K8]") {
  Fixture f;
  f.usual();
  SECTION("up to before the last checkpoint") {
    f.harm("DELETE FROM journal WHERE seq > 7");
    CHECK(has(f.faults(), "the end of the journal is missing: at least 1 after event 7, as far as event 9"));
  }
  SECTION("up to before both checkpoints") {
    f.harm("DELETE FROM journal WHERE seq > 3");
    CHECK(has(f.faults(), "at least 2 after event 3, as far as event 9"));
  }
  SECTION("all of it") {
    f.harm("DELETE FROM journal");
    CHECK(has(f.faults(), "the end of the journal is missing: at least 2, as far as event 9"));
  }
}

TEST_CASE("a missing beginning is found, and one that was pruned at a checkpoint is none", "[K8]") {
  Fixture f;
  f.usual();
  SECTION("pruned at the first checkpoint") {
    f.harm("DELETE FROM journal WHERE seq <= 5");
    CHECK(f.faults().empty());
    CHECK(f.verdict().events == 5);
  }
  SECTION("pruned at the second, the first is gone too") {
    f.harm("DELETE FROM journal WHERE seq <= 9; DELETE FROM checkpoint WHERE seq = 5");
    CHECK(f.faults().empty());
  }
  SECTION("removed elsewhere") {
    f.harm("DELETE FROM journal WHERE seq <= 6");
    CHECK(has(f.faults(), "the beginning of the journal is missing or changed: event 7 is the first"));
  }
  SECTION("removed before any checkpoint") {
    f.harm("DELETE FROM journal WHERE seq <= 2");
    CHECK(has(f.faults(), "the beginning of the journal is missing or changed: event 3 is the first"));
  }
}

TEST_CASE("checkpoints that were removed, changed or made up are found", "[K8]") {
  Fixture f;
  f.usual();
  SECTION("all removed") {
    f.harm("DELETE FROM checkpoint");
    CHECK(has(f.faults(), "all checkpoints are missing: the store was signed up to event 9"));
  }
  SECTION("the last removed") {
    f.harm("DELETE FROM checkpoint WHERE seq = 9");
    CHECK(has(f.faults(), "the last checkpoint is missing: the store was signed up to event 9"));
  }
  SECTION("the table is gone") {
    f.harm("DROP TABLE checkpoint");
    CHECK(has(f.faults(), "no such table: checkpoint"));
  }
  SECTION("moved to another time") {
    f.harm("UPDATE checkpoint SET at = at + 1 WHERE seq = 5");
    CHECK(has(f.faults(), "the signature of the checkpoint at event 5 is wrong"));
  }
  SECTION("a time that no calendar has") {
    f.harm("UPDATE checkpoint SET at = 9223372036854775807 WHERE seq = 5");
    CHECK(has(f.faults(), "the signature of the checkpoint at event 5 is wrong"));
  }
  SECTION("made up after the journal was cut and rewritten") {
    f.harm("DELETE FROM journal WHERE seq > 6; DELETE FROM checkpoint WHERE seq = 9");
    f.harm("INSERT INTO checkpoint SELECT 6, substr(body, -66, 64), 0, '', 0, '00' FROM journal WHERE seq = 6");
    CHECK(has(f.faults(), "the signature of the checkpoint at event 6 is wrong"));
  }
}

TEST_CASE("swapped keys are found", "[K8]") {
  Fixture f;
  f.usual();
  const TempFolder elsewhere;
  write_file(elsewhere / "kept.pub", f.key.public_pem());
  const auto other = Key::own(elsewhere / "other.key").value();
  const auto with_key = [&] { return verify(f.folder.path(), elsewhere / "kept.pub").value().faults; };
  CHECK(with_key().empty());

  SECTION("the public key in the store alone") {
    write_file(f.folder / "journal.pub", other.public_pem());
    CHECK(has(f.faults(), "the signature of the checkpoint at event 5 is wrong"));
    REQUIRE(with_key().size() == 1);
    CHECK(has(with_key()[0], "journal.pub in the store is not the key in"));
  }
  SECTION("everything was signed again with another key: only the key that was kept elsewhere tells it") {
    write_file(f.folder / "journal.pub", other.public_pem());
    f.harm("DELETE FROM checkpoint");
    f.sign_with(other);
    CHECK(f.faults().empty());
    REQUIRE(with_key().size() == 2);
    CHECK(has(with_key()[0], "journal.pub in the store is not the key in"));
    CHECK(has(with_key()[1], "the signature of the checkpoint at event 10 is wrong"));
  }
  SECTION("the public key is gone or no key") {
    std::filesystem::remove(f.folder / "journal.pub");
    CHECK(has(f.faults(), "journal.pub is not in the store"));
    write_file(f.folder / "journal.pub", "no key");
    CHECK(has(f.faults(), "journal.pub"));
    CHECK(f.verdict().faults.size() == 1);
  }
  SECTION("the key to believe cannot be read") {
    CHECK(verify(f.folder.path(), elsewhere / "none.pub").error().code == Code::io);
  }
}

TEST_CASE("commands that were changed, removed or cut off are found", "[K8]") {
  Fixture f;
  f.record(1);
  for (int i = 1; i <= 3; ++i) f.command("c" + std::to_string(i));
  f.sign();
  for (int i = 4; i <= 6; ++i) f.command("c" + std::to_string(i));
  f.sign();
  REQUIRE(f.faults().empty());
  SECTION("changed") {
    f.harm("UPDATE command SET body = replace(body, 'ping', 'mute') WHERE n = 2");
    CHECK(has(f.faults(), "command 2 does not follow from command 1"));
  }
  SECTION("removed") {
    f.harm("DELETE FROM command WHERE n = 5");
    CHECK(has(f.faults(), "command 6 does not follow from command 4"));
  }
  SECTION("cut off") {
    f.harm("DELETE FROM command WHERE n > 2");
    CHECK(has(f.faults(), "the end of the list of commands is missing: at least 4 after command 2, as far as command 6"));
  }
  SECTION("rewritten with a right chain and a wrong place") {
    const std::string entry = R"({"id":"c7","n":9})";
    const std::string whole = with_members(entry, R"("chain":")" + sha256(f.ledger.chain() + entry) + "\"");
    f.harm("INSERT INTO command VALUES (7, 0, 'c7', 0, '" + whole + "')");
    CHECK(f.faults() == "command 7 says that its place is another one\n");
  }
  SECTION("pruned at a checkpoint: no fault") {
    f.harm("DELETE FROM command WHERE n <= 3");
    CHECK(f.faults().empty());
  }
  SECTION("the beginning is missing") {
    f.harm("DELETE FROM command WHERE n <= 2");
    CHECK(has(f.faults(), "the beginning of the list of commands is missing or changed: command 3 is the first"));
  }
}

TEST_CASE("a changed picture is found", "[K8]") {
  Fixture f;
  f.record_with_picture("a1", "a picture");
  f.sign();
  const auto file = f.folder / "evidence/a1-1.jpg";
  REQUIRE(f.faults().empty());
  SECTION("another picture of the same size") {
    write_file(file, "a rapture");
    CHECK(has(f.faults(), "event 1, picture 1: a1-1.jpg was changed: it has another hash"));
  }
  SECTION("another size") {
    write_file(file, "a picture of something else");
    CHECK(has(f.faults(), "event 1, picture 1: a1-1.jpg was changed: it has another size"));
  }
  SECTION("missing") {
    std::filesystem::remove(file);
    CHECK(has(f.faults(), "event 1, picture 1: a1-1.jpg is missing"));
    f.harm("DELETE FROM picture");
    CHECK(has(f.faults(), "event 1, picture 1: a1-1.jpg is missing"));
  }
  SECTION("a link or a folder in its place") {
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/dev/zero", file);
    CHECK(has(f.faults(), "a1-1.jpg is no plain file"));
  }
  SECTION("given up for room: no fault") {
    std::filesystem::remove(file);
    f.harm("UPDATE picture SET bytes = 0");
    CHECK(f.faults().empty());
    CHECK(f.verdict().pictures == 0);
  }
  SECTION("its alert was given a name that leads out of the store") {
    f.harm("UPDATE journal SET alert = '../../a1'");
    CHECK(has(f.faults(), "event 1 announces a picture in a way that makes no sense"));
  }
}

TEST_CASE("entries that make no sense are faults and nothing worse", "[K8]") {
  Fixture f;
  f.usual();
  const std::string body = GENERATE("''", "x''", "'{}'", "'[]'", "NULL", "17", "zeroblob(100000)", "'{\"chain\":\"\"}'",
                                    "replace(hex(zeroblob(5000)), '00', '[')");
  f.harm("PRAGMA writable_schema = ON");
  f.harm("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE name = 'journal'");
  f.harm("PRAGMA writable_schema = RESET");
  f.harm("UPDATE journal SET body = " + body + " WHERE seq = 4");
  CHECK(has(f.faults(), "event 4"));
}

TEST_CASE("what an agent records, signs and prunes meanwhile is no fault", "[K8]") {
  Fixture f;
  f.record(1200);
  f.sign();
  std::atomic<bool> writing = true;
  std::thread agent([&] {
    for (int i = 0; i < 40; ++i) {
      f.db.execute("BEGIN").value();
      f.record(100);
      f.db.execute("COMMIT").value();
      f.command("c" + std::to_string(i));
      f.sign();
      if (i % 4 == 0)
        f.harm("DELETE FROM journal WHERE seq <= (SELECT max(seq) FROM checkpoint WHERE seq < " + std::to_string(f.seq - 999) +
               ")");
    }
    writing = false;
  });
  std::vector<std::string> faults;
  int rounds = 0;
  for (; writing || rounds < 2; ++rounds)
    for (const auto& fault : f.verdict().faults) faults.push_back(fault);
  agent.join();
  CHECK(faults == std::vector<std::string>{});
}

TEST_CASE("a page of the file that cannot be read names the place", "[K8]") {
  Fixture f;
  f.db.execute("BEGIN").value();
  f.record(2000);
  f.sign();
  f.db.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").value();
  auto bytes = test::file_bytes(f.folder / "kuzet.db");
  const auto middle = bytes.find(R"("seq":1000,)");
  REQUIRE(middle != std::string::npos);
  bytes.replace(middle / 4096 * 4096, 4096, 4096, '\xff');
  const TempFolder copy;
  write_file(copy / "kuzet.db", bytes);
  write_file(copy / "journal.pub", f.key.public_pem());
  const auto verdict = verify(copy.path(), std::nullopt).value();
  REQUIRE_FALSE(verdict.sound());
  CHECK(has(verdict.faults[0], "the journal cannot be read after event "));
}

TEST_CASE("a file that is no store, and none at all, are told", "[K8]") {
  const TempFolder folder;
  CHECK(verify(folder.path(), std::nullopt).error().code == Code::io);
  write_file(folder / "kuzet.db", std::string(8192, 'x'));
  const auto verdict = verify(folder.path(), std::nullopt).value();
  REQUIRE(verdict.faults.size() == 1);
  CHECK(has(verdict.faults[0], "the store cannot be read"));
}

}  // namespace kuzet::outbox
