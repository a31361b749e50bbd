// SPDX-License-Identifier: Apache-2.0
// Patience with each loop, and what comes after it.
#include "agent/run/watchdog.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

// One job of the store: a card that recovers from an error takes tens of seconds, and what waits in memory is lost with a
// restart. A store whose pages rot is read anew in one job, which takes minutes for its gigabytes.
constexpr Duration store_may_take = 5min;
// One call into the MQTT library: a look-up of a name takes the system 40 s where no server answers.
constexpr Duration uplink_may_take = 2min;
constexpr Duration told_within = 15s;        // for the store and the centre to have it before the agent ends
constexpr Duration one_restart_within = 1h;  // for one and the same camera

/// "BOOT SECONDS"; nothing where it is of another boot, by whose clock nothing can be said.
std::optional<Steady> when(const std::string& fact, const std::string& boot) {
  if (boot.empty() || !fact.starts_with(boot + " ")) return std::nullopt;
  long long seconds = 0;
  const auto* const end = fact.data() + fact.size();
  const auto read = std::from_chars(fact.data() + boot.size() + 1, end, seconds);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return Steady(std::chrono::seconds(seconds));
}

std::string seconds_of(Duration duration) { return std::to_string(std::llround(in_seconds(duration))) + " s"; }

}  // namespace

Watchdog::Watchdog(const Facts& facts, std::string boot, bool supervised, const Moment& now, Hooks hooks)
    : boot_(std::move(boot)), supervised_(supervised), hooks_(std::move(hooks)) {
  beats_.expect("store", store_may_take, now.steady);
  beats_.expect("uplink", uplink_may_take, now.steady);
  for (const auto& [name, value] : facts)
    if (const auto at = when(value, boot_); at && name.starts_with(prefix)) restarted_for_[name.substr(prefix.size())] = *at;
}

void Watchdog::uplink_is_in(std::optional<Steady> since, Steady now) { beats_.beat("uplink", since.value_or(now)); }

void Watchdog::look(const std::vector<StuckCamera>& stuck, const Moment& now) {
  std::erase_if(hung_, [&](const auto& one) {
    const bool back = std::ranges::find(stuck, one.first, &StuckCamera::camera) == stuck.end();
    if (back) hooks_.say("camera " + one.first + ": it came back");
    return back;
  });
  for (const auto& one : stuck) set_apart(one, now);
  if (!hung_.empty()) {
    boost::json::array names;
    for (const auto& [camera, one] : hung_) names.emplace_back(camera);
    const auto& [first, why] = *hung_.begin();
    hooks_.hung({{"cameras", std::move(names)},
                 {"what", "camera " + first + ": " + why.cause},
                 {"do", "unplug the camera and plug it in again, or cut its power for a moment"}});
  }
  judge_loops(now.steady);
  judge_cameras(now);
}

void Watchdog::set_apart(const StuckCamera& stuck, const Moment& now) {
  const auto cause = stuck.in + " does not come back";
  if (!hung_.contains(stuck.camera))
    hooks_.say("camera " + stuck.camera + ": " + cause + " since " + seconds_of(now.steady - stuck.since) +
               "; it is set apart, the others go on");
  hung_.try_emplace(stuck.camera, Hung{now.steady, cause});
  hooks_.dark(stuck.camera, cause);
}

void Watchdog::judge_loops(Steady now) {
  for (const auto& late : beats_.late(now))
    if (!restart_) {
      restart_ = "the " + late.loop + " does not come back since " + seconds_of(now - late.since);
      hooks_.say(*restart_ + (supervised_ ? "; the agent is begun anew" : ""));
    }
}

bool Watchdog::may_restart_for(const std::string& camera, Steady now) const {
  const auto found = restarted_for_.find(camera);
  return found == restarted_for_.end() || now < found->second || now - found->second >= one_restart_within;
}

void Watchdog::judge_cameras(const Moment& now) {
  if (restart_ || !supervised_) return;
  const auto due = std::ranges::find_if(hung_, [&](const auto& one) {
    return now.steady - one.second.found >= told_within && may_restart_for(one.first, now.steady);
  });
  if (due == hung_.end()) return;
  restart_ = "camera " + due->first + ": " + due->second.cause;
  hooks_.say(*restart_ + "; the agent is begun anew, once in an hour for this camera");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.steady.time_since_epoch()).count();
  for (const auto& [camera, one] : hung_) hooks_.remember(std::string(prefix) + camera, boot_ + " " + std::to_string(seconds));
}

std::vector<std::string> Watchdog::hung() const {
  std::vector<std::string> out;
  for (const auto& [camera, one] : hung_) out.push_back(camera);
  return out;
}

}  // namespace kuzet::run
