// SPDX-License-Identifier: Apache-2.0
// Full jitter.
#include "agent/uplink/backoff.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

namespace kuzet::uplink {

Chance system_chance() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  return [engine = std::make_shared<std::mt19937_64>(seed)] { return std::uniform_real_distribution<double>()(*engine); };
}

Duration Backoff::next() {
  const double ceiling = std::min(in_seconds(most_), std::exp2(std::min(failures_++, 30)));
  return std::max(least_, from_seconds(chance_() * ceiling));
}

}  // namespace kuzet::uplink
