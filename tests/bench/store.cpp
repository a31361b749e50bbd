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

constexpr std::uint64_t turns = 40, alerts = 50;  // in each turn
constexpr std::uint64_t before = 1500;            // until the write-ahead log has its size
constexpr std::uint64_t open_alerts = 10;

/// Seconds of wall time, for flushing waits for the disk.
template <class Work>
double seconds(std::uint64_t times, const Work& work) {
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < times; ++i) work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

struct PerSecond {
  double bare = 0, ours = 0;
};

/// In short turns, so that what else the disk has to do falls on both.
PerSecond measure_pair(const std::filesystem::path& folder, Phase phase, const std::string& body) {
  const auto all = board(folder / "outbox");
  const auto who = run::identity_of(all);
  const run::SystemClock clock;
  auto store = open_store(all);
  BareStore bare(folder / "bare");
  const auto commit = [&] { bare.commit(body); };
  std::uint64_t recorded = 0;
  const auto record = [&] { (void)must(store.record(draft_of(who, event(recorded++ % open_alerts, phase, clock.now())))); };
  (void)seconds(before, commit);
  (void)seconds(before, record);
  PerSecond took;
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    took.bare += seconds(alerts, commit);
    took.ours += seconds(alerts, record);
  }
  return {turns * alerts / took.bare, turns * alerts / took.ours};
}

void measure(const UplinkRequest& request, Phase phase, const char* what) {
  const auto bytes = stored_bytes(phase);
  std::vector<double> bare, ours;
  for (int i = 0; i < request.pairs; ++i) {
    const auto folder = request.folder / "store";
    const auto pair = measure_pair(folder, phase, bytes.body + std::string(bytes.state, 'x'));
    bare.push_back(pair.bare);
    ours.push_back(pair.ours);
    std::filesystem::remove_all(folder);
  }
  print_row({what, std::to_string(bytes.body.size()), std::to_string(bytes.state), figure_and_range(bare, 0),
             figure_and_range(ours, 0), figure(median_ratio(ours, bare))});
}

}  // namespace

void measure_store(const UplinkRequest& request) {
  std::printf(
      "\nStoring, %llu events, each flushed to the disk on its own, %d pairs in turns of 50; wall time. Bare SQLite writes the "
      "same\n"
      "bytes, made beforehand; the store makes them and chains them (ten alerts are open).\n\n",
      static_cast<unsigned long long>(turns * alerts), request.pairs);
  print_head({"event", "bytes that are sent", "bytes that restore it", "bare SQLite (WAL, FULL), a second", "store, a second",
              "store / bare"});
  measure(request, Phase::closed, "closed");
  measure(request, Phase::updated, "updated");
}

}  // namespace kuzet::bench
