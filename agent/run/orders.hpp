// SPDX-License-Identifier: Apache-2.0
// What home tells a camera's detectors while they work: how much they may have, and which of them nobody listens to.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace kuzet::run {

/// How much of what a camera asks for it gets.
struct Share {
  float model = 1;     ///< of its `model_rate`; 0: its detectors do without
  float analysis = 1;  ///< 1: each detector's own rate; 0: the least that keeps its promise
  friend bool operator==(const Share&, const Share&) = default;
};

/// Written at home, read by the thread that looks.
struct Orders {
  std::atomic<Share> share{};
  std::atomic<std::uint64_t> resting = 0;  ///< bit n: no rule of the camera's n-th detector holds now
};

using SharedOrders = std::shared_ptr<Orders>;

}  // namespace kuzet::run
