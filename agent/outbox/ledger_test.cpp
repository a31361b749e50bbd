// SPDX-License-Identifier: Apache-2.0
// Commands are written down in a chain, their names are used once, and the list does not grow for ever.
#include "agent/outbox/ledger.hpp"

#include "agent/outbox/hash.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::outbox {

namespace {

using test::at;
using test::TempFolder;

/// A database with the ledger's tables alone.
struct Fixture {
  TempFolder folder;
  Database db = opened(folder / "kuzet.db");
  Ledger ledger{db};

  static Database opened(const std::string& file) {
    auto db = Database::open(file, Database::Mode::write);
    db->execute(
          "CREATE TABLE IF NOT EXISTS command (n INTEGER PRIMARY KEY, at, id, expires, body);"
          "CREATE TABLE IF NOT EXISTS checkpoint (seq, chain, commands, command_chain, at, signature, PRIMARY KEY (seq, "
          "commands))")
        .value();
    return std::move(*db);
  }
  void enter(const std::string& id, double expires = 60, double now = 0) {
    ledger.enter(id, at(expires).wall, "{\"id\":\"" + id + "\"}", at(now).wall).value();
  }
  bool used(const std::string& id, double now = 0) { return ledger.used(id, at(now).wall).value(); }
  std::string body(int n) {
    auto query = db.prepare("SELECT body FROM command WHERE n = ?");
    return query.bind(1, n).step().value() ? query.text(0) : std::string();
  }
  std::int64_t number(const std::string& sql) {
    auto query = db.prepare(sql);
    query.step().value();
    return query.integer(0);
  }
  /// Entries up to n, far behind the present: as many as nobody would enter in a test.
  void fill(int upto, double expires) {
    auto fill = db.prepare(
        "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < ?) INSERT INTO command SELECT n, 0, 'old' || "
        "n, ?, "
        "'{\"n\":' || n || ',\"chain\":\"' || printf('%064d', n) || '\"}' FROM k");
    fill.bind(1, upto).bind(2, at(expires).wall.time_since_epoch().count()).run().value();
    ledger.load().value();
  }
  void sign(int commands) {
    db.execute("INSERT INTO checkpoint VALUES (1, '', " + std::to_string(commands) + ", '', 0, '')").value();
  }
};

}  // namespace

TEST_CASE("an entry says its place, and its chain covers it and the entries before", "[K8]") {
  Fixture f;
  f.ledger.load().value();
  CHECK(f.ledger.entries() == 0);
  CHECK(f.ledger.chain().empty());
  f.enter("a");
  f.enter("b");
  const std::string first = sha256(R"({"id":"a","n":1})");
  const std::string second = sha256(first + R"({"id":"b","n":2})");
  CHECK(f.body(1) == R"({"id":"a","n":1,"chain":")" + first + "\"}");
  CHECK(f.body(2) == R"({"id":"b","n":2,"chain":")" + second + "\"}");
  CHECK(f.ledger.entries() == 2);
  CHECK(f.ledger.chain() == second);
}

TEST_CASE("the list of commands goes on over a restart", "[K8]") {
  Fixture f;
  f.enter("a");
  Ledger again(f.db);
  again.load().value();
  CHECK(again.entries() == 1);
  CHECK(again.chain() == f.ledger.chain());
  CHECK(again.used("a", at(1).wall).value());
}

TEST_CASE("a command's name is used until it expires, the last moment included", "[K8]") {
  Fixture f;
  CHECK_FALSE(f.used("a"));
  f.enter("a", 60);
  CHECK(f.used("a", 59));
  CHECK(f.used("a", 60));
  CHECK_FALSE(f.used("a", 60.001));
  CHECK_FALSE(f.used("b"));
  CHECK_FALSE(f.used("A"));
}

TEST_CASE("an entry that cannot be written leaves the list as it was", "[K8]") {
  Fixture f;
  f.enter("a");
  const std::string chain = f.ledger.chain();
  f.db.execute("CREATE TRIGGER no BEFORE INSERT ON command BEGIN SELECT raise(ABORT, 'no'); END").value();
  CHECK_FALSE(f.ledger.enter("b", at(60).wall, "{}", at(0).wall).has_value());
  CHECK(f.ledger.entries() == 1);
  CHECK(f.ledger.chain() == chain);
  f.db.execute("DROP TRIGGER no").value();
  f.enter("b");
  CHECK(f.number("SELECT count(*) FROM command") == 2);
}

TEST_CASE("a list whose end cannot be read is corrupt", "[K8]") {
  Fixture f;
  f.db.execute("INSERT INTO command VALUES (3, 0, 'a', 0, '{\"n\":3}')").value();
  CHECK(f.ledger.load().error().code == Code::corrupt);
}

TEST_CASE("the oldest commands go once they are expired, many, and a signature stands right behind them", "[K8]") {
  Fixture f;
  f.fill(10'815, 10);
  SECTION("signed in two places: up to the last that leaves ten thousand") {
    f.sign(500);
    f.sign(700);
    f.sign(900);
    f.enter("new", 3600, 100);
    CHECK(f.number("SELECT min(n) FROM command") == 701);
    CHECK(f.number("SELECT max(n) FROM command") == 10'816);
  }
  SECTION("not signed: none") {
    f.enter("new", 3600, 100);
    CHECK(f.number("SELECT min(n) FROM command") == 1);
  }
  SECTION("not expired: none") {
    f.sign(700);
    f.enter("new", 3600, 5);
    CHECK(f.number("SELECT min(n) FROM command") == 1);
  }
  SECTION("one is not expired: none behind it") {
    f.sign(500);
    f.sign(700);
    f.db.execute("UPDATE command SET expires = 1 << 60 WHERE n = 600").value();
    f.enter("new", 3600, 100);
    CHECK(f.number("SELECT min(n) FROM command") == 501);
  }
}

TEST_CASE("what was switched stands in the same chain, and uses up no name", "[K8][answers]") {
  Fixture f;
  f.enter("a");
  f.ledger.enter("", Wall(), R"({"switch":"siren","on":true,"done":true})", at(1).wall).value();
  f.enter("b");
  const std::string before = f.body(1).substr(f.body(1).size() - 66, 64);
  CHECK(f.body(2).starts_with(R"({"switch":"siren","on":true,"done":true,"n":2,"chain":")" +
                              sha256(before + R"({"switch":"siren","on":true,"done":true,"n":2})")));
  CHECK(f.ledger.entries() == 3);
  CHECK_FALSE(f.used("", 1));
  CHECK(f.used("a", 1));
}

}  // namespace kuzet::outbox
