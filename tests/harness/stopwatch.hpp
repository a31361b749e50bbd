// SPDX-License-Identifier: Apache-2.0
// How long something took, for the few tests whose promise is about real time.
#pragma once

#include "agent/core/time.hpp"

namespace kuzet::test {

/// What a machine that does other things as well may take longer than what is promised.
constexpr Duration busy = std::chrono::milliseconds(800);

template <class Function>
Duration duration_of(const Function& function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return std::chrono::steady_clock::now() - start;
}

}  // namespace kuzet::test
