// SPDX-License-Identifier: Apache-2.0
// Report by exception with a heartbeat.
#include "agent/run/observer.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr Duration every = 10s;      // between two batches of a source
constexpr Duration heartbeat = 60s;  // what does not change is told again after this long, so that silence means a fault

}  // namespace

void Observer::see(const std::string& source, const std::string& zone, const Observation& observation, const Moment& at) {
  values_[{source, zone, observation.what}].newest = {at, zone, observation};
}

void Observer::tell(const std::string& source, const Observation& observation, const Moment& at) {
  auto& waiting = once_[source];
  const auto* reading = observation.what == "reading" ? observation.values.if_contains("reading") : nullptr;
  if (reading != nullptr)
    std::erase_if(waiting, [&](const uplink::Observed& older) {
      const auto* name = older.observation.values.if_contains("reading");
      return older.observation.what == "reading" && name != nullptr && *name == *reading;
    });
  waiting.push_back({at, {}, observation});
}

std::vector<Observer::Batch> Observer::take(const Moment& now, bool sparse) {
  std::vector<Batch> out;
  if (turn_ && now.steady - *turn_ < (sparse ? heartbeat : every)) return out;
  turn_ = now.steady;
  for (auto& [key, value] : values_) {
    const auto& values = value.newest.observation.values;
    const bool changed = !value.when || values != value.told;
    const bool lives = now.steady - value.newest.at.steady <= every;  // a dead camera's last value is not told again
    if (!changed && !(lives && now.steady - *value.when >= heartbeat)) continue;
    const auto& source = std::get<0>(key);
    if (out.empty() || out.back().source != source) out.push_back({source, {}});
    out.back().observed.push_back(value.newest);
    value.told = values;
    value.when = now.steady;
  }
  for (auto& [source, waiting] : std::exchange(once_, {})) {
    auto batch = std::ranges::find(out, source, &Batch::source);
    if (batch == out.end()) batch = out.insert(out.end(), Batch{source, {}});
    for (auto& one : waiting) batch->observed.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
