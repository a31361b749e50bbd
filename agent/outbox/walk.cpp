// SPDX-License-Identifier: Apache-2.0
// Reading rows in their order over pages that are damaged.
#include "agent/outbox/walk.hpp"

namespace kuzet::outbox {

Result<bool> Walk::next() {
  jumped_ = false;
  while (span_.from <= span_.to && !gave_up_) {
    if (const auto end = span_.known ? span_.known(span_.from) : std::nullopt) {
      span_.from = *end + 1;
      running_ = false;
      jumped_ = true;
      continue;
    }
    if (!running_) {
      rows_.reset();
      rows_.bind(1, span_.from);
      running_ = true;
    }
    const auto more = rows_.step();
    if (more && !*more) break;
    if (more) {
      const auto number = rows_.number(0);
      if (number > span_.to) break;
      span_.from = number + 1;
      return true;
    }
    if (more.error().code != Code::corrupt) return more.error();
    running_ = false;
    jumped_ = true;
    if (auto felt = feel_forward(); !felt) return felt.error();
  }
  span_.from = span_.to + 1;
  return false;
}

/// To the next row that can be read; an empty place that can be read is none, for what follows it may be damaged again.
Result<> Walk::feel_forward() {
  for (std::uint64_t tried = 0; span_.from <= span_.to; ++span_.from) {
    if (++tried > span_.patience) gave_up_ = true;
    if (gave_up_) return {};
    if (span_.known && span_.known(span_.from)) return {};
    alone_.reset();
    const auto there = alone_.bind(1, span_.from).step();
    if (there && *there) return {};
    if (there) continue;
    if (there.error().code != Code::corrupt) return there.error();
    add(span_.from);
  }
  return {};
}

void Walk::miss_since(std::uint64_t number) {
  const auto row = span_.from - 1;
  if (number + 1 >= row) return;
  while (!holes_.empty() && holes_.back().first > number) holes_.pop_back();
  holes_.emplace_back(number + 1, row - 1);
}

void Walk::add(std::uint64_t number) {
  if (!holes_.empty() && holes_.back().second + 1 == number)
    holes_.back().second = number;
  else
    holes_.emplace_back(number, number);
}

}  // namespace kuzet::outbox
