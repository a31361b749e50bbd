// SPDX-License-Identifier: Apache-2.0
// Somebody where nobody may be: persons and vehicles that come into the zone, for as long as they stay.
//
// Sees: things of a person's size and larger that come into the zone and move on through it, and where they stand afterwards.
// Only luma is used, so it works in infra-red as well. Wants: a fixed camera; a person at least 12 pixels high in the zone's
// crop (36,000 pixels); for zones that reach far, how high a person is at two places (`far`, `near`). How: gradients that the
// slow background has not and that are more than noise in so dark a place, joined to figures whose feet are seen; a figure
// must hide the ground and have edges inside (no shadow, no light), have a body's size, be in one piece, look like itself from
// picture to picture (no rain), keep its way, and get somewhere within a second or more (no leaves, no web that sways); where
// much comes anew in each picture (snow), it must do so for longer. Who was seen so stays seen when he stands still, for ten
// minutes after his last step. With `confirm_with_model` the camera's object detector must name a person or a vehicle there
// too. Fooled by: a dog close by; an insect that crosses close to the lens in one slow line; a hard-edged headlight on rough
// ground at night; a plant or a sheet that the wind carries. Misses: who is there from the first picture and does not move;
// who creeps slower than the ground is learned; who is dressed like the ground. Several intruders are one alert: it says how
// many move. Score: 0.6 when it was believed, 1 for a figure that is the same from picture to picture. Sources: gradients of
// the logarithm as in homomorphic filtering; the thresholds are our own.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/likeness.hpp"
#include "vision/scene/surroundings.hpp"
#include "vision/scene/visitors.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr double most_pixels = 36000;    // of the crop: a long strip of ground may be longer than a yard
constexpr double surroundings = 0.2;     // of the zone's size, on each side: who comes is seen on the way
constexpr double unknown_person = 0.15;  // of the picture: so high a person may be where nothing is told
constexpr double above = 1.7,
                 below = 0.6;  // of a person's height beyond the zone: vehicles and heads; feet of who passes before
constexpr Duration gap_restarts = 60s;
constexpr Duration moved_restarts = 20s;
constexpr double moved_share = 0.6;                // of the crop changed: that is nobody, that is another view
constexpr double least_in_zone = 0.5;              // of the lower half of its box, where its feet are
constexpr int edge = 3;                            // pixels of the crop: gradients end there
constexpr int least_height = 12, least_width = 4;  // pixels of the crop
constexpr double shortest = 0.55;                  // of a person's height: half of one hidden, or a child
constexpr double highest = 2.5;                    // ... a lorry
constexpr double flattest = 6;                     // longer things are shadows
constexpr double slimmest = 0.12;                  // ... or poles and webs
constexpr double same_after_restart = 0.7;
constexpr Duration recognised_within = 3s;
constexpr double model_least = 0.35;
constexpr double model_overlap = 0.25;  // share of the smaller of both boxes
constexpr Duration ask_every = 1s;
constexpr int patient_answers = 3;  // after so many answers without a name it is asked for less often
constexpr Duration ask_later = 10s;
constexpr Duration count_every = 950ms;  // once a second, of pictures that are not quite evenly spaced

/// How high a person is at one height in the picture.
struct Mark {
  double y = 0;
  double height = 0;  ///< 0: not told
};

struct Options : CommonOptions {
  Hours hours;
  Duration confirm = 1s;
  Duration clear = 10s;
  Duration cooldown = 30s;
  double smallest = 0.15;
  double largest = 1.5;
  bool confirm_with_model = false;
  Mark far, near;
};

const Schema<Mark>& mark_schema() {
  using namespace settings;
  static const Schema<Mark> all{
      number<Mark>("y", &Mark::y, {0, 1}, "fraction of the picture", "Where the feet are, from the top."),
      number<Mark>("height", &Mark::height, {0, 1}, "fraction of the picture", "How high a person is there; 0 is not told."),
  };
  return all;
}

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      settings::hours<Options>("hours", &Options::hours, "Only then is anybody reported; without it, always."),
      duration<Options>("confirm", &Options::confirm, {0s, 1min}, "Somebody is there this long before the alarm."),
      duration<Options>("clear", &Options::clear, {1s, 10min}, "Nobody is there this long: it is over."),
      duration<Options>("cooldown", &Options::cooldown, {0s, 1h}, "After it is over, no new alarm for this long."),
      number<Options>("smallest", &Options::smallest, {0.02, 1}, "fraction of the zone's height",
                      "What is lower is nobody; where `far` and `near` are told they decide instead."),
      number<Options>("largest", &Options::largest, {0.05, 4}, "fraction of the zone's height",
                      "What is higher is nobody; where `far` and `near` are told they decide instead."),
      flag<Options>("confirm_with_model", &Options::confirm_with_model,
                    "The camera's object detector must name a person or a vehicle too; without a model this changes nothing."),
      group<Options>("far", &Options::far, mark_schema(), "A person at the far end of the zone."),
      group<Options>("near", &Options::near, mark_schema(), "A person at the near end of the zone."),
  });
  return all;
}

/// How high a person is whose feet are at `y`, as a fraction of the picture; 0 when nothing is told.
double person_height(const Options& options, double y) {
  const Mark &far = options.far, &near = options.near;
  if (far.height <= 0 || near.height <= 0) return std::max(far.height, near.height);
  if (std::abs(near.y - far.y) < 0.01) return (far.height + near.height) / 2;
  const double at = far.height + (y - far.y) / (near.y - far.y) * (near.height - far.height);
  return std::max(at, 0.5 * std::min(far.height, near.height));
}

/// What is looked at: the zone, all of those who stand in it, and the feet of those who stand before it.
Polygon looked_at(const Options& options, const Polygon& zone) {
  if (zone.empty()) return {};
  const Box inner = bounds(zone), wide = bounds(around(zone, surroundings));
  const auto tall = [&](double y) {
    const double told = person_height(options, y);
    return told > 0 ? told : unknown_person;
  };
  const double bottom = inner.y + inner.height;
  const double top = std::clamp(inner.y - above * tall(inner.y), 0.0, wide.y);
  const double low = std::clamp(bottom + below * tall(bottom), wide.y + wide.height, 1.0);
  return {{wide.x, top}, {wide.x + wide.width, top}, {wide.x + wide.width, low}, {wide.x, low}};
}

/// The longer side of a crop of most_pixels.
int longest(const Polygon& part, const Frame& frame) {
  const Box box = part.empty() ? whole_picture : bounds(part);
  const double wide = box.width * frame.width(), high = box.height * frame.height();
  const double slim = std::max(wide, high) / std::max(1.0, std::min(wide, high));
  return static_cast<int>(std::sqrt(most_pixels * slim));
}

class Intrusion : public Detector {
 public:
  Intrusion(const Options& options, const Polygon& zone, Objects* objects)
      : options_(options),
        zone_(zone),
        part_(looked_at(options, zone)),
        crop_(part_, 0),
        objects_(options.confirm_with_model ? objects : nullptr) {}

  Look look(const Frame& frame) override;
  void resume(std::span<const Finding> open) override { waiting_.assign(open.begin(), open.end()); }

 private:
  void begin_again(const Frame& frame, const cv::Mat& luma);
  void recognise(const Frame& frame);
  [[nodiscard]] bool sized(const cv::Rect& box, const Frame& frame) const;
  [[nodiscard]] bool in_zone(const cv::Rect& box) const;
  void ask(const Frame& frame);
  void report(Look& look, const Frame& frame);

  Options options_;
  Polygon zone_, part_;
  cv::Size picture_;
  Crop crop_;
  Objects* objects_;
  Background ground_;
  Visitors visitors_;
  cv::Mat mask_;                    ///< 255 in the zone
  bool feet_hidden_ = false;        ///< the picture goes on below the crop
  double zone_height_ = 0;          ///< pixels of the crop
  std::vector<Finding> waiting_;    ///< from before a restart, not yet seen again
  std::optional<Steady> presence_;  ///< since when somebody is there
  Steady now_, first_, normal_, present_;
  std::optional<Steady> counted_;
};

Look Intrusion::look(const Frame& frame) {
  Look look;
  if (picture_ != frame.luma.size()) crop_ = Crop(part_, longest(part_, frame)), picture_ = frame.luma.size();
  const cv::Mat luma = crop_.luma(frame);
  if (luma.empty()) return look;
  const Steady now = frame.taken.steady;
  const bool again = luma.size() != mask_.size() || now < now_ || now - now_ > gap_restarts;
  const double dt = again ? 0 : in_seconds(now - now_);
  now_ = now;
  if (again) begin_again(frame, luma);
  ground_.see(luma, dt, visitors_.held(luma.size(), now_));
  if (ground_.changed_share() < moved_share) normal_ = now_;
  if (now_ - normal_ > moved_restarts) begin_again(frame, luma), ground_.see(luma, 0, {});
  recognise(frame);
  if (normal_ == now_) {
    visitors_.see(
        ground_, cv::Mat(luma.size(), CV_8UC1, cv::Scalar(255)), [&](const cv::Rect& box) { return sized(box, frame); }, now_);
    ask(frame);
  }
  report(look, frame);
  return look;
}

void Intrusion::begin_again(const Frame& frame, const cv::Mat& luma) {
  visitors_.reset();
  ground_.reset();
  const Box seen = crop_.to_picture({{}, luma.size()}, frame);
  mask_ = filled(zone_, seen, luma.size());
  feet_hidden_ = seen.y + seen.height < 1 - 0.5 * seen.height / luma.rows;
  zone_height_ = (zone_.empty() ? whole_picture : bounds(zone_)).height / std::max(seen.height, 1e-6) * luma.rows;
  first_ = normal_ = now_;
}

/// Who was there before the restart and stands there still.
void Intrusion::recognise(const Frame& frame) {
  std::erase_if(waiting_, [&](const Finding& known) {
    const cv::Rect box = crop_.to_crop(known.box, frame);
    if (box.width < least_width || box.height < least_height) return true;
    if (likeness(known.likeness, ground_.smooth()(box)) < same_after_restart) return now_ - first_ > recognised_within;
    visitors_.add({.box = box,
                   .look = ground_.smooth()(box).clone(),
                   .since = std::min(known.since, now_),
                   .seen = now_,
                   .moved = now_,
                   .ground_known = false,
                   .believed = true,
                   .first = box,
                   .rest = box,
                   .named = 1});
    return true;
  });
}

bool Intrusion::sized(const cv::Rect& box, const Frame& frame) const {
  if (box.width < least_width || box.height < least_height) return false;
  if (box.width > flattest * box.height || box.width < slimmest * box.height) return false;
  const Box place = crop_.to_picture(box, frame);
  const double person = person_height(options_, place.y + place.height);
  if (person > 0) return place.height >= shortest * person && place.height <= highest * person;
  return box.height >= options_.smallest * zone_height_ && box.height <= options_.largest * zone_height_;
}

bool Intrusion::in_zone(const cv::Rect& box) const {
  // Whose feet are below what is looked at stands before the zone and only hides it.
  if (feet_hidden_ && box.br().y >= mask_.rows - edge) return false;
  const cv::Rect feet(box.x, box.y + box.height / 2, box.width, box.height - box.height / 2);
  return cv::countNonZero(mask_(feet)) >= least_in_zone * feet.area();
}

/// Asks the object detector about one who is believed and not yet named.
void Intrusion::ask(const Frame& frame) {
  if (objects_ == nullptr) return;
  for (auto& one : visitors_.all()) {
    const Duration wait = one.asked < patient_answers ? Duration(ask_every) : Duration(ask_later);
    if (!one.believed || one.named > 0 || !in_zone(one.box) || (one.asked > 0 && now_ - one.asked_at < wait)) continue;
    const Box place = crop_.to_picture(one.box, frame);
    const Box part{std::max(0.0, place.x - place.width), std::max(0.0, place.y - place.height / 2), 3 * place.width,
                   2 * place.height};
    const auto found = objects_->find(
        frame, {part.x, part.y, std::min(part.width, 1 - part.x), std::min(part.height, 1 - part.y)}, model_least);
    if (!found) return;
    ++one.asked;
    one.asked_at = now_;
    for (const auto& object : *found) {
      const cv::Rect box = crop_.to_crop(object.box, frame);
      const int smaller = std::max(1, std::min(box.area(), one.box.area()));
      if ((is_person(object) || is_vehicle(object)) && (box & one.box).area() >= model_overlap * smaller) one.named = 1;
    }
  }
}

void Intrusion::report(Look& look, const Frame& frame) {
  std::int64_t movers = 0;
  const Visitor* shown = nullptr;
  for (const auto& one : visitors_.all()) {
    if (!one.believed || one.seen != now_ || !in_zone(one.box) || (objects_ != nullptr && one.named == 0)) continue;
    ++movers;
    if (shown == nullptr || one.since < shown->since) shown = &one;
  }
  if (shown != nullptr) {
    if (!presence_ || now_ < *presence_ || now_ - present_ > options_.clear) presence_ = shown->since;
    present_ = now_;
    Finding out;
    out.kind = Kind::intrusion;
    out.confidence = 0.6 + 0.4 * std::clamp(shown->alike, 0.0, 1.0);
    out.box = crop_.to_picture(shown->box, frame);
    out.since = *presence_;
    out.measure["movers"] = movers;
    out.likeness = signature(shown->look);
    look.findings.push_back(std::move(out));
  }
  if (counted_ && now_ >= *counted_ && now_ - *counted_ < count_every) return;
  counted_ = now_;
  look.observations.push_back({"presence", {{"movers", movers}}});
}

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  const RuleTiming rule{.kind = Kind::intrusion,
                        .severity = Severity::high,
                        .confirm = options.confirm,
                        .patience = 2s,
                        .clear = options.clear,
                        .cooldown = options.cooldown};
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = options.hours,
          .rules = {rule},
          .make = [options](const Polygon& zone, const Aids& aids) {
            return std::make_unique<Intrusion>(options, zone, aids.objects);
          }};
}

}  // namespace

const DetectorType& intrusion_detector() {
  static const DetectorType type{
      "intrusion",
      "Persons and vehicles that come into the zone, for as long as they stay; needs a fixed camera and persons of 12 pixels "
      "in "
      "the zone's crop. A dog close by, or an insect that crosses slowly before the lens, looks the same to it.",
      5,
      3,
      5,
      false,
      &schema().fields(),
      &plan};
  return type;
}

}  // namespace kuzet::vision
