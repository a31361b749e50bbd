// SPDX-License-Identifier: Apache-2.0
// Recording of events.
#include "agent/run/recorder.hpp"

#include "agent/evidence/picture.hpp"

namespace kuzet::run {

namespace {

constexpr std::size_t pictures_waiting = 32;  // beyond that a full disk would fill the memory too

bool shows_something_new(Phase phase) { return phase != Phase::updated; }

/// A picture that OpenCV cannot handle must cost no more than the picture.
Result<std::string> picture_of(const Frame& frame, const std::vector<Polygon>& privacy) {
  try {
    return evidence::jpeg(frame, privacy);
  } catch (const std::exception& fault) {
    return Error{Code::io, std::string("fault: ") + fault.what()};
  }
}

}  // namespace

Recorder::Recorder(outbox::Keeper& keeper, uplink::Identity who, std::map<std::string, std::vector<Polygon>> privacy,
                   uplink::Backoff backoff, Say say, Recorded recorded)
    : keeper_(keeper),
      who_(std::move(who)),
      privacy_(std::move(privacy)),
      backoff_(std::move(backoff)),
      say_(std::move(say)),
      recorded_(std::move(recorded)) {}

void Recorder::record(AlertEvent event, Frame frame, const Moment& now) {
  now_ = now;
  if (!shows_something_new(event.phase) || waiting_.size() >= pictures_waiting) frame = Frame{};
  waiting_.push_back(std::make_shared<const Job>(Job{std::move(event), std::move(frame)}));
  if (again_ <= now.steady) next();
}

void Recorder::tick(const Moment& now) {
  now_ = now;
  if (again_ <= now.steady) next();
}

void Recorder::next() {
  if (writing_ || waiting_.empty()) return;
  writing_ = true;
  const auto& job = waiting_.front();
  keeper_.ask([job, who = who_, privacy = privacy_[job->event.alert.source]](
                  outbox::Outbox& outbox) { return work(outbox, *job, who, privacy); },
              [this](const Done& done) { finished(done); });
}

Recorder::Done Recorder::work(outbox::Outbox& outbox, const Job& job, const uplink::Identity& who,
                              const std::vector<Polygon>& privacy) {
  const Alert& alert = job.event.alert;
  outbox::Draft draft{alert.id, job.event.phase, alert.kind, job.event.at.wall, uplink::alert_topic(who, alert), {}, {}, {}};
  if (job.event.phase != Phase::closed) draft.open_state = uplink::open_state(alert);
  std::vector<uplink::Announced> evidence;
  std::string without;
  if (!job.frame.empty()) {
    auto jpeg = picture_of(job.frame, privacy);
    auto kept = jpeg ? outbox.keep_picture(alert.id, uplink::picture_topics(who, alert.id), *jpeg)
                     : Result<outbox::Picture>(jpeg.error());
    if (kept) {
      evidence.push_back({kept->n, kept->sha256, kept->bytes, job.frame.taken.wall});
      draft.pictures.push_back(*kept);
    } else {
      without = kept.error().what;
    }
  }
  draft.body = [&](const outbox::Stamp& stamp) { return uplink::alert_body(who, job.event, evidence, stamp); };
  return {outbox.record(draft), without};
}

void Recorder::finished(const Done& done) {
  writing_ = false;
  if (!done.stamp) {
    again_ = now_.steady + backoff_.next();
    if (!told_) say_("store: " + done.stamp.error().what + "; the alert waits in memory");
    told_ = true;
    return;
  }
  if (told_) say_("store: writing again");
  told_ = false;
  backoff_.succeeded();
  const auto job = waiting_.front();
  waiting_.pop_front();
  if (!done.without_picture.empty())
    say_("evidence: alert " + job->event.alert.id + " goes without a picture: " + done.without_picture);
  recorded_(job->event, *done.stamp);
  next();
}

}  // namespace kuzet::run
