// SPDX-License-Identifier: Apache-2.0
// From pictures in memory to a film in the store.
#include "agent/run/films.hpp"

#include "agent/evidence/film.hpp"
#include "agent/evidence/picture.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/run/eye.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr int quality = 75;            // of a picture that will be encoded once more
constexpr int most_compressing = 2;    // pictures of a camera that wait: each holds a picture of its decoder
constexpr std::size_t most_takes = 8;  // films that are taken at once, of all cameras: alerts beyond go without
constexpr Duration no_picture = 3s;    // after its end: the camera is gone

/// A picture that a library cannot handle must cost no more than the picture.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& fault) {
    return Error{Code::io, std::string("fault: ") + fault.what()};
  }
}

/// Smaller first: covering and compressing cost by the pixel. Covering reaches outward by a pixel of the small picture.
Result<Still> still_of(const Frame& frame, const std::vector<Polygon>& privacy, int width) {
  auto jpeg = evidence::jpeg(evidence::scaled(frame, width), privacy, {8192, quality});
  if (!jpeg) return jpeg.error();
  return Still{frame.taken, std::make_shared<const std::string>(std::move(*jpeg))};
}

/// Without pictures: they must not stay in memory for as long as a film takes.
AlertEvent bare(AlertEvent event) {
  event.before.reset();
  event.before_is_new = false;
  event.earlier.clear();
  return event;
}

/// A film on its way from one picture to the next.
struct Development {
  std::vector<Still> stills;
  evidence::Film film;
  std::size_t next = 0;
  std::optional<Error> failed = {};

  bool step() {
    if (failed || next == stills.size()) return false;
    const auto added = guarded([&]() -> Result<> {
      const auto& still = stills[next];
      const auto picture = evidence::read_jpeg(*still.jpeg);
      return picture ? film.add(*picture, still.taken.steady.time_since_epoch()) : Result<>(picture.error());
    });
    if (!added) failed = added.error();
    stills[next++].jpeg.reset();
    return !failed && next < stills.size();
  }
};

}  // namespace

Films::Films(const Configuration& all, outbox::Keeper& keeper, Darkroom::Home home, const Clock& clock, Announce announce,
             Say say)
    : keeper_(keeper), clock_(clock), announce_(std::move(announce)), say_(std::move(say)), darkroom_(std::move(home)) {
  adopt(all);
}

void Films::adopt(const Configuration& all) {
  const auto before = std::exchange(cameras_, {});
  rules_.clear();
  for (const auto& camera : all.cameras)
    for (const auto& watch : rules_of(camera))
      for (const auto& rule : watch) {
        if (rule.evidence != Evidence::clip) continue;
        rules_.insert(rule.id);
        const auto old = before.find(camera.id);
        const bool same = old != before.end() && old->second->fingerprint == camera.fingerprint;
        cameras_.try_emplace(camera.id, same ? old->second
                                             : std::make_shared<Camera>(Camera{camera.fingerprint, camera.clip, camera.privacy,
                                                                               Reel(camera.clip.before)}));
      }
  std::erase_if(takes_, [&](const auto& entry) {  // what was covered otherwise is not mixed with what comes
    const auto& source = entry.second.subject->alert.source;
    const auto now = cameras_.find(source);
    const bool over = now == cameras_.end() || now->second != before.at(source);
    if (over) develop(entry.second);
    return over;
  });
}

void Films::show(const std::string& camera, const Frame& frame) {
  const auto found = cameras_.find(camera);
  if (found == cameras_.end() || frame.empty()) return;
  Camera& of = *found->second;
  const Steady now = frame.taken.steady;
  const Duration interval = from_seconds(1 / of.clip.rate);
  if (of.due && now + interval / 10 < *of.due) return;
  const bool in_step = of.due && now - *of.due < interval;
  of.due = (in_step ? *of.due : now) + interval;
  if (of.compressing >= most_compressing) return;
  ++of.compressing;
  darkroom_.ask([frame, privacy = of.privacy,
                 width = static_cast<int>(of.clip.width)] { return guarded([&] { return still_of(frame, privacy, width); }); },
                [this, camera, asked = found->second](const Result<Still>& still) {
                  --asked->compressing;
                  const auto there = cameras_.find(camera);
                  if (still && there != cameras_.end() && there->second == asked) add(camera, *still);
                });
}

void Films::add(const std::string& camera, const Still& still) {
  cameras_.at(camera)->reel.add(still);
  for (auto take = takes_.begin(); take != takes_.end();) {
    Take& one = take->second;
    if (one.subject->alert.source != camera) {
      ++take;
    } else if (still.taken.steady >= one.until) {
      develop(one);
      take = takes_.erase(take);
    } else {
      one.bytes += still.jpeg->size();
      if (one.bytes <= Reel::most_bytes) one.stills.push_back(still);
      ++take;
    }
  }
}

void Films::follow(const AlertEvent& event) {
  const auto& id = event.alert.id;
  if (const auto seen = seen_.find(id); seen != seen_.end())
    if (const auto subject = seen->second.lock()) *subject = bare(event);
  if (event.phase == Phase::opened || event.phase == Phase::escalated) begin(event);
  if (event.phase != Phase::closed) return;
  if (const auto take = takes_.find(id); take != takes_.end()) {
    develop(take->second);
    takes_.erase(take);
  }
}

void Films::begin(const AlertEvent& event) {
  const auto camera = cameras_.find(event.alert.source);
  if (!rules_.contains(event.alert.rule) || camera == cameras_.end()) return;
  const auto& clip = camera->second->clip;
  const Steady at = event.at.steady;
  if (const auto running = takes_.find(event.alert.id); running != takes_.end()) {
    running->second.until = at + clip.after;
    return;
  }
  if (takes_.size() >= most_takes)
    return say_("evidence: alert " + event.alert.id + " goes without its film: too many are being taken");
  auto subject = seen_[event.alert.id].lock();  // of a film that is being made
  if (!subject) subject = std::make_shared<AlertEvent>(bare(event));
  seen_[event.alert.id] = subject;
  takes_.emplace(event.alert.id, Take{subject, at + clip.after, camera->second->reel.since(at - clip.before), clip});
}

void Films::tick(const Moment& now) {
  std::erase_if(takes_, [&](const auto& entry) {
    const bool over = now.steady >= entry.second.until + no_picture;
    if (over) develop(entry.second);
    return over;
  });
  std::erase_if(seen_, [](const auto& entry) { return entry.second.expired(); });
}

void Films::finish() {
  for (const auto& [id, take] : takes_) develop(take);
  takes_.clear();
}

int Films::compressing() const {
  int sum = 0;
  for (const auto& [id, camera] : cameras_) sum += camera->compressing;
  return sum;
}

std::size_t Films::bytes() const {
  std::set<const std::string*> known;
  std::size_t sum = 0;
  const auto count = [&](const std::vector<Still>& stills) {
    for (const auto& still : stills)
      if (known.insert(still.jpeg.get()).second) sum += still.jpeg->size();
  };
  for (const auto& [id, camera] : cameras_) count(camera->reel.since(Steady::min()));
  for (const auto& [id, take] : takes_) count(take.stills);
  return sum;
}

void Films::develop(const Take& take) {
  if (take.stills.empty())
    return say_("evidence: alert " + take.subject->alert.id + " goes without its film: the camera showed nothing");
  ++making_;
  const auto& clip = take.clip;
  auto film = std::make_shared<Development>(
      Development{take.stills, evidence::Film::into_memory({static_cast<int>(clip.width), clip.rate, take.stills.size()})});
  darkroom_.ask_in_steps([film] { return film->step(); },
                         [film]() -> Result<Developed> {
                           if (film->failed) return *film->failed;
                           return guarded([&]() -> Result<Developed> {
                             if (auto ended = film->film.finish(); !ended) return ended.error();
                             std::string content = film->film.take();
                             std::string hash = outbox::sha256(content);
                             return Developed{std::move(content), std::move(hash), film->film.length()};
                           });
                         },
                         [this, subject = take.subject, taken = take.stills.front().taken](Result<Developed> made) {
                           developed(subject, taken, std::move(made));
                         });
}

/// The store says whether there is room, and where; the bytes are written on the thread for pictures, so that an alert which is
/// recorded meanwhile does not wait for a slow card.
void Films::developed(const Subject& subject, const Moment& taken, Result<Developed> film) {
  if (!film) return give_up(subject, film.error().what);
  auto made = std::make_shared<const Developed>(std::move(*film));
  keeper_.ask([bytes = made->content.size()](outbox::Outbox& outbox) { return outbox.room_for_film(bytes); },
              [this, subject, taken, made](const Result<std::filesystem::path>& file) {
                if (!file) return give_up(subject, file.error().what);
                write(subject, taken, made, *file);
              });
}

void Films::write(const Subject& subject, const Moment& taken, std::shared_ptr<const Developed> film,
                  const std::filesystem::path& file) {
  darkroom_.ask([film, file] { return outbox::write_durably(file, film->content); },
                [this, subject, taken, film, file](const Result<>& written) {
                  if (!written) return give_up(subject, written.error().what);
                  announce(subject, {{file.string(), film->sha256, film->content.size()}, taken, film->length});
                });
}

/// An alert that is over by now is closed once more: its last event says what it is, and no `updated` may open it again.
void Films::announce(const Subject& subject, FilmOfAlert film) {
  --making_;
  AlertEvent event = *subject;
  if (event.phase != Phase::closed) event.phase = Phase::updated;
  event.at = clock_.now();
  announce_(std::move(event), std::move(film));
}

void Films::give_up(const Subject& subject, const std::string& why) {
  --making_;
  say_("evidence: alert " + subject->alert.id + " goes without its film: " + why);
}

}  // namespace kuzet::run
