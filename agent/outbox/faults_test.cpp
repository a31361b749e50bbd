// SPDX-License-Identifier: Apache-2.0
// The disk attacked on purpose: kills, a second agent, no permission, garbage, a full disk.
#include "agent/outbox/outbox.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/small_disk.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace kuzet::outbox {

namespace {

using test::event_of;
using test::open_store;
using test::options_for;
using test::TempFolder;

/// In the child: records for ever (or `most` times) and reports each seq through the pipe once record() has returned.
[[noreturn]] void record_and_report(const Options& options, int pipe, std::uint64_t most) {
  auto store = Outbox::open(options, test::at(0));
  for (std::uint64_t i = 0; store && i < most; ++i) {
    const auto stamp = store->record(event_of("a" + std::to_string(i)));
    if (!stamp || ::write(pipe, &stamp->seq, sizeof stamp->seq) != sizeof stamp->seq) ::_exit(1);
  }
  ::_exit(store ? 0 : 1);
}

/// Runs a child that records; kills it when `reports` have come, or lets it exit by itself after as many. Returns the last seq
/// reported.
std::uint64_t run_child(const Options& options, std::uint64_t reports, bool kill) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    record_and_report(options, ends[1], kill ? UINT64_MAX : reports);
  }
  ::close(ends[1]);
  std::uint64_t last = 0, seq = 0;
  for (std::uint64_t i = 0; ::read(ends[0], &seq, sizeof seq) == sizeof seq; last = seq)
    if (++i == reports && kill) ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return last;
}

std::uint64_t count_without_hole(Outbox& store) {
  std::uint64_t expected = 0;
  for (const auto& message : store.page(test::page_of(Shelf::unsent), test::at(0)).value())
    if (message.seq != ++expected) FAIL("seq " << message.seq << " stands where " << expected << " belongs");
  return expected;
}

Result<Outbox> failed_open(const std::filesystem::path& folder) { return Outbox::open(options_for(folder), test::at(0)); }

/// Records until the disk takes nothing more; how many it took.
std::uint64_t record_until_refused(Outbox& store, Error& refusal) {
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const auto stamp = store.record(event_of("a" + std::to_string(i)));
    if (stamp) continue;
    refusal = stamp.error();
    return i;
  }
  return 100'000;
}

}  // namespace

TEST_CASE("every event that a process reported is there after it vanished", "[K1]") {
  const TempFolder folder;
  const auto options = options_for(folder.path());
  std::uint64_t reported = 0;
  for (const std::uint64_t events : {1, 2, 7, 20}) {
    reported = run_child(options, events, false);
    auto store = open_store(options);
    CHECK(count_without_hole(store) == reported);
  }
  CHECK(reported == 30);
}

TEST_CASE("every event that a killed process reported is there, at whatever moment it was killed", "[K1]") {
  const TempFolder folder;
  const auto options = options_for(folder.path());
  for (const std::uint64_t events : {1, 3, 5, 11, 17, 23, 31, 43}) {
    const auto reported = run_child(options, events, true);
    auto store = open_store(options);
    const auto there = count_without_hole(store);
    CHECK(there >= reported);
    CHECK(store.record(event_of("next")).value().seq == there + 1);
  }
}

TEST_CASE("a second agent on the same store is refused with a sentence, and let in when the first is gone") {
  const TempFolder folder;
  std::optional<Outbox> first = open_store(options_for(folder.path()));
  const auto second = failed_open(folder.path());
  REQUIRE(!second);
  CHECK(second.error().code == Code::busy);
  CHECK(second.error().what == "another kuzet is running on " + folder.path().string());
  first->record(event_of("a1")).value();
  first.reset();
  CHECK(failed_open(folder.path()).has_value());
}

TEST_CASE("a store that cannot be made says why") {
  const TempFolder folder;
  test::write_file(folder / "file", "");
  for (const auto& place : {folder / "file", folder / "file" / "store", std::filesystem::path("/proc/nonexistent/store")}) {
    const auto store = failed_open(place);
    REQUIRE(!store);
    CHECK(store.error().code == Code::io);
    CHECK(store.error().what.find(place.string()) != std::string::npos);
  }
}

TEST_CASE("a full disk refuses new events, keeps the old ones and takes new ones when there is room", "[K1][K4]") {
  const test::SmallDisk disk(1);
  if (!disk.mounted) {
    WARN("skipped: mounting a small file system needs root");
    return;
  }
  auto store = open_store(options_for(disk.folder / "store"));
  for (int i = 0; i < 5; ++i) store.record(event_of("early" + std::to_string(i))).value();
  disk.fill();
  Error refusal;
  const auto accepted = record_until_refused(store, refusal);
  INFO(refusal.what);
  CHECK(refusal.code == Code::full);
  CHECK(count_without_hole(store) == 5 + accepted);
  const auto kept = store.keep_picture("a1", "evidence/a1/", std::string(8192, 'x'));
  REQUIRE(!kept);
  CHECK(kept.error().code == Code::full);

  disk.make_room();
  CHECK(store.record(event_of("late")).value().seq == 6 + accepted);
  store.settle({{{1, 1}, {1, 2}, {1, 3}}, {}}).value();
  CHECK(store.page(test::page_of(Shelf::unsent, 1), test::at(0)).value().at(0).seq == 4);
}

TEST_CASE("what a full disk accepted is there after a restart", "[K1]") {
  const test::SmallDisk disk(1);
  if (!disk.mounted) {
    WARN("skipped: mounting a small file system needs root");
    return;
  }
  const auto options = options_for(disk.folder / "store");
  std::uint64_t accepted = 0;
  {
    auto store = open_store(options);
    Error refusal;
    accepted = record_until_refused(store, refusal);
    CHECK(refusal.code == Code::full);
  }
  if (const auto cramped = Outbox::open(options, test::at(0)); !cramped)
    CHECK(cramped.error().code == Code::full);  // not corrupt: nothing is set aside
  REQUIRE(disk.grow(4));
  auto store = open_store(options);
  CHECK(!store.salvage());
  CHECK(count_without_hole(store) == accepted);
}

}  // namespace kuzet::outbox
