// SPDX-License-Identifier: Apache-2.0
// Open flames: something flame-coloured that flickers without order and stays where it burns.
//
// Sees: flames by day and by night of which at least 12 pixels flicker in a crop whose longer side is 320 pixels.
//
// Wants: colour, a fixed camera, 6 pictures a second and more. It needs two seconds of them; one picture never is a fire.
//
// How: flicker first. Pixels that cross their own mean three times and more within a few seconds and were flame-coloured in
// between make regions; a region is fire as far as all of these hold: much of what is touched by the colour flickers; it
// flickers more than the view's own motion explains, and more than noise; it decorrelates from picture to picture (people and
// machines move smoothly); its pixels do not go up and down together (lamps, exposure do); colour is there all the time
// (blinking, passing lights are not), in one piece (rows of lamps are not), at the same place (movers are not); red is
// saturated somewhere (it shines, it is not lit).
//
// Fooled by (expected, not measured): flame-coloured cloth or water in strong sun that flutters in wind; fire on a screen; a
// crowd in orange that works on one spot; lamps behind leaves.
//
// Missed: flames without colour (infra-red, alcohol), behind smoke, only as a glow, too small, and while the view moves fast.
//
// Score: cube root of the product of the conditions, each 0 (excluded) to 1 (as flames are); 0.5 is worth an alarm.
//
// Sources: see vision/scene/flicker.hpp; the view's motion after Lucas and Kanade (1981) on tiles. The thresholds are our own,
// set by hand on four clips with fire and nine without.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/flicker.hpp"
#include "vision/scene/likeness.hpp"
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
constexpr Duration look_back = 2s;  // pictures kept to measure a region
constexpr Duration first_verdict = 2s;
constexpr Duration verdict_every = 200ms;
constexpr Duration observe_every = 1s;
constexpr Duration gap_restarts = 1s;  // flicker cannot be followed over a longer gap
constexpr Duration view_memory = 1s;
constexpr Duration area_memory = 5s;
constexpr Duration evidence_gap = 2s;  // flames may duck for so long and still be the same fire

constexpr float flickers = 2.0F;            // remembered crossings: three, the oldest of them fading
constexpr float touched = 0.06F;            // of the time flame-coloured: it counts at all
constexpr float always = 0.9F;              // ... and so much: it only counts when it flickers
constexpr float known = 0.5F;               // flame-coloured for half a minute and more: part of the scene
constexpr int least_pixels = 12;            // that flicker
constexpr std::size_t most_regions = 4;     // looked at closely, the largest first
constexpr std::size_t most_samples = 2500;  // pixels of a region that are measured
constexpr int least_change = 6;             // of luma from picture to picture, above noise
constexpr double other_view = 0.7;    // correlation with the last picture below which it was a cut, or the camera was turned
constexpr double light_jump = 4;      // of luma in the median: exposure, a lamp, a cloud
constexpr double calm_view = 1.5;     // pixels a second: noise of the measurement, waves, leaves
constexpr double fast_view = 0.035;   // of the longer side a second: nothing can be said about flicker
constexpr double large_fire = 0.04;   // of the picture
constexpr double grown_fire = 0.01;   // ... and growing
constexpr double worth_saying = 0.1;  // of the score: below it is nothing
constexpr double seen_from = 0.3;     // of the score: evidence that dates the fire
constexpr double growth = 2;          // against the last seconds

struct Options : CommonOptions {
  Duration confirm = 1s;
  Duration clear = 10s;
  Duration cooldown = 60s;
  double confidence = 0.5;
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      duration<Options>("confirm", &Options::confirm, {0s, 1min}, "Flames are seen this long before the alarm."),
      duration<Options>("clear", &Options::clear, {1s, 10min}, "No flames for this long: the fire is over."),
      duration<Options>("cooldown", &Options::cooldown, {0s, 24h}, "After a fire, no new alarm for this long."),
      number<Options>("confidence", &Options::confidence, {0.2, 0.95}, "",
                      "From which score flames count; lower finds smaller fires and is fooled more often."),
  });
  return all;
}

double ramp(double value, double none, double full) { return std::clamp((value - none) / (full - none), 0.0, 1.0); }

struct Past {
  Steady at;
  cv::Mat marked;  // luma, the lowest bit: flame-coloured
};

// What a region looked like over the last seconds; each figure stands for one sentence of the account above.
struct Region {
  cv::Rect box;
  double crossings = 0;  // mean over flickering pixels
  double share = 0;      // of the touched pixels flicker
  double core = 0;       // of its colour has red at the end
  double together = 1;   // 0: pixels change on their own, 1: all alike
  double swing = 0;      // standard deviation of luma where it flickers; sensors and encoders reach 9
  double rush = 0;       // change from picture to picture against all change: 1 is noise, 0 is slow
  double present = 0;    // colour in its poorest pictures against the mean
  double solid = 0;      // share of its colour that is in one piece
  double stays = 0;      // overlap of the first and the second half of what is kept
  double area = 0;       // pixels flame-coloured, mean
};

double confidence(const Region& region, double view_speed, double interval) {
  const double by_view = 0.3 * std::max(0.0, view_speed - calm_view);  // crossings that a moving view explains
  const std::array parts{
      ramp(region.crossings, 2.2 + by_view, 3.2 + by_view),
      ramp(region.share, 0.1, 0.35),
      ramp(region.core, 0.02, 0.12),
      ramp(region.together, 0.8, 0.5),
      ramp(region.swing, 9, 15),
      ramp(region.rush, 3 * interval, 6 * interval),
      ramp(region.present, 0.1, 0.4),
      ramp(region.solid, 0.15, 0.4),
      ramp(region.stays, 0.2, 0.45),
  };
  // The third root, not the eighth: one weak condition is common, three are not.
  return std::cbrt(std::accumulate(parts.begin(), parts.end(), 1.0, std::multiplies<>()));
}

// Pixels of one region: all that the colour touches, and which of them flicker.
struct Pixels {
  std::vector<int> at;
  std::vector<char> flickering;
};

// Figures that one pass over the kept pictures gives.
class Measure {
 public:
  explicit Measure(const Pixels& pixels) : pixels_(pixels), sum_(pixels.at.size()), squares_(sum_), halves_(2 * sum_.size()) {}

  void add(const cv::Mat& before, const cv::Mat& now, bool second_half) {
    double up = 0, any = 0, area = 0;
    for (std::size_t i = 0; i < pixels_.at.size(); ++i) {
      const int value = now.data[pixels_.at[i]];
      area += value & 1;
      halves_[2 * i + (second_half ? 1 : 0)] += static_cast<float>(value & 1);
      if (pixels_.flickering[i] == 0) continue;
      const int change = value - before.data[pixels_.at[i]];
      sum_[i] += static_cast<float>(value), squares_[i] += static_cast<float>(value * value);
      step_ += change * change;
      if (std::abs(change) >= least_change) up += change, any += std::abs(change);
    }
    together_ += std::abs(up), changes_ += any;
    areas_.push_back(area);
  }

  void into(Region& region, double sampled) {
    const double pictures = static_cast<double>(areas_.size());
    const auto flickering = static_cast<double>(std::ranges::count(pixels_.flickering, 1));
    double variance = 0, both = 0, either = 0;
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      variance += squares_[i] - static_cast<double>(sum_[i]) * sum_[i] / pictures;
      both += std::min(halves_[2 * i], halves_[2 * i + 1]), either += std::max(halves_[2 * i], halves_[2 * i + 1]);
    }
    region.swing = std::sqrt(variance / std::max(1.0, pictures * flickering));
    region.rush = step_ / std::max(1.0, 2 * variance);
    region.stays = both / std::max(1.0, either);
    region.together = together_ / std::max(1.0, changes_);
    const double mean = std::accumulate(areas_.begin(), areas_.end(), 0.0) / pictures;
    std::nth_element(areas_.begin(), areas_.begin() + static_cast<std::ptrdiff_t>(areas_.size() / 10), areas_.end());
    region.present = areas_[areas_.size() / 10] / std::max(1.0, mean);
    region.area = mean * sampled;
  }

 private:
  const Pixels& pixels_;
  std::vector<float> sum_, squares_, halves_;
  std::vector<double> areas_;
  double step_ = 0, together_ = 0, changes_ = 0;
};

cv::Mat half_size(const cv::Mat& luma) {
  cv::Mat out;
  cv::resize(luma, out, {std::max(4, luma.cols / 2), std::max(4, luma.rows / 2)}, 0, 0, cv::INTER_AREA);
  return out;
}

class FireDetector final : public Detector {
 public:
  explicit FireDetector(const Polygon& zone) : crop_(zone, longest) {}

  Look look(const Frame& frame) override {
    Look out;
    const Steady now = frame.taken.steady;
    if (frame.empty() || (last_ && now <= *last_)) return out;
    const Planes planes = planes_of(frame);
    if (planes.luma.empty()) return out;
    follow(planes, frame, now);
    if (now - began_ >= first_verdict && now - judged_ >= verdict_every) judge(frame, now);
    last_ = now;
    report(now, out);
    return out;
  }

 private:
  [[nodiscard]] Planes planes_of(const Frame& frame) const {
    return {crop_.luma(frame), crop_.chroma(frame, 0), crop_.chroma(frame, 1), frame.full_range ? 1.0F : 255.0F / 224.0F};
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
    while (now - past_.front().at > look_back) past_.pop_front();
    if (same_view) follow_view(half, passed);
    half_ = half, thumbnail_ = thumbnail;
  }

  void restart(const Planes& planes, const Frame& frame, Steady now) {
    flicker_.restart(planes);
    mask_ = crop_.mask(frame);
    past_.clear();
    began_ = judged_ = now;
    view_speed_ = 0;
    region_ = {};
    score_ = 0;
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
    const cv::Mat map = touched_map();
    std::vector<std::vector<cv::Point>> outlines;
    cv::findContours(map, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
    std::erase_if(outlines, [](const auto& outline) { return cv::boundingRect(outline).area() < least_pixels; });
    std::ranges::sort(outlines, std::greater<>(), [](const auto& outline) { return cv::boundingRect(outline).area(); });
    if (outlines.size() > most_regions) outlines.resize(most_regions);
    const double interval = in_seconds(past_.back().at - past_.front().at) / static_cast<double>(past_.size() - 1);
    for (const auto& outline : outlines) {
      const Region region = measure(outline);
      const double score = confidence(region, view_speed_, interval);
      if (score > score_) region_ = region, score_ = score;
    }
  }

  [[nodiscard]] bool is_touched(std::size_t pixel) const {
    return flicker_.warm(pixel) > touched && flicker_.known(pixel) < known &&
           (flicker_.warm(pixel) < always || flicker_.crossings(pixel) >= flickers);
  }

  [[nodiscard]] cv::Mat touched_map() const {
    cv::Mat map(flicker_.size(), CV_8UC1);
    for (std::size_t i = 0; i < map.total(); ++i) map.data[i] = is_touched(i) ? mask_.data[i] : 0;
    cv::morphologyEx(map, map, cv::MORPH_CLOSE, cv::Mat::ones(5, 5, CV_8UC1));
    return map;
  }

  [[nodiscard]] Region measure(const std::vector<cv::Point>& outline) const {
    Region region;
    region.box = cv::boundingRect(outline);
    cv::Mat inside = cv::Mat::zeros(region.box.size(), CV_8UC1);
    const std::vector<std::vector<cv::Point>> outlines{outline};
    cv::drawContours(inside, outlines, 0, cv::Scalar(1), cv::FILLED, cv::LINE_8, cv::noArray(), 0, -region.box.tl());
    Pixels pixels = pixels_in(inside, region);
    if (region.share * static_cast<double>(pixels.at.size()) < least_pixels || past_.size() < 6) return {};
    const double sampled = thin_out(pixels);
    Measure figures(pixels);
    const Steady half = past_.front().at + (past_.back().at - past_.front().at) / 2;
    for (std::size_t i = 1; i < past_.size(); ++i) figures.add(past_[i - 1].marked, past_[i].marked, past_[i].at > half);
    figures.into(region, sampled);
    region.solid = solid(inside, region.box);
    return region;
  }

  // Touched pixels of the region and what the running figures say of those that flicker.
  [[nodiscard]] Pixels pixels_in(const cv::Mat& inside, Region& region) const {
    Pixels pixels;
    double count = 0, crossings = 0, warm = 0, core = 0;
    for (int row = 0; row < inside.rows; ++row)
      for (int column = 0; column < inside.cols; ++column) {
        const auto at = (region.box.y + row) * flicker_.size().width + region.box.x + column;
        const auto pixel = static_cast<std::size_t>(at);
        if (inside.at<std::uint8_t>(row, column) == 0 || !is_touched(pixel)) continue;
        const bool flickering = flicker_.crossings(pixel) >= flickers;
        pixels.at.push_back(at), pixels.flickering.push_back(flickering ? 1 : 0);
        if (!flickering) continue;
        ++count, crossings += flicker_.crossings(pixel), warm += flicker_.warm(pixel), core += flicker_.core(pixel);
      }
    region.share = count / std::max<double>(1, static_cast<double>(pixels.at.size()));
    region.crossings = crossings / std::max(1.0, count);
    region.core = core / std::max(1e-6, warm);
    return pixels;
  }

  // Every n-th pixel of a large region is enough; returns n.
  static double thin_out(Pixels& pixels) {
    const std::size_t step = 1 + pixels.at.size() / most_samples;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pixels.at.size(); i += step, ++kept)
      pixels.at[kept] = pixels.at[i], pixels.flickering[kept] = pixels.flickering[i];
    pixels.at.resize(kept), pixels.flickering.resize(kept);
    return static_cast<double>(step);
  }

  // Lamps and glints are points in a row; flames burn together, around a core that may be white. Every third picture tells
  // enough.
  [[nodiscard]] double solid(const cv::Mat& inside, const cv::Rect& box) const {
    double in_one = 0, all = 0;
    cv::Mat colour;
    std::vector<std::vector<cv::Point>> pieces;
    for (std::size_t i = 0; i < past_.size(); i += 3) {
      cv::bitwise_and(past_[i].marked(box), inside, colour);
      const double count = cv::countNonZero(colour);
      cv::findContours(colour, pieces, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
      double largest = 0;
      for (const auto& piece : pieces) largest = std::max(largest, cv::contourArea(piece));
      in_one += std::min(largest, count), all += count;
    }
    return in_one / std::max(1.0, all);
  }

  void report(Steady now, Look& out) {
    if (!observed_ || now - *observed_ >= observe_every) {
      observed_ = now;
      out.observations.push_back({"flames", {{"confidence", rounded(score_, 2)}}});
    }
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
  Flicker flicker_;
  cv::Mat mask_, half_, thumbnail_;
  std::deque<Past> past_;
  std::optional<Steady> last_, seen_, observed_;
  Steady began_, judged_, since_;
  Region region_;
  Box box_;
  double score_ = 0, view_speed_ = 0, area_ = 0;
  std::optional<double> usual_area_;
  bool grave_ = false;
};

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  Plan out;
  out.zone = options.zone;
  out.severity = severity_named(options.severity);
  out.rules = {{Kind::fire, Severity::high, options.confirm, 1500ms, options.clear, options.cooldown, options.confidence,
                0.6 * options.confidence}};
  out.make = [](const Polygon& zone, const Aids&) { return std::make_unique<FireDetector>(zone); };
  return out;
}

}  // namespace

const DetectorType& fire_detector() {
  static const DetectorType type{
      "fire", "open flames: flame-coloured, flickering without order, staying in one place", 12, false, &schema().fields(),
      plan};
  return type;
}

}  // namespace kuzet::vision
