// SPDX-License-Identifier: Apache-2.0
// Recording of events.
#include "agent/run/recorder.hpp"

#include "agent/evidence/picture.hpp"

namespace kuzet::run {

namespace {

constexpr std::size_t most_held = std::size_t{16} << 20;  // bytes of pictures: a full disk must not fill the memory too

constexpr double around_a_thing = 0.5;  // of its size, on each side: where it is must be seen too
constexpr double least_close_up = 0.2;  // of the picture

bool shows_something_new(Phase phase) { return phase != Phase::updated; }

std::size_t pixels_of(const Frame& frame) {
  return frame.luma.total() + frame.cb.total() + frame.cr.total();  // a byte for each
}

/// Times from before the clock was set, as they are known by now.
AlertEvent with_right_times(AlertEvent event, const Moment& now) {
  Alert& alert = event.alert;
  const bool was_wrong = alert.started.clock == ClockState::unsynced || event.at.clock == ClockState::unsynced;
  alert.started = corrected(alert.started, now);
  alert.confirmed = corrected(alert.confirmed, now);
  if (alert.ended) alert.ended = corrected(*alert.ended, now);
  event.at = corrected(event.at, now);
  if (was_wrong && now.clock != ClockState::unsynced) event.at.clock = ClockState::corrected;
  return event;
}

/// A picture that OpenCV cannot handle must cost no more than the picture.
Result<std::string> picture_of(const Frame& frame, const std::vector<Polygon>& privacy) {
  try {
    return evidence::jpeg(frame, privacy);
  } catch (const std::exception& fault) {
    return Error{Code::io, std::string("fault: ") + fault.what()};
  }
}

}  // namespace

Recorder::Recorder(outbox::Keeper& keeper, About about, uplink::Backoff backoff, Say say, Recorded recorded)
    : keeper_(keeper),
      about_(std::make_shared<const About>(std::move(about))),
      backoff_(std::move(backoff)),
      say_(std::move(say)),
      recorded_(std::move(recorded)) {}

void Recorder::record(AlertEvent event, Frame frame, const Moment& now, std::optional<FilmOfAlert> film) {
  now_ = now;
  const bool none = about_->no_evidence.contains(event.alert.rule) || (spares_ && event.phase != Phase::opened);
  if (none || !shows_something_new(event.phase) || (!waiting_.empty() && held_ + pixels_of(frame) > most_held)) frame = Frame{};
  if (none || held_ > most_held) event.before_is_new = false, event.earlier.clear();
  auto job = std::make_shared<const Job>(Job{with_right_times(std::move(event), now), std::move(frame), now, std::move(film)});
  held_ += bytes_of(*job);
  waiting_.push_back(std::move(job));
  if (again_ <= now.steady) next();
}

std::size_t Recorder::bytes_of(const Job& job) {
  std::size_t sum = pixels_of(job.frame);
  for (const auto& one : job.event.earlier) sum += pixels_of(*one);
  return sum;
}

void Recorder::tick(const Moment& now) {
  now_ = now;
  if (again_ <= now.steady) next();
}

void Recorder::next() {
  if (writing_ || waiting_.empty()) return;
  writing_ = true;
  keeper_.ask([job = waiting_.front(), about = about_](outbox::Outbox& outbox) { return work(outbox, *job, *about); },
              [this](const Done& done) { finished(done); });
}

outbox::Draft Recorder::draft_of(const AlertEvent& event, const About& about) {
  const Alert& alert = event.alert;
  outbox::Draft draft;
  draft.alert = alert.id;
  draft.phase = event.phase;
  draft.kind = name(alert.kind);
  draft.schema = uplink::alert_schema;
  draft.at = event.at;
  draft.topic = uplink::alert_topic(about.who, alert);
  const auto cooldown = about.cooldown.find(alert.rule);
  const bool cools = event.phase == Phase::closed && cooldown != about.cooldown.end() && cooldown->second > Duration::zero();
  if (event.phase != Phase::closed || cools) draft.open_state = uplink::open_state(alert, about.boot_id);
  if (cools) draft.state_until = event.at.wall + std::chrono::duration_cast<std::chrono::milliseconds>(cooldown->second);
  return draft;
}

std::vector<Frame> Recorder::pictures_of(const Job& job, const About& about) {
  std::vector<Frame> out;
  const auto& before = job.event.before;
  for (const auto& one : job.event.earlier) out.push_back(*one);
  if (before && job.event.before_is_new) out.push_back(*before);
  if (job.frame.empty()) return out;
  if (!about.close_up.contains(job.event.alert.rule)) return out.push_back(job.frame), out;
  // The same part as before, so that the two can be laid over each other.
  const Box part = before ? before->part : evidence::grown(job.event.alert.box, around_a_thing, least_close_up);
  out.push_back(evidence::cut(job.frame, part));
  return out;
}

Recorder::Kept Recorder::keep_evidence(outbox::Outbox& outbox, const Job& job, const About& about) {
  const Alert& alert = job.event.alert;
  const auto topics = uplink::picture_topics(about.who, alert.id);
  const auto zones = about.privacy.find(alert.source);
  Kept out;
  const auto take = [&](const Result<outbox::Picture>& kept, uplink::Announced as) {
    if (!kept) return void(out.missing = (as.film ? "the film: " : "a picture: ") + kept.error().what);
    as.n = kept->n, as.sha256 = kept->sha256, as.bytes = kept->bytes;
    out.announced.push_back(std::move(as));
    out.pictures.push_back(*kept);
  };
  const auto place = [&] { return static_cast<int>(out.pictures.size()); };
  for (const auto& picture : pictures_of(job, about)) {
    auto jpeg = picture_of(picture, zones == about.privacy.end() ? std::vector<Polygon>{} : zones->second);
    take(jpeg ? outbox.keep_picture(alert.id, topics, *jpeg, place()) : Result<outbox::Picture>(jpeg.error()),
         {0, {}, 0, corrected(picture.taken, job.now).wall, {}, false});
  }
  if (job.film)
    take(outbox.keep_film(alert.id, topics, job.film->file, place()),
         {0, {}, 0, corrected(job.film->taken, job.now).wall, job.film->length, about.films_stay});
  return out;
}

Recorder::Done Recorder::work(outbox::Outbox& outbox, const Job& job, const About& about) {
  auto draft = draft_of(job.event, about);
  auto kept = keep_evidence(outbox, job, about);
  draft.pictures = std::move(kept.pictures);
  draft.body = [&](const outbox::Stamp& stamp) { return uplink::alert_body(about.who, job.event, kept.announced, stamp); };
  auto stamp = outbox.record(draft);
  if (!stamp && stamp.error().code == Code::corrupt && outbox.renew(job.now)) stamp = outbox.record(draft);
  return {std::move(stamp), std::move(kept.missing)};
}

void Recorder::finished(const Done& done) {
  writing_ = false;
  if (!done.stamp) {
    again_ = now_.steady + backoff_.next();
    if (unwritten_.empty()) say_("store: " + done.stamp.error().what + "; the alert waits in memory");
    unwritten_ = done.stamp.error().what;
    return;
  }
  if (!unwritten_.empty()) say_("store: writing again");
  unwritten_.clear();
  backoff_.succeeded();
  const auto job = waiting_.front();
  waiting_.pop_front();
  held_ -= bytes_of(*job);
  if (!done.missing.empty()) say_("evidence: alert " + job->event.alert.id + " goes without " + done.missing);
  recorded_(job->event, *done.stamp);
  next();
}

}  // namespace kuzet::run
