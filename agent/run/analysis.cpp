// SPDX-License-Identifier: Apache-2.0
// Looking at the newest picture; here exceptions of libraries become faults of one camera.
#include "agent/run/analysis.hpp"

#include <opencv2/core/utility.hpp>

#include <algorithm>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

// A picture that is older is not looked at: nobody could act on what it shows. What a stream kept between two key frames, at
// most 5 s, is looked at once more of it is wanted.
constexpr auto too_late = 6s;

/// Detectors look at different pictures: what only the older look has is still the newest of its kind.
void keep_missing(Seen& newer, Seen& older) {
  for (auto& sighting : older.sightings)
    if (std::ranges::find(newer.sightings, sighting.rule, &Sighting::rule) == newer.sightings.end())
      newer.sightings.push_back(std::move(sighting));
}

}  // namespace

Analysis::Analysis(std::unique_ptr<Eye> eye, const Clock& clock, Latest& latest, CameraMeter& meter, Capture& capture,
                   Tells tells, Home home)
    : eye_(std::move(eye)),
      clock_(clock),
      latest_(latest),
      meter_(meter),
      capture_(capture),
      tells_(std::move(tells)),
      home_(std::move(home)),
      backoff_(uplink::system_chance(), 1s, 60s),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Analysis::~Analysis() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->closed = true;
}

void Analysis::run(const std::stop_token& stop) {
  cv::setNumThreads(1);  // more threads never lowered the cost
  while (const auto picture = latest_.take(stop)) {
    try {
      look(*picture);
      backoff_.succeeded();
      if (words_.over()) tells_.said("its pictures can be looked at again");
    } catch (const std::exception& fault) {
      const std::string what = std::string("fault: ") + fault.what();
      if (words_.failed(what, clock_.now().steady)) tells_.said(what + "; trying again");
      wait(backoff_.next(), stop);
    }
  }
}

void Analysis::look(const Latest::Taken& picture) {
  const Frame& frame = picture.frame;
  if (!picture.all && clock_.now().steady - frame.taken.steady > too_late) return;
  latest_.want(eye_->turns_after(frame.position));
  auto seen = eye_->look(frame, picture.all);
  latest_.want(eye_->turns());
  meter_.looked(seen.costs, latest_.dropped(), clock_.now().steady);
  post(std::move(seen));
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
