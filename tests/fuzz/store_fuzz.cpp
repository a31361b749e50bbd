// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the files of a store: whatever happened to their bytes, the agent starts with them, records its next alert and
// says what it lost, and `kuzet verify` names a fault or none, without a crash. Run as `store_fuzz -max_len=96 CORPUS`.
#include "agent/outbox/ledger.hpp"
#include "agent/outbox/outbox.hpp"
#include "agent/outbox/verify.hpp"
#include "tests/fuzz/damage.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace kuzet::fuzz {

namespace {

namespace o = kuzet::outbox;

Moment at(int second) {
  using namespace std::chrono;
  return {Steady(hours(1) + seconds(second)), Wall(milliseconds(1795321858000) + seconds(second)), ClockState::synced};
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "store_fuzz: %s\n", why.c_str());
  std::abort();
}

template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) give_up(std::string(doing) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

o::Page page_of(o::Shelf shelf, std::size_t limit) {
  o::Page page;
  page.shelf = shelf;
  page.limit = limit;
  return page;
}

o::Draft event(const std::string& alert, Phase phase, int second) {
  o::Draft draft;
  draft.alert = alert;
  draft.phase = phase;
  draft.kind = "fire";
  draft.schema = "kuzet.alert/1";
  draft.at = at(second);
  draft.topic = "kuzet/v1/s/n/alert/yard/fire";
  if (phase != Phase::closed) draft.open_state = "{}";
  draft.body = [alert](const o::Stamp& stamp) {
    return R"({"schema":"kuzet.alert/1","store":")" + stamp.store + R"(","seq":)" + std::to_string(stamp.seq) + R"(,"id":")" +
           alert + "\"}";
  };
  return draft;
}

o::Draft observation(int second) {
  auto draft = event("", Phase::opened, second);
  draft.kind = "observation";
  draft.schema = "kuzet.obs/1";
  draft.topic = "kuzet/v1/s/n/obs/yard";
  draft.open_state.clear();
  return draft;
}

o::Draft gap(const o::Gap& what, const Moment& now) {
  auto draft = event("", Phase::opened, 0);
  draft.kind = "gap";
  draft.schema = "kuzet.gap/1";
  draft.at = now;
  draft.topic = "kuzet/v1/s/n/gap";
  draft.open_state.clear();
  draft.body = [what](const o::Stamp& stamp) {
    return R"({"schema":"kuzet.gap/1","store":")" + stamp.store + R"(","seq":)" + std::to_string(stamp.seq) + R"(,"from":)" +
           std::to_string(what.from) + "}";
  };
  return draft;
}

o::Options options_for(const std::filesystem::path& folder, const std::string& boot) {
  o::Options options;
  options.folder = folder;
  options.keep_free = 0;
  options.boot_id = boot;
  options.words.gap = gap;
  options.words.corrected = [](const std::string& body, std::chrono::milliseconds, Wall) { return body; };
  return options;
}

void fill(o::Outbox& store, int from, int to) {
  for (int i = from; i < to; ++i) {
    const std::string alert = "a" + std::to_string(i / 3);
    auto draft = event(alert, i % 3 == 0 ? Phase::opened : i % 3 == 1 ? Phase::updated : Phase::closed, i);
    if (i % 6 == 0) draft.pictures.push_back(must(store.keep_picture(alert, "evidence/", "a picture"), "keep_picture"));
    must(store.record(draft), "record");
    must(store.observe({observation(i), observation(i)}, at(i)), "observe");
    if (i % 5 == 0) must(store.ledger().enter("c" + std::to_string(i), at(i + 60).wall, "{}", at(i).wall), "enter");
    if (i % 20 == 0) must(store.checkpoint(at(i)), "checkpoint");
  }
}

/// A store with something in every table, part of it still in the write-ahead log.
Files seed() {
  const test::TempFolder folder;
  {
    auto store = must(o::Outbox::open(options_for(folder / "store", "boot-a"), at(0)), "open");
    fill(store, 0, 60);
    o::Settled settled;
    for (const auto& one : must(store.page(page_of(o::Shelf::unsent, 30), at(60)), "page")) {
      if (one.seq % 7 == 0)
        settled.refused.emplace_back(one.handle, 0x87);
      else
        settled.sent.push_back(one.handle);
    }
    must(store.settle(settled), "settle");
    must(store.centre_seen(), "centre_seen");
    must(store.remember("mute/yard/fire", "1"), "remember");
  }
  auto store = must(o::Outbox::open(options_for(folder / "store", "boot-b"), at(100)), "open again");
  fill(store, 60, 90);
  auto files = files_in(folder / "store");
  files.erase("kuzet.db-shm");
  files.erase("lock");
  auto& log = files["kuzet.db-wal"];
  log.resize(log.find_last_not_of('\0') + 1);  // it was grown beforehand: writing all of it each time would cost the time
  return files;
}

void read_all(o::Outbox& store, const Moment& now) {
  using enum o::Shelf;
  for (const auto shelf : {unsent, unconfirmed, refused, observations, span}) {
    auto page = page_of(shelf, 16);
    for (int pages = 0; pages < 100; ++pages) {
      const auto messages = store.page(page, now);
      if (!messages || messages->empty()) break;
      if (messages->back().handle.row <= page.after) give_up("a page that goes back");
      page.after = messages->back().handle.row;
    }
  }
  (void)store.open_states();
  (void)store.remembered("");
  (void)store.counts();
}

void settle_some(o::Outbox& store, const Moment& now) {
  o::Settled settled;
  if (const auto messages = store.page(page_of(o::Shelf::unsent, 8), now))
    for (const auto& one : *messages) settled.sent.push_back(one.handle);
  (void)store.settle(settled);
  (void)store.confirm_up_to(store.store(), 40);
  (void)store.confirm_alerts({"a3"});
  for (int i = 0; i < 3; ++i)
    if (const auto picture = store.next_picture(); picture && *picture)
      (void)store.picture_sent((*picture)->about.alert, (*picture)->about.n);
}

/// The next alert is on the disk, whatever the store was like: at once, or after it was renewed.
void record_one(o::Outbox& store, const Moment& now) {
  if (const auto done = store.record(event("next", Phase::opened, 200)); done || done.error().code != Code::corrupt) {
    if (!done) give_up("record: " + done.error().what);
    return;
  }
  must(store.renew(now), "renew");
  must(store.record(event("next", Phase::opened, 200)), "record after renew");
}

void run_agent(const std::filesystem::path& folder) {
  const Moment now = at(200);
  auto opened = o::Outbox::open(options_for(folder, "boot-c"), now);
  if (!opened) give_up("open: " + opened.error().what);
  o::Outbox store = std::move(*opened);
  record_one(store, now);
  read_all(store, now);
  settle_some(store, now);
  (void)store.observe({observation(201)}, now);
  (void)store.correct(now);
  (void)store.ledger().enter("new", at(300).wall, "{}", now.wall);
  for (int i = 0; i < 20; ++i)
    if (const auto more = store.tidy(now); !more || !*more) break;
  (void)store.checkpoint(now);
  (void)store.last_checkpoint();
  record_one(store, now);
  read_all(store, now);
}

std::filesystem::path scratch() {
  const std::filesystem::path memory = "/dev/shm";
  const auto base = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  return base / ("kuzet-store-fuzz-" + std::to_string(::getpid()));
}

void run(std::span<const std::uint8_t> input) {
  static const Files whole = seed();
  static const auto folder = scratch();
  auto files = whole;
  damage(files, input, {"kuzet.db", "kuzet.db", "kuzet.db-wal", "journal.pub"});
  put_files(folder, files);
  const auto before = o::verify(folder, std::nullopt);
  const bool untouched = input.size() < 6;
  if (untouched && !before) give_up("verify: " + before.error().what);
  if (untouched && !before->sound()) give_up("verify: " + before->faults.front());
  run_agent(folder);
  const auto after = o::verify(folder, std::nullopt);
  if (untouched && !after->sound()) give_up("verify afterwards: " + after->faults.front());
  std::error_code left;
  std::filesystem::remove_all(folder, left);
}

}  // namespace

}  // namespace kuzet::fuzz

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kuzet::fuzz::run({data, size});
  return 0;
}
