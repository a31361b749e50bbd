// SPDX-License-Identifier: Apache-2.0
// A ring of compressed pictures.
#include "agent/run/reel.hpp"

#include <algorithm>
#include <iterator>

namespace kuzet::run {

void Reel::add(Still still) {
  bytes_ += still.jpeg->size();
  const Steady oldest = still.taken.steady - keeps_;
  stills_.push_back(std::move(still));
  while (!stills_.empty() && (stills_.front().taken.steady < oldest || bytes_ > most_)) {
    bytes_ -= stills_.front().jpeg->size();
    stills_.pop_front();
  }
}

std::vector<Still> Reel::since(Steady from) const {
  std::vector<Still> out;
  std::ranges::copy_if(stills_, std::back_inserter(out), [from](const Still& still) { return still.taken.steady >= from; });
  return out;
}

}  // namespace kuzet::run
