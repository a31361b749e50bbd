// SPDX-License-Identifier: Apache-2.0
// What decoding costs the processor, waits left out.
#pragma once

#include "agent/core/time.hpp"

#include <ctime>

namespace kuzet::drivers::av {

/// Adds the processor time of this thread that passes while it lives.
class Timed {
 public:
  explicit Timed(Duration& sum) : sum_(sum), begin_(used()) {}
  ~Timed() { sum_ += used() - begin_; }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  static Duration used() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  Duration& sum_;
  Duration begin_;
};

}  // namespace kuzet::drivers::av
