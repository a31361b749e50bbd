// SPDX-License-Identifier: Apache-2.0
// The writer thread: work in the order it was asked for, results at home, nothing accepted is left undone.
#include "agent/outbox/keeper.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <algorithm>

namespace kuzet::outbox {

namespace {

using test::event_of;

struct Fixture {
  test::TempFolder folder;
  test::Home home;
  std::optional<Keeper> keeper;
  Fixture() { keeper.emplace(test::open_store(test::options_for(folder.path())), home.poster()); }
};

}  // namespace

TEST_CASE("the keeper works in the order in which it was asked, and tells at home") {
  Fixture f;
  const auto here = std::this_thread::get_id();
  std::vector<std::uint64_t> seqs;
  std::vector<std::thread::id> asked, told;
  for (int i = 0; i < 20; ++i)
    f.keeper->ask(
        [&asked, i](Outbox& store) {
          asked.push_back(std::this_thread::get_id());
          return store.record(event_of("a" + std::to_string(i)));
        },
        [&](const Result<Stamp>& stamp) {
          told.push_back(std::this_thread::get_id());
          seqs.push_back(stamp.value().seq);
        });
  f.home.run(20);
  f.keeper.reset();
  for (std::size_t i = 0; i < 20; ++i) CHECK(seqs.at(i) == i + 1);
  CHECK(std::ranges::count(told, here) == 20);
  CHECK(std::ranges::count(asked, asked[0]) == 20);
  CHECK(asked[0] != here);
}

TEST_CASE("the keeper's end finishes all work that was accepted", "[K1]") {
  Fixture f;
  for (int i = 0; i < 30; ++i)
    f.keeper->ask([i](Outbox& store) { return store.record(event_of("a" + std::to_string(i))); }, [](const Result<Stamp>&) {});
  f.keeper.reset();
  CHECK(f.home.waiting() == 30);
  auto store = test::open_store(test::options_for(f.folder.path()));
  CHECK(store.counts().value().unsent == 30);
}

TEST_CASE("work may be asked for from any thread, and from within an answer") {
  Fixture f;
  int answers = 0;
  const auto ask = [&f](auto tell) {
    f.keeper->ask([](Outbox& store) { return store.record(event_of("a")); }, std::move(tell));
  };
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 4; ++i)
      askers.emplace_back([&] {
        for (int k = 0; k < 5; ++k) ask([&](const Result<Stamp>&) { ask([&](const Result<Stamp>&) { ++answers; }); });
      });
  }
  f.home.run(40);
  CHECK(answers == 20);
  f.keeper.reset();
  CHECK(test::open_store(test::options_for(f.folder.path())).counts().value().unsent == 40);
}

}  // namespace kuzet::outbox
