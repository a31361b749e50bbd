// SPDX-License-Identifier: Apache-2.0
// Open flames: something flame-coloured that flickers without order and stays where it burns.
//
// Sees: flames by day and by night of which at least 12 pixels flicker in a crop whose longer side is 320 pixels.
//
// Wants: colour, a fixed camera, 6 pictures a second and more. It needs two seconds of them; one picture never is a fire.
//
// How: flicker first. Pixels that cross their own mean three times and more within a few seconds and were flame-coloured in
// between, as far as the light's own colour does not explain it, make regions; a region is fire as far as all of these hold:
// much of what is touched by the colour there flickers; it flickers more than the view's own motion explains, and more than
// noise; it decorrelates from picture to picture (people and machines move smoothly); its pixels do not go up and down together
// (lamps, exposure do); within four seconds it never looks again as it did (lamps, signs, beacons do); colour is there all the
// time (blinking, passing lights are not), in one piece (rows of lamps are not), at the same place (movers are not); red is
// saturated somewhere (it shines, it is not lit); its colour has shades (a flame is hotter inside, cloth and print are not).
//
// Fooled by: fire on a screen (it is a fire to the camera); somebody in orange who waves his arms about once a second on one
// spot; expected and not measured: glowing cloth or water in low sun that flutters without rhythm, lamps behind leaves.
//
// Missed: flames without colour (infra-red, alcohol), behind smoke, only as a glow, too small, by cameras that show colours at
// half their strength or never reach full red, and while the view moves fast.
//
// Smoke is another matter (vision/scene/smoke.hpp) and off by default: of two clips with smoke it finds one, 5 s to 17 s
// after the first wisp, and cloud shadows raise it in darkened and in grey versions of one clip of nine without.
//
// Score: cube root of the product of the conditions, each 0 (excluded) to 1 (as flames are); the least of the last three
// verdicts (0.4 s); 0.5 is worth an alarm.
//
// Sources: see vision/scene/flicker.hpp; the view's motion after Lucas and Kanade (1981) on tiles. The thresholds are our own,
// set by hand on four clips with fire and nine without.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/flames.hpp"
#include "vision/scene/flicker.hpp"
#include "vision/scene/likeness.hpp"
#include "vision/scene/smoke.hpp"
#include "vision/scene/view_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int longest = 320;        // pixels of the crop
constexpr Duration look_back = 2s;  // what a fire was before it is found
constexpr Duration kept = 4s;       // of pictures, to see whether one comes back
constexpr Duration first_verdict = 2s;
constexpr Duration verdict_every = 200ms;
constexpr std::size_t lasting = 3;  // verdicts that must agree: a chance of one moment is none of the next
constexpr Duration observe_every = 1s;
constexpr Duration gap_restarts = 1s;  // flicker cannot be followed over a longer gap
constexpr Duration view_memory = 1s;
constexpr Duration cast_memory = 5s;
constexpr Duration area_memory = 5s;
constexpr Duration smoke_confirm = 2s;
constexpr Duration evidence_gap = 2s;  // flames may duck for so long and still be the same fire

constexpr int least_pixels = 12;         // of the box of a region
constexpr std::size_t most_regions = 4;  // looked at closely, the largest first
constexpr double other_view = 0.7;       // correlation with the last picture below which it was a cut, or the camera was turned
constexpr double light_jump = 4;         // of luma in the median: exposure, a lamp, a cloud
constexpr double fast_view = 0.035;      // of the longer side a second: nothing can be said about flicker
constexpr double large_fire = 0.04;      // of the picture
constexpr double grown_fire = 0.01;      // ... and growing
constexpr double worth_saying = 0.1;     // of the score: below it is nothing
constexpr double seen_from = 0.3;        // of the score: evidence that dates the fire
constexpr double growth = 2;             // against the last seconds

struct Options : CommonOptions {
  Duration confirm = 1s;
  Duration clear = 10s;
  Duration cooldown = 60s;
  double confidence = 0.5;
  bool smoke = false;
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      duration<Options>("confirm", &Options::confirm, {0s, 1min}, "Flames are seen this long before the alarm."),
      duration<Options>("clear", &Options::clear, {1s, 10min}, "No flames for this long: the fire is over."),
      duration<Options>("cooldown", &Options::cooldown, {0s, 24h}, "After a fire, no new alarm for this long."),
      number<Options>("confidence", &Options::confidence, {0.2, 0.95}, "",
                      "From which score flames count; lower finds smaller fires and is fooled more often."),
      flag<Options>("smoke", &Options::smoke, "Whether smoke raises alarms of its own; steam, dust and fog patches fool it."),
  });
  return all;
}

cv::Mat half_size(const cv::Mat& luma) {
  cv::Mat out;
  cv::resize(luma, out, {std::max(4, luma.cols / 2), std::max(4, luma.rows / 2)}, 0, 0, cv::INTER_AREA);
  return out;
}

// By how much of its luma the middle one of many pixels is redder than blue; limited, since walls and fields have colours too.
double cast_of(const Planes& planes) {
  constexpr std::size_t samples = 600, least_samples = 60;
  constexpr int dark = 40, glaring = 235;
  constexpr double coolest = -0.15, warmest = 0.25;
  std::vector<double> casts;
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t at = planes.luma.total() * (2 * i + 1) / (2 * samples);
    const int luma = planes.luma.data[at];
    if (luma < dark || luma > glaring) continue;
    casts.push_back((1.402 * (planes.cr.data[at] - 128) - 1.772 * (planes.cb.data[at] - 128)) * planes.chroma_scale / luma);
  }
  return casts.size() < least_samples ? 0 : std::clamp(median(casts), coolest, warmest);
}

class FireDetector final : public Detector {
 public:
  FireDetector(const Polygon& zone, bool smoke) : crop_(zone, longest), with_smoke_(smoke) {}

  Look look(const Frame& frame) override {
    Look out;
    const Steady now = frame.taken.steady;
    if (frame.empty() || (last_ && now <= *last_)) return out;
    Planes planes = planes_of(frame);
    if (planes.luma.empty()) return out;
    follow_cast(planes, now);
    follow(planes, frame, now);
    if (now - began_ >= first_verdict && now - judged_ >= verdict_every) judge(frame, now);
    last_ = now;
    report(now, out);
    if (with_smoke_) report_smoke(frame, now, out);
    return out;
  }

 private:
  [[nodiscard]] Planes planes_of(const Frame& frame) const {
    return {crop_.luma(frame), crop_.chroma(frame, 0), crop_.chroma(frame, 1), frame.full_range ? 1.0F : 255.0F / 224.0F};
  }

  // The colour of the light, slowly: what is grey must look grey.
  void follow_cast(Planes& planes, Steady now) {
    const double passed = last_ ? in_seconds(now - *last_) : 3600;
    cast_ += (1 - std::exp(-passed / in_seconds(cast_memory))) * (cast_of(planes) - cast_);
    planes.cast = static_cast<float>(cast_);
  }

  void follow(const Planes& planes, const Frame& frame, Steady now) {
    cv::Mat half = half_size(planes.luma), thumbnail;
    cv::resize(half, thumbnail, {32, 18}, 0, 0, cv::INTER_AREA);
    const bool same_view = last_ && now - *last_ < gap_restarts && flicker_.size() == planes.luma.size() &&
                           correlation(thumbnail, thumbnail_) >= other_view;
    if (!same_view) restart(planes, frame, now);
    const double passed = same_view ? in_seconds(now - *last_) : 0.04;
    const double light = same_view ? brighter(thumbnail) : 0;
    past_.push_back({now, flicker_.see(planes, static_cast<float>(passed), static_cast<float>(light))});
    while (now - past_.front().at > kept) past_.pop_front();
    if (same_view) follow_view(half, passed);
    if (same_view && with_smoke_) smoke_.see(planes, mask_, passed);
    half_ = half, thumbnail_ = thumbnail;
  }

  void restart(const Planes& planes, const Frame& frame, Steady now) {
    flicker_.restart(planes);
    mask_ = crop_.mask(frame);
    past_.clear();
    began_ = judged_ = now;
    view_speed_ = 0;
    smoke_.restart();
    region_ = {};
    score_ = 0;
    verdicts_ = {};
    usual_area_.reset();
  }

  // The median change of the view's light, when it is a jump; flames alone hardly move the median.
  [[nodiscard]] double brighter(const cv::Mat& thumbnail) const {
    std::vector<double> changes;
    for (int i = 0; i < 32 * 18; ++i) changes.push_back(thumbnail.data[i] - thumbnail_.data[i]);
    const double light = median(changes);
    return std::abs(light) >= light_jump ? light : 0;
  }

  void follow_view(const cv::Mat& half, double passed) {
    const double speed = 2 * view_shift(half_, half, past_.back().marked) / passed;
    view_speed_ += (1 - std::exp(-passed / in_seconds(view_memory))) * (speed - view_speed_);
  }

  void judge(const Frame& frame, Steady now) {
    const double passed = in_seconds(now - judged_);
    judged_ = now;
    flicker_.settle(static_cast<float>(passed));
    region_ = {};
    score_ = 0;
    if (view_speed_ <= fast_view * std::max(flicker_.size().width, flicker_.size().height)) find_best();
    std::ranges::rotate(verdicts_, verdicts_.end() - 1);
    verdicts_.front() = score_;
    score_ = *std::ranges::min_element(verdicts_);
    box_ = crop_.to_picture(region_.box, frame);
    const double area = region_.area * box_.width * box_.height / std::max(1, region_.box.area());
    if (!usual_area_) usual_area_ = area;
    *usual_area_ += (1 - std::exp(-passed / in_seconds(area_memory))) * (area - *usual_area_);
    grave_ = area >= large_fire || (area >= grown_fire && area >= growth * *usual_area_);
    area_ = area;
    date(now);
  }

  void date(Steady now) {
    if (score_ < seen_from) return;
    if (!seen_ || now - *seen_ > evidence_gap) since_ = std::max(began_, now - look_back);
    seen_ = now;
  }

  void find_best() {
    const double interval = in_seconds(past_.back().at - past_.front().at) / static_cast<double>(past_.size() - 1);
    const Evidence evidence{flicker_, past_, view_speed_, interval};
    std::vector<std::vector<cv::Point>> outlines;
    cv::findContours(flickering_map(evidence, mask_), outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
    std::erase_if(outlines, [](const auto& outline) { return cv::boundingRect(outline).area() < least_pixels; });
    std::ranges::sort(outlines, std::greater<>(), [](const auto& outline) { return cv::boundingRect(outline).area(); });
    if (outlines.size() > most_regions) outlines.resize(most_regions);
    for (const auto& outline : outlines) {
      const Region region = measure(outline, evidence);
      const double score = confidence(region, evidence);
      if (score > score_) region_ = region, score_ = score;
    }
  }

  void observe(Steady now, Look& out) {
    observed_ = now;
    boost::json::object values{{"score", rounded(score_, 2)}};
    if (with_smoke_) values["smoke"] = rounded(smoke_.score(), 2);
    out.observations.push_back({"fire", std::move(values)});
  }

  void report_smoke(const Frame& frame, Steady now, Look& out) {
    if (smoke_.score() < worth_saying) return smoke_since_.reset();
    if (!smoke_since_) smoke_since_ = now;
    Finding found;
    found.kind = Kind::smoke;
    found.confidence = smoke_.score();
    found.box = crop_.to_picture(smoke_.box(), frame);
    found.since = *smoke_since_;
    out.findings.push_back(std::move(found));
  }

  void report(Steady now, Look& out) {
    if (!observed_ || now - *observed_ >= observe_every) observe(now, out);
    if (score_ < worth_saying) return;
    Finding found;
    found.confidence = score_;
    found.box = box_;
    found.since = since_;
    if (grave_) found.severity = Severity::critical;
    found.measure = {{"area", rounded(area_, 5)}, {"flicker_hz", rounded(region_.crossings / (2 * remembered()), 1)}};
    out.findings.push_back(std::move(found));
  }

  // Seconds that the count of crossings stands for.
  [[nodiscard]] double remembered() const {
    return crossing_seconds * (1 - std::exp(-static_cast<double>(flicker_.age()) / crossing_seconds));
  }

  Crop crop_;
  bool with_smoke_;
  Flicker flicker_;
  Smoke smoke_;
  cv::Mat mask_, half_, thumbnail_;
  std::deque<Past> past_;
  std::optional<Steady> last_, seen_, observed_, smoke_since_;
  Steady began_, judged_, since_;
  Region region_;
  std::array<double, lasting> verdicts_{};  // the newest first
  Box box_;
  double score_ = 0, view_speed_ = 0, area_ = 0, cast_ = 0;
  std::optional<double> usual_area_;
  bool grave_ = false;
};

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  Plan out;
  out.zone = options.zone;
  out.severity = severity_named(options.severity);
  out.evidence = *evidence_named(options.evidence);
  out.rules = {{Kind::fire, Severity::high, options.confirm, 1500ms, options.clear, options.cooldown, options.confidence,
                0.6 * options.confidence}};
  if (options.smoke)
    out.rules.push_back({Kind::smoke, Severity::medium, smoke_confirm, 3s, 2 * options.clear, options.cooldown,
                         options.confidence, 0.6 * options.confidence});
  out.make = [smoke = options.smoke](const Polygon& zone, const Aids&) { return std::make_unique<FireDetector>(zone, smoke); };
  return out;
}

}  // namespace

const DetectorType& fire_detector() {
  static const DetectorType type{
      "fire", "open flames: flame-coloured, flickering without order, staying in one place", 12, 6, 12, false, &schema().fields(),
      plan};
  return type;
}

}  // namespace kuzet::vision
