// SPDX-License-Identifier: Apache-2.0
// What was recorded is there, in order, with its bytes, after every restart, and can be read beside the agent.
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/hash.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

namespace kuzet::outbox {

namespace {

using test::event_of;
using test::open_store;
using test::options_for;
using test::TempFolder;

std::vector<std::uint64_t> seqs_of(const std::vector<Pending>& messages) {
  std::vector<std::uint64_t> out;
  for (const auto& message : messages) out.push_back(message.seq);
  return out;
}

/// A store in a folder of its own that can be closed and opened again.
struct Fixture {
  TempFolder folder;
  Options options = options_for(folder / "store");
  std::optional<Outbox> store = open_store(options);

  void reopen() {
    store.reset();
    store.emplace(open_store(options));
  }
  std::uint64_t record(const std::string& alert, double second = 0, Phase phase = Phase::opened) {
    return store->record(event_of(alert, second, phase)).value().seq;
  }
  std::vector<Pending> page(Shelf shelf = Shelf::unsent) { return store->page(test::page_of(shelf), test::at(0)).value(); }
  void send(const std::vector<std::int64_t>& rows) {
    Settled settled;
    for (const auto row : rows) settled.sent.push_back({1, row});
    store->settle(settled).value();
  }
  std::vector<std::uint64_t> pending() { return seqs_of(page()); }
};

std::vector<std::string> alerts_in(const std::filesystem::path& folder, std::optional<Wall> since = {},
                                   std::optional<Kind> kind = {}) {
  std::vector<std::string> out;
  read_alerts(folder, since, kind, [&](const std::string& body) {
    const auto event = boost::json::parse(body).as_object();
    out.push_back(std::string(event.at("alert").as_string()) + " " + std::to_string(event.at("seq").to_number<int>()));
  }).value();
  return out;
}

}  // namespace

TEST_CASE("what was recorded is there after the store is opened again", "[K1]") {
  Fixture f;
  const auto stamp = f.store->record(event_of("a1", 5)).value();
  CHECK(stamp.seq == 1);
  CHECK(stamp.boot == 1);
  CHECK(stamp.store == f.store->store());
  const auto before = f.page();
  f.reopen();
  const auto after = f.page();
  REQUIRE(after.size() == 1);
  CHECK(after[0].seq == 1);
  CHECK(after[0].alert == "a1");
  CHECK(after[0].topic == "kuzet/v1/s/n/alert/yard/fire");
  CHECK(after[0].body == before.at(0).body);
  CHECK(after[0].at == test::at(5).wall);
}

TEST_CASE("seq goes on over a restart, also of an empty store", "[K2]") {
  Fixture f;
  CHECK(f.record("a1") == 1);
  CHECK(f.record("a2") == 2);
  f.send({1, 2});
  f.reopen();
  CHECK(f.pending().empty());
  CHECK(f.record("a3") == 3);
}

TEST_CASE("a store keeps its id, and another store has another", "[K2]") {
  Fixture f;
  const std::string id = f.store->store();
  CHECK(id.size() == 32);
  f.reopen();
  CHECK(f.store->store() == id);
  CHECK(Fixture().store->store() != id);
}

TEST_CASE("boot counts starts of the kernel, not of the agent") {
  Fixture f;
  f.reopen();
  CHECK(f.store->boot() == 1);
  f.options.boot_id = "boot-b";
  f.reopen();
  CHECK(f.store->boot() == 2);
  f.reopen();
  CHECK(f.store->boot() == 2);
}

TEST_CASE("what the broker has is forgotten, numbers that nobody knows are ignored") {
  Fixture f;
  for (int i = 1; i <= 5; ++i) f.record("a" + std::to_string(i));
  f.send({2, 4, 99, 0});
  CHECK(f.pending() == std::vector<std::uint64_t>{1, 3, 5});
  f.send({});
  f.send({2, 4});
  CHECK(f.pending() == std::vector<std::uint64_t>{1, 3, 5});
  CHECK(f.store->counts().value().unsent == 3);
  f.send({1});
  f.reopen();
  CHECK(f.pending() == std::vector<std::uint64_t>{3, 4, 5});  // what was out of order is repeated
}

TEST_CASE("pending messages come page by page, in order, without a hole") {
  Fixture f;
  for (int i = 1; i <= 25; ++i) f.record("a" + std::to_string(i));
  CHECK(f.store->counts().value().unsent == 25);
  std::vector<std::uint64_t> all;
  for (auto after = Page::least;;) {
    const auto page = f.store->page(test::page_of(Shelf::unsent, 7, after), test::at(0)).value();
    if (page.empty()) break;
    CHECK(page.size() <= 7);
    for (const auto seq : seqs_of(page)) all.push_back(seq);
    after = page.back().handle.row;
  }
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t i = 1; i <= 25; ++i) wanted.push_back(i);
  CHECK(all == wanted);
}

TEST_CASE("a body that cannot be composed leaves the store as it was", "[K1]") {
  Fixture f;
  f.record("a1");
  auto draft = event_of("a2");
  draft.body = [](const Stamp&) -> std::string { throw std::runtime_error("cannot say it"); };
  CHECK_THROWS(f.store->record(draft));
  CHECK(f.record("a3") == 2);
  CHECK(f.pending() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("each event's chain is the hash of the chain before it and its own bytes, over restarts too", "[K1]") {
  Fixture f;
  f.record("a1");
  f.record("a2");
  f.reopen();
  f.record("a3");
  std::string chain;
  for (const auto& message : f.page()) {
    const auto mark = message.body.find(",\"chain\":\"");
    REQUIRE(mark != std::string::npos);
    const std::string without = message.body.substr(0, mark) + "}";
    chain = sha256(chain + without);
    CHECK(message.body == outbox::with_members(without, "\"chain\":\"" + chain + "\""));
  }
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4, B.1
}

TEST_CASE("members are added to the end of an object") {
  CHECK(with_members("{}", "\"b\":2") == "{\"b\":2}");
  CHECK(with_members("{\"a\":1}", "\"b\":2") == "{\"a\":1,\"b\":2}");
  CHECK(with_members("{\"a\":{}}", "\"b\":[2]") == "{\"a\":{},\"b\":[2]}");
}

TEST_CASE("an alert's state is kept while it is open and goes with it", "[K3]") {
  Fixture f;
  f.record("a1");
  f.record("a2");
  f.record("a1", 1, Phase::updated);
  f.reopen();
  CHECK(f.store->open_states().value() == std::vector<std::string>{"state of a1", "state of a2"});
  f.record("a1", 2, Phase::closed);
  f.reopen();
  CHECK(f.store->open_states().value() == std::vector<std::string>{"state of a2"});
}

TEST_CASE("alerts are read beside the agent that writes, each as its newest event, oldest alert first") {
  Fixture f;
  f.record("a1", 0);
  f.record("a2", 10);
  f.record("a1", 20, Phase::closed);
  auto crowd = event_of("a3", 30);
  crowd.kind = "crowding";
  f.store->record(crowd).value();
  const auto folder = f.folder / "store";
  CHECK(alerts_in(folder) == std::vector<std::string>{"a1 3", "a2 2", "a3 4"});
  CHECK(alerts_in(folder, test::at(20).wall) == std::vector<std::string>{"a1 3", "a3 4"});
  CHECK(alerts_in(folder, {}, Kind::crowding) == std::vector<std::string>{"a3 4"});
  CHECK(alerts_in(folder, test::at(31).wall, Kind::fire).empty());
  CHECK(f.record("a4", 40) == 5);
  f.store.reset();
  CHECK(alerts_in(folder).size() == 4);
}

TEST_CASE("alerts of a store that never was are told in a sentence") {
  const TempFolder folder;
  const auto read = read_alerts(folder / "none", {}, {}, [](const std::string&) {});
  REQUIRE(!read);
  CHECK(read.error().code == Code::io);
  CHECK(read.error().what.find("no agent has run") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}

}  // namespace kuzet::outbox
