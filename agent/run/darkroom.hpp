// SPDX-License-Identifier: Apache-2.0
// A thread of low priority for pictures: compresses them as they come, and makes films of them in between, picture by picture.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace kuzet::run {

/// Neither the analysis of pictures, nor the store, nor what is done at home waits for it. What is short goes before what is
/// long. Destruction drops what waits and ends after the step that is being taken.
class Darkroom {
 public:
  using Home = std::function<void(std::function<void()>)>;

  explicit Darkroom(Home home) : home_(std::move(home)), thread_([this](const std::stop_token& stop) { work(stop); }) {}
  ~Darkroom();
  Darkroom(const Darkroom&) = delete;
  Darkroom& operator=(const Darkroom&) = delete;

  /// Runs `work()` on the thread and then `tell(result)` at home. Any thread. Nothing may be thrown.
  template <class Work, class Tell>
  void ask(Work work, Tell tell) {
    push(short_, [this, work = std::move(work), tell = std::move(tell)]() mutable {
      home_([tell = std::move(tell), result = work()]() mutable { tell(std::move(result)); });
      return false;
    });
  }

  /// Long work: `step()` is taken again as long as it says that there is more; short work passes in between. Then
  /// `tell(result())` comes home. One after the other.
  template <class Step, class Collect, class Tell>
  void ask_in_steps(Step step, Collect collect, Tell tell) {
    push(long_, [this, step = std::move(step), collect = std::move(collect), tell = std::move(tell)]() mutable {
      if (step()) return true;
      home_([tell = std::move(tell), result = collect()]() mutable { tell(std::move(result)); });
      return false;
    });
  }

 private:
  using Job = std::function<bool()>;  // true: it wants to go on
  void push(std::deque<Job>& lane, Job job);
  void work(const std::stop_token& stop);

  Home home_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> short_, long_;
  std::jthread thread_;
};

}  // namespace kuzet::run
