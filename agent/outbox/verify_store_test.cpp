// SPDX-License-Identifier: Apache-2.0
// What the agent's own store writes is sound at every moment: open, closed, pruned, with pictures given up.
#include "agent/outbox/ledger.hpp"
#include "agent/outbox/verify.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::outbox {

namespace {

using test::at;
using test::event_of;
using test::open_store;
using test::options_for;
using test::TempFolder;

/// An alert with one picture that the body announces.
Stamp record_with_picture(Outbox& store, const std::string& alert, const std::string& jpeg) {
  auto draft = event_of(alert);
  const auto picture = store.keep_picture(alert, "kuzet/v1/s/n/evidence/" + alert + "/", jpeg).value();
  draft.pictures.push_back(picture);
  draft.body = [picture](const Stamp& stamp) {
    return test::body_of(stamp, R"("evidence":[{"n":)" + std::to_string(picture.n) + R"(,"sha256":")" + picture.sha256 +
                                    R"(","bytes":)" + std::to_string(picture.bytes) + "}]");
  };
  return store.record(draft).value();
}

struct Fixture {
  TempFolder folder;
  Options options = options_for(folder / "store");
  std::optional<Outbox> store;

  void open() {
    store.reset();
    store.emplace(open_store(options));
  }
  void record(int first, int count) {
    for (int i = first; i < first + count; ++i) {
      const std::string alert = "a" + std::to_string(i);
      store->record(event_of(alert, i)).value();
      store->record(event_of(alert, i, Phase::closed)).value();
    }
  }
  void send_all() {
    for (;;) {
      Settled settled;
      for (const auto& one : store->page({Shelf::unsent, Page::least, 64, {}, UINT64_MAX}, at(0)).value())
        settled.sent.push_back(one.handle);
      if (settled.empty()) return;
      store->settle(settled).value();
    }
  }
  Verdict verdict() { return verify(options.folder, std::nullopt).value(); }
  std::vector<std::string> faults() { return verdict().faults; }
};

const std::vector<std::string> none;

}  // namespace

TEST_CASE("the agent's own store is sound: fresh, recorded, signed, closed and opened again", "[K8]") {
  Fixture f;
  f.open();
  CHECK(f.faults() == none);
  f.record(1, 20);
  CHECK(f.faults() == none);
  f.store->ledger().enter("c1", at(60).wall, R"({"id":"c1"})", at(0).wall).value();
  f.store->checkpoint(at(30)).value();
  CHECK(f.faults() == none);
  f.record(21, 5);
  const auto running = f.verdict();
  CHECK(running.faults == none);
  CHECK(running.store == f.store->store());
  CHECK(running.events == 50);
  CHECK(running.not_signed == 10);
  CHECK(running.commands == 1);
  CHECK(running.checkpoints == 1);
  f.open();
  f.record(26, 5);
  f.store->checkpoint(at(60)).value();
  f.store.reset();
  const auto closed = f.verdict();
  CHECK(closed.faults == none);
  CHECK(closed.events == 60);
  CHECK(closed.not_signed == 0);
}

TEST_CASE("the agent's key that somebody kept elsewhere proves its store", "[K8]") {
  Fixture f;
  f.open();
  f.record(1, 3);
  f.store->checkpoint(at(30)).value();
  test::write_file(f.folder / "kept.pub", f.store->public_key());
  CHECK(verify(f.options.folder, f.folder / "kept.pub").value().faults == none);
  const TempFolder elsewhere;
  const auto other = open_store(options_for(elsewhere / "store"));
  test::write_file(f.folder / "other.pub", other.public_key());
  CHECK(verify(f.options.folder, f.folder / "other.pub").value().faults.size() == 2);
}

TEST_CASE("pictures of the agent's store are held against their alerts, those given up for room are no fault", "[K4][K8]") {
  Fixture f;
  f.options.evidence_budget = 2500;
  f.open();
  std::string where;
  for (int i = 1; i <= 4; ++i) {
    const auto stamp = record_with_picture(*f.store, "a" + std::to_string(i), std::string(1000, static_cast<char>('0' + i)));
    where = "event " + std::to_string(stamp.seq) + ", picture 1: ";
  }
  f.store->checkpoint(at(30)).value();
  const auto verdict = f.verdict();
  CHECK(verdict.faults == none);
  CHECK(verdict.pictures == 2);
  const auto file = f.options.folder / "evidence/a4-1.jpg";
  SECTION("one is changed") {
    test::write_file(file, std::string(1000, 'x'));
    CHECK(f.faults() == std::vector<std::string>{where + "a4-1.jpg was changed: it has another hash"});
  }
  SECTION("one is removed") {
    std::filesystem::remove(file);
    CHECK(f.faults() == std::vector<std::string>{where + "a4-1.jpg is missing"});
  }
}

TEST_CASE("a journal that the agent pruned begins at a checkpoint", "[K4][K8]") {
  Fixture f;
  f.options.journal_budget = 8000;
  f.open();
  for (int round = 0; round < 6; ++round) {
    f.record(round * 40, 40);
    f.send_all();
    f.store->ledger().enter("c" + std::to_string(round), at(60).wall, "{}", at(0).wall).value();
    f.store->checkpoint(at(3600.0 * round)).value();
    for (int i = 0; i < 50 && f.store->tidy(at(3600.0 * round + 1)).value(); ++i) {
    }
    CHECK(f.faults() == none);
  }
  const auto verdict = f.verdict();
  CHECK(verdict.events < 480);
  CHECK(verdict.commands == 6);
  f.open();
  CHECK(f.faults() == none);
}

}  // namespace kuzet::outbox
