// SPDX-License-Identifier: Apache-2.0
// A call into the kernel that may hang, made by a thread of its own, so that nobody has to wait for its end.
#pragma once

#include "drivers/av/handles.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>

namespace kuzet::drivers::v4l2 {

/// Does `work` in another thread and waits for its result as long as patience lasts; nullopt when that was too short. A result
/// that comes later is destroyed there. Opening and closing a USB camera that no longer answers takes the kernel up to 5 s, and
/// nothing interrupts it. `work` must own all that it uses, and must not throw.
template <class Work>
auto errand(Work work, const av::Patience& patience) -> std::optional<std::invoke_result_t<Work>> {
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    bool abandoned = false;
    std::optional<std::invoke_result_t<Work>> result;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread thread([shared, work = std::move(work)]() mutable {
    auto result = std::optional(work());
    const std::lock_guard lock(shared->mutex);
    if (!shared->abandoned) shared->result.swap(result);
    shared->done.notify_one();
  });
  constexpr std::chrono::milliseconds slice(20);  // a stop request is seen well within the promised 0.2 s
  std::unique_lock lock(shared->mutex);
  while (!shared->result && !patience.over()) shared->done.wait_for(lock, slice);
  shared->abandoned = !shared->result;
  lock.unlock();
  shared->abandoned ? thread.detach() : thread.join();
  return std::move(shared->result);
}

}  // namespace kuzet::drivers::v4l2
