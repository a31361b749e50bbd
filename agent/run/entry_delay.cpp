// SPDX-License-Identifier: Apache-2.0
// Holding back, letting go, forgetting.
#include "agent/run/entry_delay.hpp"

#include "agent/alerts/lifecycle.hpp"

#include <algorithm>

namespace kuzet::run {

namespace {

constexpr std::string_view prefix = "entry/";
constexpr std::size_t most_pictures = 8;  // of full size in memory; what comes beyond them waits without

/// A copy: a decoder's picture must not be kept for so long.
Frame owned(const Frame& frame) {
  Frame out = frame;
  out.luma = frame.luma.clone();
  out.cb = frame.cb.clone();
  out.cr = frame.cr.clone();
  out.hold.reset();
  return out;
}

std::chrono::milliseconds milliseconds(Duration length) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(length);
}

/// The alert of a fact, "UNTIL STATE", and how much of its delay is left; nullopt where it cannot be read.
std::optional<std::pair<Alert, Duration>> read(const std::string& value, const std::string& boot_id, const Moment& now) {
  const auto space = value.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto until = parse_rfc3339(value.substr(0, space));
  auto state = uplink::read_open_state(value.substr(space + 1));
  if (!until || !state) return std::nullopt;
  const bool same_boot = !boot_id.empty() && state->boot_id == boot_id;
  const Duration left = same_boot ? std::max<Duration>(Duration::zero(), *until - now.wall) : Duration::zero();
  return std::pair(restored(std::move(*state), boot_id, now), left);
}

}  // namespace

std::vector<Alert> EntryDelay::restore(const Facts& facts, const RuleOf& rule_of, const Moment& now) {
  std::vector<Alert> out;
  Duration left{};
  for (const auto& [name, value] : facts) {
    auto found = read(value, boot_id_, now);
    if (!found) {
      remember_(name, "");
      continue;
    }
    Alert& alert = found->first;
    alert.confirmed = now;  // its steady time is not known any more
    AlertEvent event{Phase::opened, alert, now};
    const Rule* rule = rule_of(alert.rule);
    if (rule == nullptr) {
      record_(std::move(event), {});
      record_(alerts::abandoned(alert, now), {});
      remember_(name, "");
      continue;
    }
    left = std::max(left, found->second);
    waiting_[alert.id] = {*rule, {std::move(event)}, {}};
    out.push_back(std::move(alert));
  }
  if (!waiting_.empty()) {
    delay_ = duty_.entry_delay(waiting_.begin()->second.rule, now);
    since_ = now;
    until_ = now.steady + std::min(left, delay_);
  }
  return out;
}

void EntryDelay::take(const Rule& rule, AlertEvent event, const Frame& frame, const Moment& now) {
  const std::string id = event.alert.id;
  if (const auto waiting = waiting_.find(id); waiting != waiting_.end())
    return waiting->second.events.push_back(std::move(event));
  if (event.phase == Phase::opened) {
    const bool alarm = alarm_ && now.steady - *alarm_ < alarm_lasts && orders_ == duty_.orders_given();
    if (!alarm && duty_.entry_delay(rule, now) > Duration::zero()) return hold(rule, std::move(event), frame, now);
  }
  if (const auto told = told_.find(id); told != told_.end()) {
    event.alert.measure["entry_delay_s"] = in_seconds(told->second);
    if (event.phase == Phase::closed) told_.erase(told);
  }
  record_(std::move(event), frame);
}

void EntryDelay::hold(const Rule& rule, AlertEvent event, const Frame& frame, const Moment& now) {
  if (!since_) {
    since_ = now;
    delay_ = duty_.entry_delay(rule, now);
    until_ = now.steady + delay_;
  }
  const auto left = milliseconds(until_ - now.steady);
  remember_(std::string(prefix) + event.alert.id, rfc3339(now.wall + left) + " " + uplink::open_state(event.alert, boot_id_));
  const std::string id = event.alert.id;
  const Frame picture = waiting_.size() < most_pictures ? owned(frame) : Frame{};
  waiting_[id] = {rule, {std::move(event)}, picture};
}

void EntryDelay::forget(const std::string& alert) {
  remember_(std::string(prefix) + alert, "");
  waiting_.erase(alert);
}

void EntryDelay::release(const Moment& now) {
  for (auto& [id, one] : waiting_) {
    told_[id] = delay_;
    for (auto& event : one.events) {
      event.alert.measure["entry_delay_s"] = in_seconds(delay_);
      if (event.phase == Phase::closed) told_.erase(id);
      record_(std::move(event), std::exchange(one.frame, {}));
    }
    remember_(std::string(prefix) + id, "");  // behind its events in the same queue
  }
  waiting_.clear();
  alarm_ = now.steady;
  orders_ = duty_.orders_given();
}

std::vector<Alert> EntryDelay::tick(const Moment& now) {
  std::vector<Alert> none;
  for (const auto& [id, one] : waiting_)
    if (!duty_.holds(one.rule, now)) none.push_back(one.events.back().alert);
  for (const auto& alert : none) forget(alert.id);
  if (!waiting_.empty() && now.steady >= until_) release(now);
  if (waiting_.empty()) since_.reset();
  return none;
}

bool EntryDelay::waits(const std::string& alert) const { return waiting_.contains(alert); }

std::optional<Moment> EntryDelay::running() const { return since_; }

boost::json::object EntryDelay::about(const Moment& now) const {
  if (!since_) return {};
  const Duration left = std::max(Duration::zero(), until_ - now.steady);
  return {{"entry_delay_since", rfc3339(since_->wall)},
          {"entry_delay_left_s", std::chrono::ceil<std::chrono::seconds>(left).count()}};
}

}  // namespace kuzet::run
