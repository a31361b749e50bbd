// SPDX-License-Identifier: Apache-2.0
// Calls that may hang, one after the other, on a thread of their own, so that nobody else has to wait for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace kuzet::link {

/// `Held` is what the calls are about; it lives and dies on that thread.
template <class Held>
class Caller {
 public:
  using Call = std::function<void(std::unique_ptr<Held>&)>;

  /// `patience`: how long the destructor waits for what was asked before.
  explicit Caller(std::chrono::milliseconds patience) : patience_(patience), thread_([shared = shared_] { work(*shared); }) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  /// Leaves a call behind that does not come to its end.
  ~Caller() {
    auto ended = shared_->ended.get_future();
    ask(nullptr);
    if (ended.wait_for(patience_) == std::future_status::ready)
      thread_.join();
    else
      thread_.detach();
  }

  /// Since when the call under way has not come back; nothing where there is none.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> busy_since() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->busy_since;
  }

  void ask(Call call) {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->calls.push_back(std::move(call));
    }
    shared_->came.notify_one();
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable came;
    std::deque<Call> calls;  // an empty one is the last
    std::optional<std::chrono::steady_clock::time_point> busy_since;
    std::promise<void> ended;
  };

  static void work(Shared& shared) {
    std::unique_ptr<Held> held;
    for (;;) {
      std::unique_lock lock(shared.mutex);
      shared.busy_since.reset();
      shared.came.wait(lock, [&] { return !shared.calls.empty(); });
      const auto call = std::move(shared.calls.front());
      shared.calls.pop_front();
      shared.busy_since = std::chrono::steady_clock::now();
      lock.unlock();
      if (!call) break;
      call(held);
    }
    held.reset();
    shared.ended.set_value();
  }

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::chrono::milliseconds patience_;
  std::thread thread_;
};

}  // namespace kuzet::link
