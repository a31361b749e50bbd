// SPDX-License-Identifier: Apache-2.0
// What is kept of many values of one channel.
#include "agent/core/figures.hpp"

#include <algorithm>

namespace kuzet {

void Figures::add(double value) {
  ++n;
  if (n == 1) {
    least = mean = most = last = value;
    return;
  }
  least = std::min(least, value);
  most = std::max(most, value);
  mean += (value - mean) / n;
  last = value;
}

void Figures::merge(const Figures& later) {
  uncertain += later.uncertain;
  bad += later.bad;
  if (later.n == 0) return;
  if (n == 0) {
    n = later.n;
    least = later.least, mean = later.mean, most = later.most, last = later.last;
    return;
  }
  least = std::min(least, later.least);
  most = std::max(most, later.most);
  n += later.n;
  mean += (later.mean - mean) * (static_cast<double>(later.n) / static_cast<double>(n));
  last = later.last;
}

Quality Figures::quality() const {
  if (n > 0 && 2 * std::uint64_t{n} >= readings()) return Quality::good;
  return n + uncertain > 0 ? Quality::uncertain : Quality::bad;
}

}  // namespace kuzet
