// SPDX-License-Identifier: Apache-2.0
// Alerts taken by the store against bare SQLite commits of the same bytes, in pairs one after the other.
#include "agent/run/credentials.hpp"
#include "tests/bench/alerts.hpp"
#include "tests/bench/bare_store.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/uplink.hpp"

#include <chrono>
#include <cstdio>

namespace kuzet::bench {

namespace {

constexpr std::uint64_t alerts = 2000;
constexpr std::uint64_t before = 1500;  // until the write-ahead log has its size

/// Wall time, for flushing waits for the disk.
template <class Work>
double per_second(const Work& work) {
  for (std::uint64_t i = 0; i < before; ++i) work(i);
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = before; i < before + alerts; ++i) work(i);
  return alerts / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double with_outbox(const std::filesystem::path& folder, Phase phase) {
  const auto all = board(folder);
  const auto who = run::identity_of(all);
  const run::SystemClock clock;
  auto store = open_store(all);
  return per_second([&](std::uint64_t i) { (void)must(store.record(draft_of(who, event(i, phase, clock.now())))); });
}

double with_bare_sqlite(const std::filesystem::path& folder, const std::string& body) {
  BareStore store(folder);
  return per_second([&](std::uint64_t) { store.commit(body); });
}

void measure(const UplinkRequest& request, Phase phase, const char* what) {
  const auto bytes = stored_bytes(phase);
  std::vector<double> bare, ours;
  for (int i = 0; i < request.pairs; ++i) {
    const auto folder = request.folder / "store";
    bare.push_back(with_bare_sqlite(folder / "bare", bytes.body));
    ours.push_back(with_outbox(folder / "outbox", phase));
    std::filesystem::remove_all(folder);
  }
  print_row({what, std::to_string(bytes.body.size()), std::to_string(bytes.state), figure_and_range(bare, 0),
             figure_and_range(ours, 0), figure(median_ratio(ours, bare))});
}

}  // namespace

void measure_store(const UplinkRequest& request) {
  std::printf(
      "\nStoring, %llu events, each flushed to the disk on its own, %d pairs; wall time. Bare SQLite writes the bytes that "
      "are\n"
      "sent, made beforehand; the store makes them, chains them and keeps what restores an open alert.\n\n",
      static_cast<unsigned long long>(alerts), request.pairs);
  print_head({"event", "bytes that are sent", "bytes that restore it", "bare SQLite (WAL, FULL), a second", "store, a second",
              "store / bare"});
  measure(request, Phase::closed, "closed");
  measure(request, Phase::opened, "opened");
}

}  // namespace kuzet::bench
