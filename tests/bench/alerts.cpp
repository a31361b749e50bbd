// SPDX-License-Identifier: Apache-2.0
// Alert events and stores full of them.
#include "tests/bench/alerts.hpp"

#include "agent/run/credentials.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/uplink/restore.hpp"
#include "tests/bench/bare_store.hpp"
#include "tests/harness/temp_folder.hpp"

#include <cstdio>

namespace kuzet::bench {

namespace {

constexpr std::uint64_t tidied_each = 1000;  // events

}  // namespace

std::string board_text(const std::filesystem::path& store, const std::string& uplink) {
  return "node: {id: bench, site: bench}\nstore: {path: \"" + store.string() + "\", journal: 64GiB, keep_free: 1MiB}\n" +
         uplink;
}

run::Configuration board(const std::filesystem::path& store, const std::string& uplink) {
  return must(run::parse(board_text(store, uplink), "bench", run::process_environment()));
}

AlertEvent event(std::uint64_t i, const Moment& now) { return event(i / 2, i % 2 == 0 ? Phase::opened : Phase::closed, now); }

AlertEvent event(std::uint64_t i, Phase phase, const Moment& now) {
  char id[27];
  std::snprintf(id, sizeof id, "01M80VKMSGQ04Y%012llu", static_cast<unsigned long long>(i));
  Alert alert;
  alert.id = id;
  alert.kind = Kind::illegal_parking;
  alert.source = "yard";
  alert.zone = "no_parking";
  alert.rule = "yard/illegal_parking/no_parking";
  alert.started = alert.confirmed = now;
  if (phase == Phase::closed) alert.ended = now;
  alert.confidence = 0.9;
  alert.box = {0.41, 0.52, 0.12, 0.1};
  alert.measure = {{"dwell_s", 180.0}};
  return {phase, alert, now};
}

outbox::Draft draft_of(const uplink::Identity& who, const AlertEvent& event) {
  static const std::string boot = run::boot_id();
  outbox::Draft draft;
  draft.alert = event.alert.id;
  draft.phase = event.phase;
  draft.kind = name(event.alert.kind);
  draft.schema = uplink::alert_schema;
  draft.at = event.at;
  draft.topic = uplink::alert_topic(who, event.alert);
  if (event.phase != Phase::closed) draft.open_state = uplink::open_state(event.alert, boot);
  draft.body = [who, event](const outbox::Stamp& stamp) { return uplink::alert_body(who, event, {}, stamp); };
  return draft;
}

outbox::Outbox open_store(const run::Configuration& all) {
  return must(outbox::Outbox::open(run::store_options(all, run::boot_id()), run::SystemClock().now()));
}

StoredBytes stored_bytes(Phase phase) {
  const test::TempFolder folder;
  const run::SystemClock clock;
  const auto all = board(folder.path());
  const auto draft = draft_of(run::identity_of(all), event(0, phase, clock.now()));
  auto store = open_store(all);
  (void)must(store.record(draft));
  return {must(store.page({}, clock.now())).front().body, draft.open_state.size()};
}

void fill(const run::Configuration& all, std::uint64_t events) {
  const run::SystemClock clock;
  const auto who = run::identity_of(all);
  auto store = open_store(all);
  for (std::uint64_t i = 0; i < events; ++i) {
    const Moment now = clock.now();
    (void)must(store.record(draft_of(who, event(i, now))));
    if (i % tidied_each == tidied_each - 1) (void)must(store.tidy(now));
  }
  must(store.checkpoint(clock.now()));
}

}  // namespace kuzet::bench
