// SPDX-License-Identifier: Apache-2.0
// Ends the process when its orderly end hangs: a thread that does not come back is waited for by nobody.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace kuzet::run {

/// Unless it is destroyed within `patience`, `give_up` is called on a thread of its own.
class LastResort {
 public:
  LastResort(std::chrono::milliseconds patience, std::function<void()> give_up);
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

 private:
  std::jthread thread_;
};

/// Says so and ends the process at once, with the code of a failure.
[[noreturn]] void end_at_once();

}  // namespace kuzet::run
