// SPDX-License-Identifier: Apache-2.0
// The one thread that writes to the store: everybody else asks, and is told at home.
#pragma once

#include "agent/outbox/outbox.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace kuzet::outbox {

/// Owns the outbox and its writer thread. Work is done in the order in which it was asked for; its result is brought home by
/// `home`, which runs a function on the asker's thread (an executor's post). Destruction finishes all work that was accepted.
class Keeper {
 public:
  using Home = std::function<void(std::function<void()>)>;

  Keeper(Outbox outbox, Home home) : outbox_(std::move(outbox)), home_(std::move(home)), thread_([this] { work(); }) {}
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Runs `ask(outbox)` on the writer thread and then `tell(result)` at home. Any thread.
  template <class Ask, class Tell>
  void ask(Ask ask, Tell tell) {
    push([this, ask = std::move(ask), tell = std::move(tell)]() mutable {
      home_([tell = std::move(tell), result = ask(outbox_)]() mutable { tell(std::move(result)); });
    });
  }

 private:
  void push(std::function<void()> job);
  void work();

  Outbox outbox_;
  Home home_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace kuzet::outbox
