// SPDX-License-Identifier: Apache-2.0
// Looking at the newest picture; here exceptions of libraries become faults of one camera.
#include "agent/run/analysis.hpp"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

// A picture that is older is not looked at: nobody could act on what it shows. What a stream kept between two key frames, at
// most 5 s, is looked at once more of it is wanted.
constexpr auto too_late = 6s;

// Whoever comes between two key frames is seen with the second; more than that is too late for what a detector promises.
constexpr auto longest_key_distance = 5s;
constexpr double nearly_one = 1.02;  // pictures that are needed for each key frame; their distance is measured, not known

/// Detectors look at different pictures: what only the older look has is still the newest of its kind.
void keep_missing(Seen& newer, Seen& older) {
  for (auto& sighting : older.sightings)
    if (std::ranges::find(newer.sightings, sighting.rule, &Sighting::rule) == newer.sightings.end())
      newer.sightings.push_back(std::move(sighting));
}

}  // namespace

drivers::Decode decode_for(double need, std::optional<Duration> key_distance) {
  if (!key_distance || *key_distance <= Duration{} || *key_distance > longest_key_distance) return drivers::Decode::all;
  return need * in_seconds(*key_distance) <= nearly_one ? drivers::Decode::key : drivers::Decode::all;
}

Analysis::Analysis(std::unique_ptr<Eye> eye, const Tools& tools, Tells tells, Home home)
    : eye_(std::move(eye)),
      use_(tools),
      tells_(std::move(tells)),
      home_(std::move(home)),
      backoff_(uplink::system_chance(), 1s, 60s),
      thread_([this](const std::stop_token& stop) {
        run(stop);
        end_.set_value();
      }) {}

Analysis::~Analysis() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->closed = true;
}

void Analysis::run(const std::stop_token& stop) {
  static std::once_flag once;  // OpenCV tears down and sets up its threads without a lock: two cameras may not do so at once
  std::call_once(once, [] { cv::setNumThreads(1); });  // more threads never lowered the cost
  while (const auto picture = use_.latest.take(stop)) {
    try {
      const Pulse::Call call(pulse_, use_.clock.now().steady);
      look(*picture);
      backoff_.succeeded();
      if (words_.over()) tells_.said("its pictures can be looked at again");
    } catch (const std::exception& fault) {
      const std::string what = std::string("fault: ") + fault.what();
      if (words_.failed(what, use_.clock.now().steady)) tells_.said(what + "; trying again");
      wait(backoff_.next(), stop);
    }
  }
}

void Analysis::look(const Latest::Taken& picture) {
  const Frame& frame = picture.frame;
  if (!picture.all && use_.clock.now().steady - frame.taken.steady > too_late) return;
  follow_orders();
  use_.latest.want(eye_->turns_after(frame.position));
  auto seen = eye_->look(frame, picture.all);
  use_.latest.want(eye_->turns());
  choose_decode();
  use_.meter.looked(seen.costs, use_.latest.dropped(), use_.clock.now().steady);
  post(std::move(seen));
}

void Analysis::follow_orders() {
  eye_->rest(use_.orders.resting.load());
  if (const float share = use_.orders.share.load().analysis; share != std::exchange(share_, share)) eye_->allow(share);
}

void Analysis::choose_decode() {
  if (!use_.chooses_decode) return;
  const auto key_distance = use_.meter.key_distance(use_.clock.now().steady);
  eye_->mind_quiet(key_distance.has_value());
  use_.capture.want(decode_for(eye_->need(), key_distance));
}

void Analysis::post(Seen seen) {
  {
    const std::lock_guard lock(mailbox_->mutex);
    const bool on_its_way = mailbox_->seen.has_value();
    if (on_its_way) keep_missing(seen, *mailbox_->seen);
    mailbox_->seen = std::move(seen);
    if (on_its_way) return;
  }
  home_([mailbox = mailbox_, tell = tells_.seen] {
    std::optional<Seen> look;
    {
      const std::lock_guard lock(mailbox->mutex);
      if (mailbox->closed) return;
      look.swap(mailbox->seen);
    }
    if (look) tell(*look);
  });
}

}  // namespace kuzet::run
