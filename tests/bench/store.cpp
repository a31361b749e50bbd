// SPDX-License-Identifier: Apache-2.0
// Alerts taken by the store against bare SQLite commits of the same bytes, in pairs one after the other.
#include "agent/outbox/outbox.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/figures.hpp"

#include <cstdio>
#include <stdexcept>

namespace kuzet::bench {

namespace {

constexpr int alerts = 2000;
constexpr std::size_t body_size = 1024;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("store: " + result.error().what);
  return std::move(*result);
}
void must(const Result<>& result) {
  if (!result) throw std::runtime_error("store: " + result.error().what);
}

/// Wall time, for flushing waits for the disk.
template <class Work>
double per_second(const Work& work) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < alerts; ++i) work(i);
  return alerts / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::string body_of(const std::string& alert, const outbox::Stamp& stamp) {
  std::string body =
      "{\"store\":\"" + stamp.store + "\",\"seq\":" + std::to_string(stamp.seq) + ",\"alert\":\"" + alert + "\",\"fill\":\"";
  return body.append(body_size - body.size() - 2, 'x') + "\"}";
}

double with_outbox(const std::filesystem::path& folder) {
  auto store = must(outbox::Outbox::open({folder, std::uint64_t{1} << 30, 0, "bench"}));
  return per_second([&](int i) {
    const std::string alert = "01M80VKMSGQ04Y01YW" + std::to_string(10'000'000 + i);
    outbox::Draft draft{alert, Phase::opened, Kind::fire, Wall{}, "kuzet/v1/site/node/alert/gate/fire", {}, {}, {}};
    draft.body = [&](const outbox::Stamp& stamp) { return body_of(alert, stamp); };
    must(store.record(draft));
  });
}

/// One table, one row for each alert, one commit each, every commit flushed.
double with_bare_sqlite(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  auto db = must(outbox::Database::open((folder / "bare.db").string(), outbox::Database::Mode::write));
  must(db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  must(db.execute("CREATE TABLE alert (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)"));
  auto insert = db.prepare("INSERT INTO alert VALUES (?1, ?2)");
  const outbox::Stamp stamp{"01M80VKMSGQ04Y01YW00000000", 1, 1};
  return per_second([&](int i) { must(insert.bind(1, i).bind(2, body_of("01M80VKMSGQ04Y01YW10000000", stamp)).run()); });
}

}  // namespace

void measure_store(const Request& request) {
  std::vector<double> bare, ours;
  for (int i = 0; i < request.pairs; ++i) {
    const auto folder = request.folder / ("store-" + std::to_string(i));
    bare.push_back(with_bare_sqlite(folder / "bare"));
    ours.push_back(with_outbox(folder / "outbox"));
    std::filesystem::remove_all(folder);
  }
  std::printf("\nStoring, %d alerts of %zu bytes, each flushed to the disk on its own; wall time.\n\n", alerts, body_size);
  print_head({"bare SQLite (WAL, FULL), a second", "outbox, a second", "outbox / bare"});
  print_row({figure_and_range(bare, 0), figure_and_range(ours, 0), figure(median_ratio(ours, bare))});
}

}  // namespace kuzet::bench
