// SPDX-License-Identifier: Apache-2.0
// Past runs, watchdog and systemd, tied together.
#include "agent/run/supervision.hpp"

#include "agent/run/node_watch.hpp"
#include "agent/run/notify.hpp"

#include <spdlog/spdlog.h>
#include <boost/json/array.hpp>

#include <cstdlib>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration while_it_holds = 5s;
constexpr auto orderly_end = 20s;  // cameras 6 s, outputs 3 s, the disk 5 s, the broker 1 s; a service has 90 s

Facts facts_of(outbox::Outbox& store, std::string_view prefix) {
  auto facts = store.remembered(std::string(prefix));
  if (facts) return std::move(*facts);
  spdlog::error("store: {}", facts.error().what);
  return {};
}

PastRuns::Start start_of(const std::string& boot) {
  PastRuns::Start out{boot, {}, killed_for_memory()};
  if (const char* folder = std::getenv("RUNTIME_DIRECTORY"); folder != nullptr) out.told = read_ending(folder);
  return out;
}

}  // namespace

Supervision::Supervision(outbox::Outbox& store, const std::string& boot, const Moment& now, Hooks hooks)
    : hooks_(std::move(hooks)),
      past_(facts_of(store, PastRuns::prefix), start_of(boot), now),
      watchdog_(
          facts_of(store, Watchdog::prefix), boot, is_supervised(), now,
          {hooks_.say, [this](json::object details) { hooks_.fault(node_fault::hung, std::move(details), while_it_holds); },
           hooks_.dark, hooks_.remember}) {}

void Supervision::tick(const Signs& signs, const Moment& now) {
  past_.tick(hooks_.remember, now);
  if (auto fault = past_.fault(now)) hooks_.fault(node_fault::restarted, std::move(*fault), while_it_holds);
  if (!asked_) {
    asked_ = true;
    hooks_.ask_store([this] {
      asked_ = false;
      watchdog_.store_answered(std::chrono::steady_clock::now());
    });
  }
  watchdog_.uplink_is_in(signs.uplink_in, now.steady);
  watchdog_.look(signs.stuck, now);
  const auto hung = watchdog_.hung();
  const auto status = signs.status + (hung.empty() ? "" : ", " + std::to_string(hung.size()) + " hung");
  watchdog_.well() ? notify_alive(status) : notify_status(*watchdog_.restart());
}

void Supervision::end(const Moment& now) {
  past_.end(hooks_.remember, watchdog_.restart().value_or(""), now);
  last_resort_.emplace(orderly_end, end_at_once);
}

json::object Supervision::about(const Moment& now) const {
  json::array hung;
  for (const auto& camera : watchdog_.hung()) hung.emplace_back(camera);
  return {{"restarts", past_.about(now)}, {"hung", std::move(hung)}};
}

}  // namespace kuzet::run
