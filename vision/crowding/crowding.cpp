// SPDX-License-Identifier: Apache-2.0
// Too many people in one place: how many there are, or how full it is where nothing can count them.
//
// Sees: with an object detector (`model`), people whose feet are in the zone; without one, how much of the zone is covered by
// what is not its ground. Wants: a fixed camera; people at least 25 pixels high; for the level without a model, a zone that is
// empty now and then, and ground that shows between people. How: the zone and what people who stand in it need above it is
// looked at in square parts, one request each, spread over time as the budget allows; the middle of the last seconds is the
// count. Where there are more than 40 boxes of any confidence the parts become as small as the people want, and the number is
// an estimate (scene/census.cpp): then it carries `uncertainty`, and `at_least` for those who were seen for sure. Without a
// model: gradients that the ground has not (scene/occupancy.cpp), as a level; a number only where the technician has counted
// once, and then with its uncertainty. Fooled by: dummies, posters and mirrors; people in vehicles; people behind each other;
// without a model by vehicles, animals, snow and shadows with sharp edges, and by a crowd that was
// there from the first picture. Score: 0.5 just above the limit, 1 from half as many again; falls to 0.3 a tenth (at least one)
// below it, so that a count that hovers at the limit is one alert.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/census.hpp"
#include "vision/scene/occupancy.hpp"

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr Duration report_every = 950ms;                   // once a second, of pictures that are not quite evenly spaced
constexpr double busy_share = 0.5;                         // of the limit
constexpr double busy_cover = 0.12, crowded_cover = 0.35;  // of the zone, where nobody has counted
constexpr double raise = 0.5, keep = 0.3;
constexpr double least_known = 5;  // seconds of ground, before a cover is believed

struct Height {
  double y = 0;
  double height = 0;
};

struct Calibration {
  double cover = 0;
  double people = 0;
};

struct Options : CommonOptions {
  std::int64_t limit = 20;
  Duration confirm = 30s;
  Duration clear = 30s;
  Hours hours;
  Height far{0.3, 0}, near{1.0, 0};
  Calibration calibration;
};

Schema<Height> height_schema() {
  using namespace settings;
  return {number<Height>("y", &Height::y, {0, 1}, "fraction of the picture", "A row of the picture, from its top."),
          number<Height>("height", &Height::height, {0, 1}, "fraction of the picture",
                         "How tall a person is who stands there; 0: not known.")};
}

Schema<Calibration> calibration_schema() {
  using namespace settings;
  return {number<Calibration>("cover", &Calibration::cover, {0, 1}, "fraction of the zone",
                              "What the observation said as `cover` while somebody counted; 0: nobody has."),
          number<Calibration>("people", &Calibration::people, {0, 10000}, "people", "How many there were then.")};
}

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      integer<Options>("limit", &Options::limit, {1, 10000}, "people", "More people than this are reported."),
      duration<Options>("for", &Options::confirm, {0s, 24h}, "They are reported once they have been there this long."),
      duration<Options>("clear", &Options::clear, {1s, 24h}, "It is over once there have been clearly fewer for this long."),
      hours<Options>("hours", &Options::hours, "When it is watched; without it, always."),
      group<Options>("far", &Options::far, height_schema(),
                     "How tall people are far away, so that small ones are looked at closely."),
      group<Options>("near", &Options::near, height_schema(), "How tall people are close by."),
      group<Options>("calibration", &Options::calibration, calibration_schema(),
                     "Without a model: one count by a person, so that numbers can be estimated."),
  });
  return all;
}

/// What is known about the zone at one moment.
struct State {
  std::optional<double> count;
  double uncertainty = 0;
  double at_least = 0;
  bool counted = false;  ///< by a model
  double cover = 0;
  double fullness = 0;  ///< 1: at the limit
  Box box = whole_picture;
  bool level_known = true;
};

class Crowding : public Detector {
 public:
  Crowding(const Options& options, const Polygon& zone, const Aids& aids)
      : options_(options),
        objects_(aids.objects),
        zone_box_(zone.empty() ? whole_picture : bounds(zone)),
        census_(zone, {options.far.y, options.far.height, options.near.y, options.near.height}),
        occupancy_(zone) {}

  Look look(const Frame& frame) override;

 private:
  [[nodiscard]] std::optional<State> by_model(const Frame& frame);
  [[nodiscard]] std::optional<State> by_cover(const Frame& frame);
  [[nodiscard]] double confidence(const State& state) const;
  void find(const State& state, Steady now, Look& look);
  void report(const State& state, Steady now, Look& look);

  Options options_;
  Objects* objects_;
  Box zone_box_;
  Census census_;
  Occupancy occupancy_;
  std::optional<Steady> since_, reported_;
};

Look Crowding::look(const Frame& frame) {
  Look look;
  if (std::min(frame.width(), frame.height()) < 16) return look;
  const Steady now = frame.taken.steady;
  const auto state = objects_ != nullptr ? by_model(frame) : by_cover(frame);
  if (!state) return look;
  find(*state, now, look);
  report(*state, now, look);
  return look;
}

std::optional<State> Crowding::by_model(const Frame& frame) {
  census_.look(frame, *objects_);
  State state;
  state.box = zone_box_;
  const auto& people = census_.people();
  if (!people) return state.level_known = false, state;
  state.count = people->count;
  if (people->crowd) state.at_least = people->at_least, state.uncertainty = people->uncertainty;
  state.counted = true;
  state.fullness = people->count / static_cast<double>(options_.limit);
  state.box = people->around;
  return state;
}

std::optional<State> Crowding::by_cover(const Frame& frame) {
  const auto cover = occupancy_.see(frame);
  if (!cover) return std::nullopt;
  State state;
  state.box = zone_box_;
  state.cover = *cover;
  state.level_known = occupancy_.known_for() >= least_known;
  const auto& known = options_.calibration;
  if (known.cover > 0 && known.people > 0) {
    state.count = std::round(*cover / known.cover * known.people);
    state.uncertainty = std::ceil(2 + 0.3 * *state.count);
    state.fullness = *state.count / static_cast<double>(options_.limit);
    return state;
  }
  // Twice as full between busy and crowded, so that the levels are those of a count.
  state.fullness = *cover < busy_cover ? *cover / busy_cover * busy_share
                                       : busy_share + (*cover - busy_cover) / (crowded_cover - busy_cover) * (1 - busy_share);
  return state;
}

double Crowding::confidence(const State& state) const {
  const double limit = static_cast<double>(options_.limit);
  const double people = state.fullness * limit;
  if (people > limit) return raise + (1 - raise) * std::clamp((people - limit) / std::max(1.0, limit / 2), 0.01, 1.0);
  const double clearly = std::max(1.0, limit / 10);
  return std::max(0.0, raise - 0.01 - (raise - 0.01 - keep) * (limit - people) / clearly);
}

void Crowding::find(const State& state, Steady now, Look& look) {
  const double sure = state.level_known ? confidence(state) : 0;
  if (sure < keep) {
    since_.reset();
    return;
  }
  if (!since_ || *since_ > now) since_ = now;
  Finding finding;
  finding.kind = Kind::crowding;
  finding.confidence = sure;
  finding.box = state.box;
  finding.since = *since_;
  finding.measure["limit"] = options_.limit;
  if (state.count) finding.measure["count"] = static_cast<std::int64_t>(*state.count);
  if (state.count && state.uncertainty > 0) finding.measure["uncertainty"] = static_cast<std::int64_t>(state.uncertainty);
  if (state.at_least > 0) finding.measure["at_least"] = static_cast<std::int64_t>(state.at_least);
  if (!state.counted) finding.measure["cover"] = rounded(state.cover, 2);
  look.findings.push_back(std::move(finding));
}

void Crowding::report(const State& state, Steady now, Look& look) {
  if (reported_ && now >= *reported_ && now - *reported_ < report_every) return;
  reported_ = now;
  Observation people{"people", {{"level", state.fullness > 1 ? "crowded" : state.fullness >= busy_share ? "busy" : "few"}}};
  if (state.count) people.values["count"] = static_cast<std::int64_t>(*state.count);
  if (state.count && state.uncertainty > 0) people.values["uncertainty"] = static_cast<std::int64_t>(state.uncertainty);
  if (state.at_least > 0) people.values["at_least"] = static_cast<std::int64_t>(state.at_least);
  if (objects_ == nullptr) people.values["cover"] = rounded(state.cover, 3);
  if (!state.level_known) people.values["level_uncertain"] = true;
  look.observations.push_back(std::move(people));
}

/// One height alone says nothing of how they shrink, and two at the same row neither.
void check_heights(const Options& options, const Node& entry, const std::string& key, Faults& faults) {
  const Node* far = entry.find("far");
  const Node* near = entry.find("near");
  const bool far_known = options.far.height > 0, near_known = options.near.height > 0;
  if (far_known != near_known)
    faults.add(far_known ? far->at : near->at, key + (far_known ? ".far" : ".near"),
               std::string("also needs `") + (far_known ? "near" : "far") +
                   "`: how people shrink with their distance is known from two rows of the picture");
  else if (far_known && options.far.y >= options.near.y)
    faults.add(far->at, key + ".far.y", "must be above `near.y`: who is far away stands higher in the picture");
}

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  check_heights(options, entry, key, faults);
  const RuleTiming rule{.kind = Kind::crowding,
                        .severity = Severity::medium,
                        .confirm = options.confirm,
                        .patience = 5s,
                        .clear = options.clear,
                        .cooldown = 30s,
                        .raise = raise,
                        .keep = keep};
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = options.hours,
          .rules = {rule},
          .make = [options](const Polygon& zone, const Aids& aids) { return std::make_unique<Crowding>(options, zone, aids); }};
}

}  // namespace

const DetectorType& crowding_detector() {
  static const DetectorType type{
      "crowding",
      "Too many people in a zone: counted with an object detector (`model`), else a level by how much of the zone is covered, "
      "which is no count. Needs a fixed camera; people who hide each other are too few from about 100 on.",
      2,
      1,
      0.4,
      false,
      &schema().fields(),
      &plan};
  return type;
}

}  // namespace kuzet::vision
