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
  failures_ = std::min(failures_ + 1, 30);
  const double least = in_seconds(least_);
  const double ceiling = std::clamp(std::exp2(failures_), least, std::max(least, in_seconds(most_)));
  return from_seconds(least + chance_() * (ceiling - least));
}

}  // namespace kuzet::uplink
