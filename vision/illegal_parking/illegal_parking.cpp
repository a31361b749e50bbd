// SPDX-License-Identifier: Apache-2.0
// Vehicles that stand where none may: how long, and whether it is still the same one.
//
// Sees: things of a vehicle's size that come into the zone, stop, and stay. Only luma is used, so it works in infra-red as
// well. Wants: a fixed camera; a vehicle at least 16 pixels long in the picture; ground around the zone that mostly stays
// visible. How: the gradients of a background of the last second are compared with those of a slow one. Light, shadows and
// exposure move the logarithm of luma by a constant and leave gradients as they were; a thing brings edges of its own. What so
// stands out, does not move, has the size of a vehicle and has looked the same for a second is an object; from then on only its
// own picture decides (normalised correlation with what it looked like): the same place is not yet the same thing. Fooled by:
// goods or a container put down in the zone (it stands, and it is large); a tight group of people who really do not move,
// unless an object detector calls them persons and nothing else; a vehicle of the ground's own colour without visible edges
// (missed); a camera that moves. What stands there from the very first picture is found against a reference of the empty zone
// (the technician's, taken in the same kind of light), or by the object detector (a vehicle twice, at the same place, looking
// the same; a container that it takes for a lorry is one then); its stay is counted from the first picture and marked
// uncertain. With neither it is taken for ground: missed, and found when it comes back. Score: 0.5 for the least that counts,
// 1 for a thing full of edges of its own that looks exactly as before. Sources: two rates of background after Porikli, Ivanov,
// Haga, "Robust abandoned object detection using dual foregrounds" (2008); gradients of the logarithm as in homomorphic
// filtering; the thresholds are our own.
#include "vision/detector.hpp"
#include "vision/scene/background.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/cutout.hpp"
#include "vision/scene/empty_ground.hpp"
#include "vision/scene/likeness.hpp"
#include "vision/scene/newcomers.hpp"
#include "vision/scene/second_opinion.hpp"
#include "vision/scene/stay.hpp"
#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int longest = 240;  // pixels of the crop
// Of the zone's size, on each side: there the light is measured when a vehicle fills the zone.
constexpr double surroundings = 0.25;
// Still for so long: it stands, it does not roll, and it is no light that slides over the ground.
constexpr Duration standing_after = 2500ms;
constexpr Duration grows_for = 4s;   // its outline gets complete while the fast background takes it over
constexpr double most_growth = 1.8;  // ... but not by what moves up beside it
constexpr double small_piece = 4;    // so many times a thing is no neighbour of a piece, it is what the piece belongs to
constexpr double mostly_in = 0.5;    // of such a piece's box: the rest is the light that its lamps throw
constexpr double piece_of = 0.8;     // of its box is in a larger thing: a piece of it was found first
constexpr Duration settles = 10s;    // lamps go out, people get out: so long the pieces of one arrival come to rest
constexpr Duration young_patience = 800ms;
constexpr Duration gap_restarts = 60s;  // without pictures for so long, the ground is learned anew
constexpr Duration unwatched =
    3s;  // ... and after so long what stands must be recognised again; key frames are 2.5 s apart at most
constexpr Duration at_once = 1s;  // what was there so soon after the pictures began was there before
constexpr Duration moved_restarts = 20s;
constexpr double moved_share = 0.6;  // of the crop changed: that is no vehicle, that is another view

constexpr double still = 0.8;  // correlation from which two pictures of one place show one thing
constexpr double like_ground = 0.75;
constexpr double least_structure = 0.25;        // share of its inside that has edges which the ground has not
constexpr double least_structure_clear = 0.15;  // ... where its edges are much clearer: a plain van on gravel, at night
constexpr double clear_edges = 2;               // by the ground's
constexpr int least_pixels = 10;                // of the crop, in both directions
constexpr double upright = 0.75;                // narrower than so much of its height: a person, unless it is as large as ...
constexpr double upright_size = 0.04;           // ... so much of the zone (vehicles seen from above)
constexpr double flattest = 4.5;                // a bus from its side; longer things are shadows
constexpr double least_in_zone = 0.5;           // ... and how much of that part is in the zone
constexpr double least_filled = 0.4;            // of its bounding box
constexpr double least_more = 1.3;              // its edges by the ground's
constexpr double full_structure = 0.5;          // more than that proves no more
constexpr double same_after_restart = 0.7;
constexpr Duration still_for = 800ms;
constexpr Duration returns_after = 600ms;
constexpr Duration refresh_every = 5s;
constexpr Duration count_every = 950ms;  // once a second, of pictures that are not quite evenly spaced
constexpr std::size_t most_tracks = 24;  // each keeps a picture of itself
constexpr double named_vehicle = 0.40;   // the object detector's confidence
constexpr double least_heard = 0.35;     // ... from which anything is listened to
constexpr int most_answers = 4;          // after which nothing more is asked about one thing

struct Options : CommonOptions {
  Hours hours;
  Duration dwell = 3min;
  Duration max_gap = 5s;
  double smallest = 0.006;
  double largest = 0.9;
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      settings::hours<Options>("hours", &Options::hours, "Only then may nobody stand there; without it, always."),
      duration<Options>("dwell", &Options::dwell, {1s, 24h}, "A vehicle that stands this long is reported."),
      duration<Options>("max_gap", &Options::max_gap, {0s, 10min},
                        "A vehicle may be hidden this long and still be the same stay."),
      number<Options>("smallest", &Options::smallest, {0.0005, 1}, "fraction of the zone", "Smaller things are no vehicles."),
      number<Options>("largest", &Options::largest, {0.01, 4}, "fraction of the zone", "Larger things are no vehicles."),
  });
  return all;
}

class IllegalParking : public Detector {
 public:
  IllegalParking(const Options& options, const Polygon& zone, const Aids& aids)
      : options_(options),
        zone_(zone),
        crop_(reaching_up(zone, surroundings), longest),
        references_(aids.references),
        opinion_(aids.objects) {}

  Look look(const Frame& frame) override;
  void resume(std::span<const Finding> open) override;

 private:
  void begin_again(const Frame& frame, const cv::Mat& luma);
  void bridge_gap();
  void recognise(const Frame& frame);
  void hear(const Frame& frame);
  void consider_named(const Object& object, const Frame& frame);
  [[nodiscard]] bool named_sized(const cv::Rect& box) const;
  void watch_tracks(const Frame& frame);
  [[nodiscard]] bool vehicle_sized(const Newcomer& candidate) const;
  void date(Stay& track, Steady since) const;
  void consider(const Newcomer& candidate, const Frame& frame);
  void grow(Stay& track, const Newcomer& candidate, const Frame& frame, Steady since) const;
  void place(Stay& track, const Newcomer& at, const Frame& frame) const;
  [[nodiscard]] bool view_moved();
  void report(Look& look);

  Options options_;
  Polygon zone_;
  Crop crop_;
  std::vector<Reference> references_;
  SecondOpinion opinion_;
  Background ground_;
  cv::Mat luma_;
  cv::Mat mask_;  ///< 255 in the zone
  cv::Mat near_;  ///< 255 in the zone and so far around it that a vehicle shows whether it stands inside
  double zone_pixels_ = 0;
  Recent past_;
  std::vector<Stay> tracks_;
  std::vector<Finding> waiting_;  ///< from before a restart, not yet seen again
  std::uint64_t last_number_ = 0;
  Steady now_, first_, normal_;
  Steady watched_;  ///< since when pictures have come without a gap
  std::optional<Steady> counted_;
};

void IllegalParking::resume(std::span<const Finding> open) {
  waiting_.assign(open.begin(), open.end());
  for (const auto& one : waiting_) last_number_ = std::max(last_number_, one.object);
}

Look IllegalParking::look(const Frame& frame) {
  Look look;
  const cv::Mat luma = crop_.luma(frame);
  if (luma.empty()) return look;
  const Steady now = frame.taken.steady;
  const bool again = luma.size() != luma_.size() || now < now_ || now - now_ > gap_restarts;
  const double dt = again ? 0 : in_seconds(now - now_);
  now_ = now;
  if (again) begin_again(frame, luma);
  if (in_seconds(unwatched) < dt) bridge_gap();
  ground_.see(luma, dt, held_by(tracks_, luma_.size()));
  luma_ = ground_.smooth();
  recognise(frame);
  watch_tracks(frame);
  if (view_moved()) begin_again(frame, luma);
  if (normal_ == now_)
    for (const auto& candidate : newcomers(ground_, near_, outlined_by(tracks_, luma_.size(), now_), least_pixels))
      consider(candidate, frame);
  if (normal_ == now_) hear(frame);
  past_.remember(luma_, now_);
  report(look);
  return look;
}

/// A new size, a source that starts over, a long gap, another view: the ground is learned anew, and what stood is looked for.
void IllegalParking::begin_again(const Frame& frame, const cv::Mat& luma) {
  for (const auto& track : tracks_)
    if (track.number != 0 && track.since <= now_) waiting_.push_back(finding(track, now_));
  tracks_.clear();
  past_.forget();
  const cv::Mat empty = empty_ground(references_, crop_, frame, luma);
  if (empty.empty())
    ground_.reset();
  else
    ground_.begin(empty);
  opinion_.begin_again();
  // The crop has the zone's surroundings too; what counts is inside of the zone itself.
  mask_ = filled(zone_, crop_.to_picture({{}, luma.size()}, frame), luma.size());
  zone_pixels_ = cv::countNonZero(mask_);
  const int reach = 2 * (std::max(luma.cols, luma.rows) / 8) + 1;
  cv::dilate(mask_, near_, cv::getStructuringElement(cv::MORPH_ELLIPSE, {reach, reach}));
  first_ = normal_ = watched_ = now_;
}

/// Nobody looked for a while: what stood must be recognised again, and has the time for it that it has when it is hidden.
void IllegalParking::bridge_gap() {
  std::erase_if(tracks_, [](const Stay& track) { return track.number == 0; });
  for (auto& track : tracks_) track.seen = now_, track.matched = false;
  past_.forget();
  watched_ = now_;
}

/// Looks for what stood before the restart; what is not there again within the gap that a vehicle may be hidden is given up.
void IllegalParking::recognise(const Frame& frame) {
  std::erase_if(waiting_, [&](const Finding& known) {
    const cv::Rect box = crop_.to_crop(known.box, frame);
    if (box.width < least_pixels || box.height < least_pixels) return true;
    if (likeness(known.likeness, luma_(box)) < same_after_restart)
      return now_ - first_ > std::max(options_.max_gap, young_patience);
    Stay track;
    track.number = known.object;
    track.since = std::min(known.since, now_);
    track.since_uncertain = known.since_uncertain;
    track.ground_known = false;
    track.structure = full_structure;
    track.before = known.before;
    place(track, {box, {}, {}}, frame);
    tracks_.push_back(std::move(track));
    return true;
  });
}

/// The track is there now and looks as the picture does there.
void IllegalParking::place(Stay& track, const Newcomer& at, const Frame& frame) const {
  track.box = at.box;
  if (!at.own.empty()) track.own = at.own;
  track.place = crop_.to_picture(at.box, frame);
  track.look = luma_(at.box).clone();
  track.begun = std::min(track.begun, now_);
  if (track.first_area == 0) track.first_area = at.box.area();
  track.seen = track.refreshed = now_;
  track.back = now_ - returns_after;
  track.matched = true;
}

void IllegalParking::watch_tracks(const Frame& frame) {
  for (auto& track : tracks_) {
    const bool matched = stands(track, ground_, luma_);
    if (matched && !track.matched) track.back = now_;
    track.matched = matched;
    // A like one that passes by matches for one look; the same one that comes out from behind a lorry goes on matching.
    if (!matched || now_ - track.back < returns_after) continue;
    track.seen = now_;
    if (track.number == 0 && !track.waits && now_ - track.since >= standing_after) {
      track.number = ++last_number_;
      track.before = cutout(frame, track.place);
    }
    if (track.alike < still || now_ - track.refreshed < refresh_every) continue;
    cv::addWeighted(track.look, 0.8, luma_(track.box), 0.2, 0, track.look);  // the sun wanders on
    track.refreshed = now_;
  }
  const auto given_up = [&](const Stay& track) {
    return now_ - track.seen > (track.number == 0 ? young_patience : std::max(options_.max_gap, young_patience));
  };
  for (const auto& track : tracks_)
    if (given_up(track) && track.number != 0) ground_.uncover(with_pieces(track, tracks_));
  std::erase_if(tracks_, given_up);
}

/// True when the view has been another one for so long that it will stay so. Meanwhile nothing new is considered.
bool IllegalParking::view_moved() {
  if (ground_.changed_share() < moved_share) normal_ = now_;
  return now_ - normal_ > moved_restarts;
}

bool IllegalParking::vehicle_sized(const Newcomer& candidate) const {
  const cv::Rect& box = candidate.box;
  const double pixels = cv::countNonZero(candidate.shape), size = pixels / zone_pixels_;
  const double hidden = cv::countNonZero(candidate.shape & mask_(box)) / zone_pixels_;  // of the zone's ground
  if (size < options_.smallest || hidden > options_.largest || pixels < least_filled * box.area()) return false;
  if (candidate.box.width > flattest * candidate.box.height) return false;
  if (candidate.box.width < upright * candidate.box.height && size < upright_size) return false;
  const cv::Mat feet = candidate.shape(foot(box) - box.tl());
  return cv::countNonZero(feet & mask_(foot(box))) >= least_in_zone * cv::countNonZero(feet);
}

/// The same thing, seen better: its outline gets complete, or it turns out that a piece of it was found first.
void IllegalParking::grow(Stay& track, const Newcomer& candidate, const Frame& frame, Steady since) const {
  const bool larger = candidate.box.area() > track.box.area();
  const bool grown = candidate.box.area() < most_growth * track.first_area;
  // Its own edges are not in a candidate any more: what still lies all around it is the thing that it is a piece of.
  const bool around_it = now_ - track.begun > grows_for && covered(track.box, candidate.box) > piece_of;
  const bool far_larger =
      candidate.box.area() > small_piece * track.first_area && covered(track.box, candidate.box) > mostly_in;
  if (larger && (grown || ((around_it || far_larger) && since - track.since < settles))) place(track, candidate, frame);
}

void IllegalParking::consider(const Newcomer& candidate, const Frame& frame) {
  if (!vehicle_sized(candidate)) return;
  const Structure found = structure(ground_, candidate);
  const Steady since = past_.still_since(luma_, candidate.box, candidate.own, now_);
  if (now_ - since < still_for) return;
  const double enough = found.more > clear_edges ? least_structure_clear : least_structure;
  if (found.share < enough || found.more < least_more || found.correlation > like_ground) return;
  if (Stay* track = matched_at(tracks_, candidate.box)) {
    grow(*track, candidate, frame, since);
    track->structure = std::max(track->structure, found.share);
    return;
  }
  if (Stay* track = lost_at(tracks_, candidate, luma_)) return place(*track, candidate, frame);
  if (tracks_.size() >= most_tracks) return;
  Stay track;
  date(track, since);
  track.structure = found.share;
  place(track, candidate, frame);
  tracks_.push_back(std::move(track));
  ground_.restore(with_pieces(tracks_.back(), tracks_));
}

/// What stood there as soon as anybody looked came before, nobody knows when.
void IllegalParking::date(Stay& track, Steady since) const {
  track.since_uncertain = since - watched_ < at_once;
  track.since = track.since_uncertain ? watched_ : since;
}

/// What the object detector says about the zone, when it is its time.
void IllegalParking::hear(const Frame& frame) {
  const bool wanted = std::ranges::any_of(tracks_, [](const Stay& track) { return track.answers < most_answers; });
  const auto named = opinion_.ask(frame, crop_.to_picture({{}, luma_.size()}, frame), least_heard, wanted);
  if (!named) return;
  for (auto& track : tracks_)
    if (track.matched) weigh(track, *named);
  // One that was named once and not again within some answers was none.
  std::erase_if(tracks_, [](const Stay& track) { return track.waits && track.answers >= most_answers; });
  for (const auto& object : *named)
    if (is_vehicle(object) && object.confidence >= named_vehicle) consider_named(object, frame);
}

bool IllegalParking::named_sized(const cv::Rect& box) const {
  const double size = box.area() / zone_pixels_, hidden = cv::countNonZero(mask_(box)) / zone_pixels_;
  return box.width >= least_pixels && box.height >= least_pixels && size >= options_.smallest && hidden <= options_.largest &&
         cv::countNonZero(mask_(foot(box))) >= least_in_zone * foot(box).area();
}

/// A vehicle that the ground hides: it was there from the start.
void IllegalParking::consider_named(const Object& object, const Frame& frame) {
  const cv::Rect box = crop_.to_crop(object.box, frame);
  if (!named_sized(box) || tracks_.size() >= most_tracks) return;
  const auto known = [&](const Stay& track) { return std::max(covered(track.box, box), covered(box, track.box)) > 0.5; };
  if (std::ranges::any_of(tracks_, known)) return;
  Stay track;
  date(track, past_.still_since(luma_, box, {}, now_));
  track.since_uncertain = true;  // it came unseen, at the start or later
  track.ground_known = false;
  track.waits = true;
  track.answers = track.vehicles = 1;
  track.structure = full_structure;
  place(track, {box, {}, {}}, frame);
  tracks_.push_back(std::move(track));
}

void IllegalParking::report(Look& look) {
  for (const auto& track : tracks_)
    if (track.number != 0 && track.matched && track.seen == now_ && (!is_person(track)))
      look.findings.push_back(finding(track, now_));
  if (counted_ && now_ >= *counted_ && now_ - *counted_ < count_every) return;
  counted_ = now_;
  look.observations.push_back({"standing", {{"vehicles", look.findings.size()}}});
}

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  const RuleTiming rule{.kind = Kind::illegal_parking,
                        .severity = Severity::medium,
                        .confirm = options.dwell,
                        .patience = options.max_gap,
                        .clear = std::max<Duration>(options.max_gap, 3s),
                        .cooldown = 5s,
                        .close_up = true};
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = options.hours,
          .rules = {rule},
          .make = [options](const Polygon& zone, const Aids& aids) {
            return std::make_unique<IllegalParking>(options, zone, aids);
          }};
}

}  // namespace

const DetectorType& illegal_parking_detector() {
  static const DetectorType type{
      "illegal_parking",
      "Vehicles that stop in the zone and stay; needs a fixed camera and vehicles of 16 pixels and more. Goods that are put "
      "down look the same to it; a vehicle that is there from the first picture is found with a reference of the empty zone or "
      "with an object detector, and else taken for ground until it moves.",
      5,
      2,
      0.4,
      true,
      &schema().fields(),
      &plan};
  return type;
}

}  // namespace kuzet::vision
