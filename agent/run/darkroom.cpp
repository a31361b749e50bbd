// SPDX-License-Identifier: Apache-2.0
// The thread for pictures.
#include "agent/run/darkroom.hpp"

#include <sys/resource.h>

namespace kuzet::run {

namespace {

constexpr int low_priority = 10;  // nice: behind analysis and store when the board is busy

}  // namespace

Darkroom::~Darkroom() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Darkroom::push(std::deque<Job>& lane, Job job) {
  {
    const std::lock_guard lock(mutex_);
    lane.push_back(std::move(job));
  }
  wake_.notify_one();
}

void Darkroom::work(const std::stop_token& stop) {
  (void)::setpriority(PRIO_PROCESS, 0, low_priority);  // of this thread alone; refused, it works as well
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !short_.empty() || !long_.empty(); }), !stop.stop_requested()) {
    auto& lane = short_.empty() ? long_ : short_;
    Job job = std::move(lane.front());
    lane.pop_front();
    lock.unlock();
    const bool more = job();
    lock.lock();
    if (more) lane.push_front(std::move(job));
  }
}

}  // namespace kuzet::run
