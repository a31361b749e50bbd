// SPDX-License-Identifier: Apache-2.0
// Past runs, watchdog and systemd, tied together.
#include "agent/run/supervision.hpp"

#include "agent/run/node_watch.hpp"
#include "agent/run/notify.hpp"

#include <spdlog/spdlog.h>
#include <boost/json/array.hpp>

#include <cstdlib>
#include <utility>

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
           [this](const std::string& camera, const std::string& cause) { hooks_.offline.dark(camera, cause); }, remember_}) {}

void Supervision::begin(Dispatch& dispatch, const Moment& now) {
  dispatch_ = &dispatch;
  past_.begin(remember_, now);
}

/// The alert of an earlier restart may be open still: what this one says is worth a message of its own, once it was seen again.
void Supervision::tell_restart(const Moment& now) {
  auto fault = past_.fault(now);
  if (!fault) return;
  const auto count = fault->at("count").to_number<std::uint64_t>();
  (*fault)["edition"] = count > 1 && told_restart_++ > 2 ? count : 0;
  hooks_.fault(node_fault::restarted, std::move(*fault), while_it_holds);
}

void Supervision::ask_store() {
  if (std::exchange(asked_, true)) return;
  dispatch_->apart([] { return true; },
                   [this](bool) {
                     asked_ = false;
                     watchdog_.store_answered(std::chrono::steady_clock::now());
                   });
}

void Supervision::tick(const std::vector<StuckCamera>& stuck, const std::string& watches, const std::string& configuration,
                       const Moment& now) {
  past_.tick(remember_, now);
  tell_restart(now);
  ask_store();
  watchdog_.uplink_is_in(dispatch_->uplink_in(), now.steady);
  watchdog_.look(stuck, now);
  if (watchdog_.restart()) return notify_status(*watchdog_.restart());
  const auto hung = watchdog_.hung();
  const auto unwritten = dispatch_->unwritten();
  notify_alive(watches + (hung.empty() ? "" : " (" + std::to_string(hung.size()) + " hung)") +
               (dispatch_->online() ? ", online, " : ", offline, ") + std::to_string(dispatch_->waiting()) +
               " waiting, configuration " + configuration +
               (unwritten.empty() ? "" : "; the store takes nothing: " + unwritten));
}

void Supervision::end(const Moment& now) {
  past_.end(remember_, watchdog_.restart().value_or(""), now);
  last_resort_.emplace(orderly_end, end_at_once);
}

json::object Supervision::about(const Moment& now) const {
  json::array hung;
  for (const auto& camera : watchdog_.hung()) hung.emplace_back(camera);
  return {{"restarts", past_.about(now)}, {"hung", std::move(hung)}};
}

}  // namespace kuzet::run
