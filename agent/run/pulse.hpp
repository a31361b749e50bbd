// SPDX-License-Identifier: Apache-2.0
// Whether a thread is inside of a call that should come back, and since when: the thread says so, home reads it.
#pragma once

#include "agent/core/time.hpp"

#include <atomic>
#include <optional>

namespace kuzet::run {

/// One thread marks its calls; any thread reads. Waiting for the next picture or the next try is no call.
class Pulse {
 public:
  /// The time between its birth and its end.
  class Call {
   public:
    Call(Pulse& pulse, Steady now) : pulse_(pulse) { pulse_.since_ = now.time_since_epoch().count(); }
    ~Call() { pulse_.since_ = outside; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Pulse& pulse_;
  };

  /// Since when; nothing where no call is under way.
  [[nodiscard]] std::optional<Steady> inside() const {
    const auto since = since_.load();
    if (since == outside) return std::nullopt;
    return Steady(Duration(since));
  }

 private:
  static constexpr Duration::rep outside = Duration::min().count();
  std::atomic<Duration::rep> since_ = outside;
};

}  // namespace kuzet::run
