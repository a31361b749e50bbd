// SPDX-License-Identifier: Apache-2.0
// Between capture and analysis: the newest picture that somebody wants, and no other.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/run/turns.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>

namespace kuzet::run {

/// Holds one picture at most. One thread puts, one takes; neither waits for the other but where each picture counts.
class Latest {
 public:
  /// Keeps the picture where it is wanted, in the place of one that was not taken. Never waits, and wakes nobody for a picture
  /// that nobody wants.
  void put(const Frame& frame);
  /// For footage of which each picture counts: waits until it was looked at, or `stop`.
  void put_each(const Frame& frame, const std::stop_token& stop);
  /// Waits until all that was put has been looked at, or `stop`.
  void drain(const std::stop_token& stop);

  struct Taken {
    Frame frame;
    bool all = false;  ///< everybody looks at it
  };
  /// Waits for a picture; asking for the next one means that the one before has been looked at. Nothing: `stop`.
  std::optional<Taken> take(const std::stop_token& stop);
  /// What is wanted from now on.
  void want(const Turns& turns);

  /// Looks that were due and found a newer picture in their place.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void replace(const Frame& frame, bool all);

  mutable std::mutex mutex_;
  std::condition_variable_any came_, done_;
  Turns wanted_ = Turns::all();
  std::optional<Taken> picture_;
  std::optional<Duration> counted_;  // the position that waits, or was dropped last
  std::uint64_t dropped_ = 0;
  bool looking_ = false;
};

}  // namespace kuzet::run
