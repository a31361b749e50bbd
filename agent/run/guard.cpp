// SPDX-License-Identifier: Apache-2.0
// The guardian's own work, in its own process.
#include "agent/alerts/switching.hpp"
#include "agent/run/guardian.hpp"
#include "agent/run/lines.hpp"
#include "agent/run/system_clock.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

/// All that comes until the other end is closed; what is longer than any list is cut.
std::string read_to_end(int input) {
  std::string out;
  std::array<char, 4096> part{};
  for (;;) {
    const auto read = ::read(input, part.data(), part.size());
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return out;
    if (out.size() < longest_list) out.append(part.data(), static_cast<std::size_t>(read));
  }
}

/// What the lines tell comes to the one thread that decides.
class Desk {
 public:
  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    came_.notify_one();
  }
  /// Runs what is there, or the first that comes within `wait`.
  void work(Duration wait) {
    std::deque<std::function<void()>> jobs;
    {
      std::unique_lock lock(mutex_);
      came_.wait_for(lock, wait, [this] { return !jobs_.empty(); });
      jobs.swap(jobs_);
    }
    for (auto& job : jobs) job();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> jobs_;
};

bool safe(const alerts::OutputControl& output) { return output.known() == output.limits().safe && !output.trouble(); }

/// All that threads of lines may still use when nobody waits for them any more: it is never taken apart.
struct Rescue {
  SystemClock clock;
  Desk desk;
  alerts::Switching control;
  Lines lines;

  Rescue(const std::vector<OutputSettings>& outputs, std::vector<alerts::OutputLimits> limits)
      : control(std::move(limits), {}, ""),
        lines(
            {}, attached_of(outputs), clock, [this](std::function<void()> job) { desk.post(std::move(job)); }, hooks()) {}
  LineHooks hooks() {
    LineHooks out;
    out.switched = [this](const std::string& output, bool on, const Result<>& done) {
      (void)control.report(output, on, done, clock.now());
    };
    return out;
  }

  /// The safe states are ordered as at a start: with the same patience, and the same tries.
  void work(Duration within) {
    const Steady end = clock.now().steady + within;
    while (clock.now().steady < end) {
      for (const auto& order : control.tick(clock.now()).switches) lines.want(order.output, order.on);
      if (std::ranges::all_of(control.outputs(), [](const auto& one) { return safe(one.second); })) return;
      desk.work(100ms);
    }
  }
};

std::string listed(const alerts::Switching& control, bool good) {
  std::string out;
  for (const auto& [id, output] : control.outputs())
    if (safe(output) == good)
      out += (out.empty() ? "" : ", ") + id + (output.trouble() ? " (" + output.trouble()->cause + ")" : "");
  return out;
}

}  // namespace

int guard_outputs(int input, const Guardian::Say& say, FindDevice find, Duration within) {
  const std::string said = read_to_end(input);
  const auto end = said.find('\n');
  if (end == std::string::npos || std::string_view(said).substr(end + 1) == good_bye) return 0;  // or it never began
  const auto outputs = read_guarded(std::string_view(said).substr(0, end), find);
  if (!outputs) return say("guardian: " + outputs.error().what), 1;
  std::vector<alerts::OutputLimits> limits;
  for (const auto& output : *outputs) limits.push_back(output.limits);
  static auto& rescue = *new Rescue(*outputs, std::move(limits));
  rescue.work(within);
  const auto& control = rescue.control;
  const std::string done = listed(control, true), not_done = listed(control, false);
  say("guardian: the agent ended without a word; " + (done.empty() ? "" : "in their safe state: " + done) +
      (done.empty() || not_done.empty() ? "" : "; ") + (not_done.empty() ? "" : "could not be switched: " + not_done));
  return not_done.empty() ? 0 : 1;
}

}  // namespace kuzet::run
