// SPDX-License-Identifier: Apache-2.0
// A small agent for tests of the guardian: switches boxes on and waits. `kuzet-boxes SAFE FILE...`; SAFE is on or off.
#include "agent/run/guardian.hpp"
#include "agent/run/lines.hpp"
#include "agent/run/system_clock.hpp"
#include "tests/harness/box.hpp"

#include <signal.h>

#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <mutex>
#include <utility>
#include <vector>

namespace {

using namespace kuzet;
using namespace std::chrono_literals;

/// What threads tell comes here.
class Desk {
 public:
  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  void work() {
    std::deque<std::function<void()>> jobs;
    {
      const std::lock_guard lock(mutex_);
      jobs.swap(jobs_);
    }
    for (auto& job : jobs) job();
  }

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> jobs_;
};

void say(const std::string& sentence) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cerr << sentence << std::endl;
}

run::OutputSettings box_of(int number, bool safe, const std::string& file) {
  run::OutputSettings out;
  out.id = "box-" + std::to_string(number);
  out.limits.id = out.id;
  out.limits.safe = safe;
  out.entry.type = Node::Type::map;
  out.entry.members.push_back({"file", {}, Node{Node::Type::scalar, {}, file, true, {}, {}}});
  Faults faults("test");
  out.attached.type = &test::box_device();
  out.attached.device = out.attached.type->output(out.entry, "", faults);
  out.attached.device.id = out.id;
  return out;
}

/// Until SIGTERM; what it says of itself goes to standard error.
void serve(const std::vector<run::OutputSettings>& outputs, bool on) {
  const run::SystemClock clock;
  run::Guardian guardian(outputs, say);
  say("guardian " + std::to_string(guardian.process().value_or(-1)));
  Desk desk;
  run::LineHooks hooks;
  hooks.switched = [](const std::string& output, bool state, const Result<>& done) {
    say(output + (state ? " on" : " off") + (done ? "" : ": " + done.error().what));
  };
  run::Lines lines(
      {}, run::attached_of(outputs), clock, [&desk](std::function<void()> job) { desk.post(std::move(job)); },
      std::move(hooks));
  for (const auto& output : outputs) lines.want(output.id, on);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  const timespec wait{0, 20'000'000};
  while (sigtimedwait(&ends, nullptr, &wait) != SIGTERM) desk.work(), guardian.tick(clock.now());
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "guard-outputs") std::_Exit(run::guard_outputs(0, say, test::find_box, 3s));
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);  // of all threads: serve() waits for it
  std::vector<run::OutputSettings> outputs;
  for (std::size_t i = 1; i < words.size(); ++i) outputs.push_back(box_of(static_cast<int>(i), words[0] == "on", words[i]));
  serve(outputs, words[0] != "on");
  say("ended");
}
