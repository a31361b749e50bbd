// SPDX-License-Identifier: Apache-2.0
// Time that counts and time that does not.
#include "agent/alerts/truth.hpp"

namespace kuzet::alerts {

void Lasting::forget() {
  since_.reset(), unknown_from_.reset();
  unseen_ = {};
}

void Lasting::see_nothing(Steady now) {
  if (!unknown_from_) unknown_from_ = now;
  const Duration gap = now - *unknown_from_;
  if (gap > longest_unknown) resumed_ = false;
  if (since_ && gap > std::max(asked_, least_gap)) since_.reset(), unseen_ = {};
  if (!since_) earliest_ = now;  // what was before does not count any more
}

void Lasting::see(const Verdict& verdict, Steady now) {
  if (verdict.truth == Truth::unknown) return see_nothing(now);
  if (verdict.truth == Truth::no) {
    resumed_ = false;
    return forget();
  }
  const Steady began = std::max(verdict.since.value_or(now), earliest_);
  if (!since_ || began > *since_) {  // later: it was not so in between, though nobody looked then
    forget();
    since_ = began;
    return;
  }
  if (unknown_from_) unseen_ += now - *unknown_from_;
  unknown_from_.reset();
}

Duration Lasting::unseen(Steady now) const { return unseen_ + (unknown_from_ ? now - *unknown_from_ : Duration::zero()); }

bool Lasting::long_enough(Steady now) const { return since_ && (resumed_ || now - *since_ - unseen(now) >= asked_); }

}  // namespace kuzet::alerts
