// SPDX-License-Identifier: Apache-2.0
// Rates, means and the grade of a camera's connection.
#include "agent/run/camera_meter.hpp"

#include "agent/core/json.hpp"

#include <algorithm>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration least_stall = 3s;  // no picture for so long: people notice, and a walker is through the gate
constexpr double usual_times = 3;     // ... unless this camera's pictures come that rarely
constexpr double least_group = 1.5;   // pictures from one key frame to the next, from which leaving out the others saves any
constexpr Duration settled = 12s;     // after so long the rate is that of this connection
constexpr double fair_rate = 0.8, poor_rate = 0.5;  // of what the camera says that it sends
constexpr double poor_damage = 0.05;                // of the pictures
constexpr double poor_interruptions = 6;            // in an hour

std::string_view name(CameraState state) {
  return state == CameraState::online ? "online" : state == CameraState::offline ? "offline" : "ended";
}

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

std::optional<double> CameraMeter::Mean::milliseconds(Steady now) {
  const double count = times.sum(now);
  if (count <= 0) return std::nullopt;
  return rounded(time.sum(now) / count, 2);
}

void CameraMeter::opened(drivers::Decode decoding) {
  const std::lock_guard lock(mutex_);
  counts_ = {};
  decoding_ = decoding;
}

void CameraMeter::online(Steady now) {
  state_ = CameraState::online;
  since_ = now;
  fault_.clear();
  usual_ = {};
  if (was_online_) reconnects_.add(1, now);
}

bool CameraMeter::stalled(Steady now) const {
  const Duration between = decoding_ == drivers::Decode::key ? 2 * counts_.key_distance.value_or(least_stall) : Duration{};
  return now - *came_ > std::max({least_stall, from_seconds(usual_times * in_seconds(usual_)), between});
}

void CameraMeter::picture(const Frame& frame, const drivers::CameraCounts& counts, Steady now) {
  const std::lock_guard lock(mutex_);
  if (state_ != CameraState::online) {
    online(now);
  } else if (came_) {
    if (stalled(now)) stalls_.add(1, now);
    usual_ = usual_ == Duration{} ? now - *came_ : (9 * usual_ + (now - *came_)) / 10;
  }
  came_ = now;
  taken_ = frame.taken.steady;
  about_.size = {frame.width(), frame.height()};
  const bool counted = counts.received > 0;  // a driver that counts nothing gives all that comes
  received_.add(counted ? static_cast<double>(counts.received - counts_.received) : 1, now);
  const double decoded = counted ? static_cast<double>(counts.decoded - counts_.decoded) : 1;
  decoded_.add(decoded, now);
  damaged_.add(static_cast<double>(counts.damaged - counts_.damaged), now);
  bytes_.add(static_cast<double>(counts.bytes - counts_.bytes), now);
  if (counts.decoding > counts_.decoding) decode_.add(counts.decoding - counts_.decoding, decoded, now);
  counts_ = counts;
}

void CameraMeter::describes(const drivers::CameraAbout& about) {
  const std::lock_guard lock(mutex_);
  const auto size = about_.size;
  about_ = about;
  if (about_.size == drivers::PictureSize{}) about_.size = size;
}

void CameraMeter::failed(const std::string& cause, Steady now) {
  const std::lock_guard lock(mutex_);
  if (state_ != CameraState::offline) since_ = now;
  if (state_ == CameraState::online) was_online_ = true;
  state_ = CameraState::offline;
  fault_ = cause;
}

void CameraMeter::ended(Steady now) {
  const std::lock_guard lock(mutex_);
  state_ = CameraState::ended;
  since_ = now;
}

void CameraMeter::decodes(drivers::Decode what) {
  const std::lock_guard lock(mutex_);
  decoding_ = what;
}

void CameraMeter::looked(const std::vector<LookCost>& costs, std::uint64_t dropped, Steady now) {
  const std::lock_guard lock(mutex_);
  ++looks_;
  analysed_.add(1, now);
  missed_.add(static_cast<double>(dropped - dropped_), now);
  dropped_ = dropped;
  for (const auto& cost : costs) detectors_[cost.detector].add(cost.time, 1, now);
}

std::optional<Duration> CameraMeter::key_distance(Steady now) const {
  const std::lock_guard lock(mutex_);
  const bool others = counts_.key_distance && received_.per_second(now) * in_seconds(*counts_.key_distance) > least_group;
  return others ? counts_.key_distance : std::nullopt;
}

Keeping CameraMeter::keeping(const std::string& camera, Steady now) const {
  const std::lock_guard lock(mutex_);
  return {camera, analysed_.per_second(now), missed_.per_second(now)};
}

std::string_view CameraMeter::grade(Steady now) const {
  if (state_ != CameraState::online) return "offline";
  const double interruptions = reconnects_.sum(now) + stalls_.sum(now);
  const double share = received_.sum(now) > 0 ? damaged_.sum(now) / received_.sum(now) : 0;
  const bool known = about_.rate && *about_.rate > 0 && now - since_ > settled;
  const double rate = known ? received_.per_second(now) / *about_.rate : 1;
  if (interruptions >= poor_interruptions || share > poor_damage || rate < poor_rate) return "poor";
  if (interruptions > 0 || share > 0 || rate < fair_rate) return "fair";
  return "good";
}

json::object CameraMeter::figures(const Moment& now) const {
  const std::lock_guard lock(mutex_);
  const Steady at = now.steady;
  std::optional<double> age;
  if (taken_) age = rounded(std::max(0.0, in_seconds(at - *taken_)), 1);
  json::object detectors;
  for (auto& [detector, mean] : detectors_)
    if (const auto took = mean.milliseconds(at)) detectors[detector] = *took;
  return {{"state", name(state_)},
          {"since_s", rounded(in_seconds(at - since_), 1)},
          {"picture_age_s", or_null(age)},
          {"rate", rounded(received_.per_second(at), 1)},
          {"decoded", rounded(decoded_.per_second(at), 1)},
          {"analysed", rounded(analysed_.per_second(at), 1)},
          {"looks", looks_},
          {"dropped", dropped_},
          {"dropped_per_s", rounded(missed_.per_second(at), 1)},
          {"decode_ms", or_null(decode_.milliseconds(at))},
          {"detector_ms", std::move(detectors)},
          {"kilobits", rounded(8e-3 * bytes_.per_second(at), 0)},
          {"reconnects_1h", static_cast<std::int64_t>(reconnects_.sum(at))},
          {"stalls_1h", static_cast<std::int64_t>(stalls_.sum(at))},
          {"grade", grade(at)},
          {"codec", text_or_null(about_.codec)},
          {"width", about_.size.width},
          {"height", about_.size.height},
          {"decoding", decoding_ == drivers::Decode::key ? "key" : "all"},
          {"decoder", text_or_null(about_.decoder)},
          {"fault", text_or_null(fault_)}};
}

}  // namespace kuzet::run
