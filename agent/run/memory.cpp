// SPDX-License-Identifier: Apache-2.0
// Facts over restarts.
#include "agent/run/memory.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr Duration longest_mute = std::chrono::hours(7 * 24);
constexpr Duration old_enough = 10s;     // a suspicion that is younger is not worth a write
constexpr Duration written_again = 60s;  // so that its age is known after a cut
constexpr auto worth_restoring = 15min;  // after a longer outage the same thing may well be another one
constexpr std::string_view mute_prefix = "mute/", suspect_prefix = "suspect/";

Duration since(Wall then, const Moment& now) { return std::max<Duration>(Duration::zero(), now.wall - then); }

}  // namespace

Alert restored(uplink::Restored from, const std::string& boot_id, const Moment& now) {
  Alert& alert = from.alert;
  if (!boot_id.empty() && from.boot_id == boot_id) {
    alert.started.steady = Steady(std::chrono::milliseconds(from.started_steady_ms));
    alert.started.clock = now.clock;  // unsynced now: it was so then
    if (alert.ended && from.ended_steady_ms) alert.ended->steady = Steady(std::chrono::milliseconds(*from.ended_steady_ms));
    return std::move(alert);
  }
  alert.started.steady = now.steady - since(alert.started.wall, now);
  if (alert.ended) alert.ended->steady = now.steady - since(alert.ended->wall, now);
  return std::move(alert);
}

void Mutes::restore(const Facts& facts, const Moment& now) {
  for (const auto& [name, value] : facts) {
    const auto until = parse_rfc3339(value);
    const std::string rule = name.substr(std::min(name.size(), mute_prefix.size()));
    const bool holds = until && *until > now.wall && Duration(*until - now.wall) <= longest_mute;
    if (holds)
      until_[rule] = now.steady + (*until - now.wall);
    else
      remember_(name, "");
  }
}

void Mutes::mute(const std::string& rule, Duration length, const Moment& now) {
  until_[rule] = now.steady + length;
  remember_(std::string(mute_prefix) + rule, rfc3339(now.wall + std::chrono::duration_cast<std::chrono::milliseconds>(length)));
}

bool Mutes::muted(const std::string& rule, const Moment& now) {
  const auto found = until_.find(rule);
  if (found == until_.end()) return false;
  if (now.steady < found->second) return true;
  until_.erase(found);
  remember_(std::string(mute_prefix) + rule, "");
  return false;
}

std::vector<std::string> Mutes::rules(const Moment& now) {
  std::vector<std::string> names, out;
  for (const auto& [rule, until] : until_) names.push_back(rule);
  std::ranges::copy_if(names, std::back_inserter(out), [&](const std::string& rule) { return muted(rule, now); });
  return out;
}

std::vector<Alert> SuspectBook::restore(const Facts& facts, const Moment& now) {
  std::vector<Alert> out;
  for (const auto& [name, value] : facts) {
    const auto space = value.find(' ');
    const auto saved = parse_rfc3339(value.substr(0, space));
    auto state = space == std::string::npos ? Result<uplink::Restored>(Error{Code::corrupt, "no state"})
                                            : uplink::read_open_state(value.substr(space + 1));
    if (saved && state && since(*saved, now) <= worth_restoring) {
      out.push_back(restored(std::move(*state), boot_id_, now));
      out.back().since_uncertain = true;  // nobody saw it all the time
      written_[name] = now.steady;
    } else {
      remember_(name, "");
    }
  }
  return out;
}

void SuspectBook::keep(const std::vector<Alert>& suspects, const std::function<bool(const std::string&)>& slow,
                       const Moment& now) {
  std::set<std::string> there;
  for (const auto& suspect : suspects) {
    if (now.steady - suspect.started.steady < old_enough || !slow(suspect.rule)) continue;
    const std::string name = std::string(suspect_prefix) + suspect.rule + "/" + std::to_string(suspect.object);
    there.insert(name);
    const auto written = written_.find(name);
    if (written != written_.end() && now.steady - written->second < written_again) continue;
    remember_(name, rfc3339(now.wall) + " " + uplink::open_state(suspect, boot_id_));
    written_[name] = now.steady;
  }
  std::erase_if(written_, [&](const auto& one) {
    if (there.contains(one.first)) return false;
    remember_(one.first, "");
    return true;
  });
}

}  // namespace kuzet::run
