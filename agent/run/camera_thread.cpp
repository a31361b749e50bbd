// SPDX-License-Identifier: Apache-2.0
// The loop of a camera thread; here exceptions of libraries become faults of one camera.
#include "agent/run/camera_thread.hpp"

#include "agent/run/credentials.hpp"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <condition_variable>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr auto too_late = 500ms;  // a picture that is overdue by more is not looked at, so that the next ones come in time

/// Detectors look at different pictures: what only the older look has is still the newest of its kind.
void keep_missing(Seen& newer, Seen& older) {
  for (auto& sighting : older.sightings)
    if (std::ranges::find(newer.sightings, sighting.rule, &Sighting::rule) == newer.sightings.end())
      newer.sightings.push_back(std::move(sighting));
}

}  // namespace

CameraThread::CameraThread(const CameraSettings& camera, std::unique_ptr<Eye> eye, const Clock& clock, CameraEvents events,
                           Home home)
    : camera_(camera),
      eye_(std::move(eye)),
      clock_(clock),
      events_(std::move(events)),
      home_(std::move(home)),
      backoff_(uplink::system_chance(), 1s, 60s),
      thread_([this](std::stop_token stop) { run(stop); }) {}

CameraThread::~CameraThread() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->closed = true;
}

void CameraThread::run(std::stop_token stop) {
  cv::setNumThreads(1);  // more threads never lowered the cost
  while (!stop.stop_requested()) {
    Result<bool> played = true;
    try {
      played = play(stop);
    } catch (const std::exception& fault) {
      played = Error{Code::io, std::string("fault: ") + fault.what()};
    }
    if (played) {
      if (*played && !stop.stop_requested()) say("the footage is at its end");
      return;
    }
    if (played.error().what != told_) say(played.error().what + "; trying again");
    told_ = played.error().what;
    wait(backoff_.next(), stop);
  }
}

/// True: the footage is at its end.
Result<bool> CameraThread::play(std::stop_token stop) {
  const auto* type = drivers::find_camera(camera_.source);
  const auto request = request_of(camera_, drivers::Pace::real_time);
  if (!request) return request.error();
  auto source = type->open(*request, clock_, stop);
  if (!source) return source.error();
  if (!told_.empty()) say("pictures come again");
  told_.clear();
  for (;;) {
    auto frame = (*source)->read(stop);
    if (!frame) return frame.error();
    if (!*frame) break;
    backoff_.succeeded();
    look(**frame, (*source)->stills());
  }
  if (!(*source)->damage().empty()) say((*source)->damage());
  return true;
}

void CameraThread::look(const Frame& frame, bool all) {
  if (!all && !eye_->wants(frame.position)) return;
  if (clock_.now().steady - frame.taken.steady > too_late) return;
  post(eye_->look(frame, all));
}

void CameraThread::post(Seen seen) {
  {
    const std::lock_guard lock(mailbox_->mutex);
    const bool on_its_way = mailbox_->seen.has_value();
    if (on_its_way) keep_missing(seen, *mailbox_->seen);
    mailbox_->seen = std::move(seen);
    if (on_its_way) return;
  }
  home_([mailbox = mailbox_, tell = events_.seen] {
    std::optional<Seen> look;
    {
      const std::lock_guard lock(mailbox->mutex);
      if (mailbox->closed) return;
      look.swap(mailbox->seen);
    }
    if (look) tell(*look);
  });
}

void CameraThread::say(const std::string& sentence) {
  home_([tell = events_.said, text = "camera " + camera_.id + ": " + sentence] { tell(text); });
}

void CameraThread::wait(Duration duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace kuzet::run
