// SPDX-License-Identifier: Apache-2.0
// What one address of the RTSP server shows, and what is wrong with it just now.
#pragma once

#include "tests/cameras/film.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kuzet::test {

/// How the time stamps of RTP run.
enum class Stamps { right, backwards, jumping, standing };

struct Faults {
  bool silent = false;             ///< connections stand, nothing comes
  std::optional<double> interval;  ///< seconds from picture to picture, another one than the film's
  bool garbage = false;            ///< packets are whole, what is in them is noise
  int lost = 0;                    ///< of 100 packets
  Stamps stamps = Stamps::right;
};

/// Shared by the thread of commands and those that send.
struct Mount {
  std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<const Film> film;
  Faults faults;

  [[nodiscard]] Faults faults_now() {
    const std::lock_guard lock(mutex);
    return faults;
  }
  template <class Change>
  void change(const Change& how) {
    {
      const std::lock_guard lock(mutex);
      how(*this);
    }
    changed.notify_all();
  }
};

}  // namespace kuzet::test
