// SPDX-License-Identifier: Apache-2.0
// The thread that waits for the end of the others.
#include "agent/run/last_resort.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace kuzet::run {

LastResort::LastResort(std::chrono::milliseconds patience, std::function<void()> give_up)
    : thread_([patience, give_up = std::move(give_up)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, patience, [] { return false; });
        if (!stop.stop_requested()) give_up();
      }) {}

void end_at_once() {
  spdlog::error("a thread does not come back: the agent ends without it");
  spdlog::default_logger()->flush();
  std::_Exit(EXIT_FAILURE);
}

}  // namespace kuzet::run
