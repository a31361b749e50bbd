// SPDX-License-Identifier: Apache-2.0
// What became of each message is known: with the broker, with the centre, refused; also over restarts and damaged pages.
#include "agent/outbox/outbox.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/verify.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <random>
#include <set>

namespace kuzet::outbox {

namespace {

using test::at;
using test::event_of;
using test::observation_of;

struct Fixture {
  test::TempFolder folder;
  Options options = test::options_for(folder / "store");
  std::optional<Outbox> store = test::open_store(options);

  void reopen(double second = 0) {
    store.reset();
    store.emplace(test::open_store(options, at(second)));
  }
  void record(int count) {
    for (int i = 0; i < count; ++i) store->record(event_of("a" + std::to_string(++recorded))).value();
  }
  std::vector<Pending> page(Shelf shelf, double second = 0) { return store->page(test::page_of(shelf), at(second)).value(); }
  std::vector<std::int64_t> rows(Shelf shelf) {
    std::vector<std::int64_t> out;
    for (const auto& message : page(shelf)) out.push_back(message.handle.row);
    return out;
  }
  void send(std::vector<std::int64_t> rows) {
    Settled settled;
    for (const auto row : rows) settled.sent.push_back({1, row});
    store->settle(settled).value();
  }
  void refuse(std::int64_t row, int reason) { store->settle({{}, {{{1, row}, reason}}}).value(); }
  Counts counts() { return store->counts().value(); }
  /// All gaps that wait: "observation 2..4 budget".
  std::vector<std::string> gaps() {
    std::vector<std::string> out;
    for (const auto& message : page(Shelf::unsent)) {
      if (message.schema != "kuzet.gap/1") continue;
      const auto body = boost::json::parse(message.body).as_object();
      const auto to = body.at("to").is_null() ? std::string("*") : std::to_string(body.at("to").to_number<int>());
      out.push_back(std::string(body.at("class").as_string()) + " " + std::to_string(body.at("from").to_number<int>()) + ".." +
                    to + " " + std::string(body.at("why").as_string()));
    }
    return out;
  }
  /// Overwrites the page of the closed database in which the text stands last.
  void damage(const std::string& text) {
    store.reset();
    const auto file = options.folder / "kuzet.db";
    std::filesystem::remove(file.string() + "-wal");  // its pages are in the database too, and would heal it
    auto bytes = test::file_bytes(file);
    const auto place = bytes.rfind(text);
    REQUIRE(place != std::string::npos);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(place / 4096 * 4096), 4096, static_cast<char>(0xa5));
    test::write_file(file, bytes);
  }
  int recorded = 0;
};

using Rows = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("without a centre the broker's acknowledgement is enough", "[K1]") {
  Fixture f;
  f.record(3);
  f.send({1, 2});
  CHECK(f.counts().unconfirmed == 0);
  CHECK(f.page(Shelf::unconfirmed).empty());
  CHECK(f.rows(Shelf::unsent) == Rows{3});
  CHECK_FALSE(f.store->has_centre());
}

TEST_CASE("once a centre was seen an event stays until it is confirmed, by number or by alert, over restarts", "[K1]") {
  Fixture f;
  f.record(1);
  f.send({1});
  f.store->centre_seen().value();
  f.record(5);
  f.send({2, 3, 4, 6});
  CHECK(f.counts().unsent == 1);
  CHECK(f.counts().unconfirmed == 4);
  CHECK(f.rows(Shelf::unconfirmed) == Rows{2, 3, 4, 6});
  f.reopen();
  CHECK(f.store->has_centre());
  CHECK(f.rows(Shelf::unsent) == Rows{5, 6});
  CHECK(f.store->confirm_alerts({"a3", "unknown"}).value() == 1);
  CHECK(f.rows(Shelf::unconfirmed) == Rows{2, 4});
  CHECK(f.store->confirm_alerts({"a3"}).value() == 0);
  CHECK(f.store->confirm_up_to("another store", 99).value() == 0);
  CHECK(f.store->confirm_up_to(f.store->store(), 99).value() == 2);
  CHECK(f.counts().unconfirmed == 0);
  CHECK(f.counts().unsent == 2);
}

TEST_CASE("a refused event is passed over, is visible with its reason, and is confirmed once it was sent after all", "[K1]") {
  Fixture f;
  f.store->centre_seen().value();
  f.record(3);
  f.refuse(1, 0x87);
  f.send({2, 3});
  f.store->confirm_up_to(f.store->store(), 3).value();
  f.reopen();
  CHECK(f.rows(Shelf::refused) == Rows{1});
  CHECK(f.counts().reasons == std::map<int, std::uint64_t>{{0x87, 1}});
  CHECK(f.counts().unconfirmed == 0);
  f.send({1});
  CHECK(f.counts().refused == 0);
  CHECK(f.rows(Shelf::unconfirmed) == Rows{1});
  f.reopen();
  CHECK(f.counts().unconfirmed == 1);
  CHECK(f.store->confirm_alerts({"a1"}).value() == 1);
  CHECK(f.counts().unconfirmed == 0);
}

TEST_CASE("counts agree with the shelves and with a restart after whatever happened", "[K1]") {
  Fixture f;
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int i = 0; i < 400; ++i) {
    if (i == 100) f.store->centre_seen().value();
    f.record(1);
    const auto row = static_cast<std::int64_t>(random() % static_cast<unsigned>(f.recorded) + 1);
    switch (random() % 6) {
      case 0: f.refuse(row, 0x97); break;
      case 1: f.store->confirm_alerts({"a" + std::to_string(row)}).value(); break;
      case 2:
        if (i % 7 == 0) f.store->confirm_up_to(f.store->store(), static_cast<std::uint64_t>(row)).value();
        break;
      default: f.send({row, row + 1});
    }
    if (i % 10 != 0) continue;
    const auto counts = f.counts();
    REQUIRE(counts.unsent == f.page(Shelf::unsent).size());
    REQUIRE(counts.unconfirmed == f.page(Shelf::unconfirmed).size());
    REQUIRE(counts.refused == f.page(Shelf::refused).size());
    if (i % 40 != 0) continue;
    f.reopen();
    REQUIRE(f.counts().unsent == f.page(Shelf::unsent).size());
    REQUIRE(f.counts().unconfirmed == f.page(Shelf::unconfirmed).size());
    REQUIRE(f.counts().refused == counts.refused);
  }
}

TEST_CASE("observations share the numbers with events and go when the broker has them", "[K2]") {
  Fixture f;
  f.record(1);
  f.store->observe({observation_of("people"), observation_of("waste", 100)}, at(0)).value();
  f.record(1);
  CHECK(f.rows(Shelf::observations) == Rows{2, 3});
  auto live = test::page_of(Shelf::observations);
  live.since = at(50).wall;
  CHECK(f.store->page(live, at(100)).value().at(0).seq == 3);
  f.send({2, 3});
  f.reopen();
  CHECK(f.counts().observations == 0);
  CHECK(f.counts().observation_bytes == 0);
  CHECK(f.store->record(event_of("a9")).value().seq == 5);
}

TEST_CASE("beyond the budget the oldest observations go together, and a gap names them", "[K4]") {
  Fixture f;
  f.options.telemetry_budget = 16'000;
  f.reopen();
  for (int i = 0; i < 150; ++i) f.store->observe({observation_of("people")}, at(0)).value();
  CHECK(f.counts().observation_bytes <= 16'000);
  const auto gaps = f.gaps();
  REQUIRE(!gaps.empty());
  std::string all;
  for (const auto& gap : gaps) all += gap + "; ";
  INFO(all);
  CHECK(gaps.size() < 12);
  const auto left = f.page(Shelf::observations);
  std::set<std::uint64_t> seen;
  for (const auto& message : left) seen.insert(message.seq);
  for (const auto& message : f.page(Shelf::unsent)) {
    seen.insert(message.seq);
    const auto body = boost::json::parse(message.body).as_object();
    for (auto seq = body.at("from").to_number<std::uint64_t>(); seq <= body.at("to").to_number<std::uint64_t>(); ++seq)
      seen.insert(seq);
  }
  CHECK(seen.size() == f.counts().seq);
}

TEST_CASE("times of before the clock was set are put right once, and the journal keeps what was recorded", "[K2]") {
  Fixture f;
  auto wrong = event_of("a1");
  wrong.at = {at(10).steady, Wall(std::chrono::milliseconds(5'000)), ClockState::unsynced};
  f.store->record(wrong).value();
  auto observed = observation_of("people");
  observed.at = wrong.at;
  f.store->observe({observed}, at(10)).value();
  f.record(1);
  CHECK(f.store->correct(at(20)).value() == 2);
  CHECK(f.store->correct(at(30)).value() == 0);
  const auto events = f.page(Shelf::unsent);
  CHECK(events.at(0).at == at(10).wall);
  CHECK(events.at(0).body.find("\"clock\":\"corrected\"") != std::string::npos);
  CHECK(events.at(1).body.find("corrected") == std::string::npos);
  CHECK(f.page(Shelf::observations).at(0).at == at(10).wall);
  f.store->checkpoint(at(20)).value();
  CHECK(verify(f.options.folder, {}).value().faults == std::vector<std::string>{});
}

TEST_CASE("a damaged page is passed over while running, a gap names what it held, and the chain goes on", "[K1][K7]") {
  Fixture f;
  f.record(300);
  f.send({1});  // writes down which alerts are open
  f.damage("\"alert\":\"a150\"");
  f.options.check_within = {};
  f.reopen();
  const auto events = f.page(Shelf::unsent);
  INFO((f.store->salvage() ? f.store->salvage()->why : ""));
  CHECK_FALSE(f.store->salvage());
  const auto gaps = f.gaps();
  REQUIRE(gaps.size() == 1);
  std::set<std::uint64_t> seen{1};
  for (const auto& message : f.page(Shelf::unsent)) {
    seen.insert(message.seq);
    if (message.schema != "kuzet.gap/1") continue;
    const auto body = boost::json::parse(message.body).as_object();
    CHECK(body.at("count").to_number<int>() > 0);
    for (auto seq = body.at("from").to_number<std::uint64_t>(); seq <= body.at("to").to_number<std::uint64_t>(); ++seq)
      CHECK(seen.insert(seq).second);
  }
  CHECK(seen.size() == 301);
  CHECK(f.counts().unsent == f.page(Shelf::unsent).size());
  f.send(f.rows(Shelf::unsent));
  CHECK(f.counts().unsent == 0);
  f.reopen();
  CHECK(f.counts().unsent == 0);
}

TEST_CASE("a damaged store is replaced at start by one with everything that can be read, and says what is missing",
          "[K1][K7]") {
  Fixture f;
  f.store->centre_seen().value();
  f.store->remember("mute/yard", "forever").value();
  f.record(300);
  f.send({1, 2, 3});
  f.store->confirm_up_to(f.store->store(), 2).value();
  auto shown = event_of("b1");
  shown.pictures.push_back(f.store->keep_picture("b1", "evidence/b1/", "jpeg").value());
  f.store->record(shown).value();
  f.store->observe({observation_of("people")}, at(0)).value();
  const std::string old = f.store->store();
  f.damage("\"alert\":\"a150\"");
  f.reopen(1);
  REQUIRE(f.store->salvage());
  CHECK(f.store->salvage()->store == old);
  CHECK(f.store->store() != old);
  CHECK(f.store->has_centre());
  CHECK(f.store->remembered("mute/").value().at(0) == std::pair<std::string, std::string>("mute/yard", "forever"));
  const auto states = f.store->open_states().value();
  CHECK(states.size() + f.store->salvage()->lost == 301);
  CHECK(f.rows(Shelf::unconfirmed).size() == 1);
  CHECK(f.page(Shelf::unconfirmed).at(0).seq == 3);
  CHECK(f.page(Shelf::observations).at(0).seq == 302);
  CHECK(f.store->next_picture().value().value().content == "jpeg");
  std::set<std::uint64_t> seen{1, 2, 3, 302};
  for (const auto& message : f.page(Shelf::unsent)) {
    if (message.store == old) seen.insert(message.seq);
    if (message.schema != "kuzet.gap/1") continue;
    const auto body = boost::json::parse(message.body).as_object();
    CHECK(body.at("of").as_string() == old);
    if (body.at("to").is_null()) {  // whether anything followed, nobody knows
      CHECK(body.at("from") == 302);
      continue;
    }
    for (auto seq = body.at("from").to_number<std::uint64_t>(); seq <= body.at("to").to_number<std::uint64_t>(); ++seq)
      seen.insert(seq);
  }
  CHECK(seen.size() == 302);
  const auto waiting = f.rows(Shelf::unsent);
  f.send(waiting);
  CHECK(f.counts().unsent == 0);
  CHECK(f.store->confirm_up_to(old, 400).value() > 200);
}

TEST_CASE("a store that is garbage is set aside, and a gap without an end tells of the one before", "[K1][K7]") {
  Fixture f;
  f.record(3);
  f.store.reset();
  std::filesystem::remove((f.options.folder / "kuzet.db-wal"));
  test::write_file(f.options.folder / "kuzet.db", std::string(20'000, 'g'));
  f.reopen(1);
  CHECK(test::file_bytes(f.store->salvage().value().name) == std::string(20'000, 'g'));
  CHECK(f.gaps() == std::vector<std::string>{"alert 1..* corrupt"});
  CHECK(f.store->record(event_of("new")).value().seq == 2);
}

TEST_CASE("a store is replaced while it runs, and old handles mean nothing any more", "[K1][K7]") {
  Fixture f;
  f.record(20);
  const auto handle = f.page(Shelf::unsent).at(4).handle;
  f.store->renew(at(1)).value();
  f.store->settle({{handle}, {}}).value();
  CHECK(f.counts().unsent == 21);  // and the gap for whatever else there was
  CHECK(f.page(Shelf::unsent).at(4).seq == 5);
  CHECK(f.store->open_states().value().size() == 20);
  f.reopen(2);
  CHECK(f.counts().unsent == 21);  // and the gap for whatever else there was
}

TEST_CASE("the journal is signed, pruned to a checkpoint and can still be verified", "[K8]") {
  Fixture f;
  f.options.journal_budget = 20'000;
  f.reopen();
  for (int i = 0; i < 300; ++i) {
    f.store->record(event_of("a" + std::to_string(i), 0, Phase::closed)).value();
    if (i % 10 == 0) f.store->tidy(at(i)).value();
  }
  const auto before = f.counts().journal_bytes;
  CHECK(before > 20'000);
  std::vector<std::int64_t> all;
  for (int i = 1; i <= 300; ++i) all.push_back(i);
  f.send(all);
  while (f.store->tidy(at(400)).value()) continue;
  CHECK(f.counts().journal_bytes < before);
  const auto verdict = verify(f.options.folder, {}).value();
  CHECK(verdict.faults == std::vector<std::string>{});
  CHECK(verdict.events < 300);
  f.reopen();
  CHECK(f.counts().journal_bytes < before);
  CHECK(f.store->record(event_of("next")).value().seq == 301);
}

}  // namespace kuzet::outbox
