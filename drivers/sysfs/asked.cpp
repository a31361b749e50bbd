// SPDX-License-Identifier: Apache-2.0
// Whose turn it is, and what becomes of the answer.
#include "drivers/sysfs/asked.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace kuzet::drivers::sysfs {

namespace {

class AskedLine final : public Line {
 public:
  AskedLine(std::vector<Asking> sensors, const Clock& clock) : sensors_(std::move(sensors)), clock_(clock) {}

  Result<> work(LineEvents& events, std::stop_token stop) override {
    due_.assign(sensors_.size(), clock_.now().steady);
    while (!stop.stop_requested()) {
      for (std::size_t i = 0; i < sensors_.size() && !stop.stop_requested(); ++i)
        if (clock_.now().steady >= due_[i]) ask(i, events);
      rest(stop);
    }
    return {};
  }

 private:
  static constexpr Duration longest_rest = std::chrono::minutes(1);  // a clock that was set does not hold us up for longer

  void ask(std::size_t i, LineEvents& events) {
    const auto answer = sensors_[i].sensor->ask(clock_);
    due_[i] = std::max(due_[i] + sensors_[i].every, clock_.now().steady);
    if (!answer) return events.failed(i, answer.error().what);
    if (!answer->about.empty()) events.described(i, answer->about);
    if (answer->samples.empty()) return events.alive(i);
    events.sampled(i, answer->samples);
  }

  void rest(const std::stop_token& stop) {
    Steady next = clock_.now().steady + longest_rest;
    for (const auto& due : due_) next = std::min(next, due);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, next - clock_.now().steady, [] { return false; });
  }

  std::vector<Asking> sensors_;
  const Clock& clock_;
  std::vector<Steady> due_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

}  // namespace

std::unique_ptr<Line> asked_line(std::vector<Asking> sensors, const Clock& clock) {
  return std::make_unique<AskedLine>(std::move(sensors), clock);
}

Outcome outcome(std::size_t channel, const Result<double>& value, const Moment& now) {
  if (value) return {{channel, *value, now}, true, {}};
  const bool garbage = value.error().code == Code::corrupt;
  return {{channel, 0, now, Quality::bad, garbage ? flaw::no_number : flaw::device_fault}, garbage, value.error().what};
}

Result<Answer> gathered(const std::vector<Outcome>& channels, std::string about) {
  if (!channels.empty() && std::ranges::none_of(channels, &Outcome::read)) return Error{Code::io, channels[0].what};
  Answer answer{{}, std::move(about)};
  for (const auto& one : channels) {
    answer.samples.push_back(one.sample);
    if (!one.what.empty()) answer.about += (answer.about.empty() ? "" : "; ") + one.what;
  }
  return answer;
}

}  // namespace kuzet::drivers::sysfs
