// SPDX-License-Identifier: Apache-2.0
// Whether one parking space is taken: the zone is the space.
//
// Sees: how full of edges the space is. A vehicle has windows, lamps, seams and a shadow's edge nearly everywhere; the ground
// of an empty space has few, and lines at its rim, which are left out. Wants: a zone drawn along the space's own lines, at
// least 24 pixels long; one picture is enough. How: the gradient of the logarithm of luma (contrast, whatever the light) that
// three tenths of the inside of the space exceed (a van's roof and bonnet are plain, its other parts are not), less what the
// plainest quarter of its surroundings has (gravel, noise at night). Gradients are counted by space length, so that resolution
// does not matter. With a reference (the technician's picture of the empty space in the same kind of light) edges that lie as
// they do there, more than by chance, do not count, so that coarse ground needs no setting. Fooled by: things that are put down
// there; a vehicle of a neighbour that covers the space from the camera's angle; coarse ground such as leaves or cobbles that
// is only in the space; snow on a vehicle; dappled shade. Score: the measure by the threshold, as `share` in the observation: 1
// is the limit, below is free. Source: relative edge energy, our own; see vision.md for what else was tried.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/surroundings.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int longest = 128;            // pixels of the crop, the space with its surroundings
constexpr double surroundings = 0.5;    // of the space's size, on each side
constexpr double inner = 0.8;           // of the space around its middle: lines and neighbours' mirrors stay outside
constexpr double exceeded = 0.7;        // so much of the inside may be plain: half of a van from above is
constexpr double plainest = 0.25;       // of the surroundings: what ground is like, whatever stands on it
constexpr double outer = 1.15;          // from here on it is surroundings
constexpr double counted_length = 80;   // gradients are per 1/80 of the space's longer side
constexpr double lift = 10;             // luma added before the logarithm: noise in the dark is no contrast
constexpr double in_doubt = 0.7;        // share from which the reference is asked
constexpr int reference_shift = 2;      // pixels of the crop by which a camera may have been moved since
constexpr int elsewhere = 4;            // times that: there even the same ground is alike by chance alone
constexpr double margin = 0.15;         // hysteresis, by the threshold
constexpr Duration gap_restarts = 10s;  // without pictures for so long: what was said before says nothing
constexpr Duration say_every = 950ms;   // once a second, of pictures that are not quite evenly spaced

struct Options : CommonOptions {
  double threshold = 0.061;
  Duration settle = 3s;
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      number<Options>("threshold", &Options::threshold, {0.005, 0.2}, "contrast by 1/80 of the space",
                      "From so much structure on the space is taken; raise it where the empty ground itself is coarse."),
      duration<Options>("settle", &Options::settle, {0s, 5min}, "A change must last this long before it is said."),
  });
  return all;
}

/// CV_32FC2: the gradient of the logarithm of luma, per pixel.
cv::Mat gradients(const cv::Mat& luma) {
  cv::Mat plane, out;
  std::array<cv::Mat, 2> axes;
  luma.convertTo(plane, CV_32F);
  cv::GaussianBlur(plane, plane, {5, 5}, 1);
  plane += cv::Scalar(lift);
  cv::log(plane, plane);
  cv::Sobel(plane, axes[0], CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(plane, axes[1], CV_32F, 0, 1, 3, 1.0 / 8);
  cv::merge(axes, out);
  return out;
}

/// Its size.
cv::Mat contrast(const cv::Mat& luma) {
  std::array<cv::Mat, 2> axes;
  cv::Mat out;
  cv::split(gradients(luma), axes.data());
  cv::magnitude(axes[0], axes[1], out);
  return out;
}

/// The cosine between two fields of gradients where `where` is not 0, the second one moved by `shift`.
double alike(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where, const cv::Point& shift) {
  double aa = 1e-12, bb = 1e-12, ab = 0;
  for (int y = std::max(0, -shift.y); y < std::min(a.rows, a.rows - shift.y); ++y)
    for (int x = std::max(0, -shift.x); x < std::min(a.cols, a.cols - shift.x); ++x) {
      if (where.at<uchar>(y, x) == 0) continue;
      const cv::Vec2f &u = a.at<cv::Vec2f>(y, x), &v = b.at<cv::Vec2f>(y + shift.y, x + shift.x);
      aa += static_cast<double>(u.dot(u)), bb += static_cast<double>(v.dot(v)), ab += static_cast<double>(u.dot(v));
    }
  return ab / std::sqrt(aa * bb);
}

/// The most that they are alike of all shifts up to `reach`, in steps of `step`; with steps wider than edges are, without no
/// shift: what two pictures of different things have in common by chance.
double most_alike(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where, int reach, int step) {
  double most = 0;
  for (int y = -reach; y <= reach; y += step)
    for (int x = -reach; x <= reach; x += step)
      if (step == 1 || std::max(std::abs(x), std::abs(y)) > step) most = std::max(most, alike(a, b, where, {x, y}));
  return most;
}

/// The value below which that share of the marked pixels lies; 0 when nothing is marked.
double quantile(const cv::Mat& plane, const cv::Mat& where, double share) {
  std::vector<float> values;
  for (int y = 1; y + 1 < plane.rows; ++y)  // the filters know only one side of the edge
    for (int x = 1; x + 1 < plane.cols; ++x)
      if (where.at<uchar>(y, x) != 0) values.push_back(plane.at<float>(y, x));
  if (values.empty()) return 0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

class ParkingSpace : public Detector {
 public:
  ParkingSpace(const Options& options, const Polygon& zone, std::vector<Reference> references)
      : options_(options),
        zone_(zone.empty() ? Polygon{{0, 0}, {1, 0}, {1, 1}, {0, 1}} : zone),
        crop_(around(zone_, surroundings), longest),
        references_(std::move(references)) {}

  Look look(const Frame& frame) override;

 private:
  [[nodiscard]] double structure(const cv::Mat& luma, const Frame& frame) const;
  [[nodiscard]] double familiar(const cv::Mat& luma, const Frame& frame);
  void decide(double share, Steady now);

  Options options_;
  Polygon zone_;
  Crop crop_;
  std::vector<Reference> references_;
  std::optional<Light> light_;  ///< that empty_ belongs to
  cv::Mat empty_;               ///< CV_32FC2, gradients of the empty space's crop; empty where no reference fits
  std::optional<bool> occupied_;
  std::optional<Steady> other_since_;  ///< since when the pictures have been saying the opposite
  std::optional<Steady> looked_, said_;
};

Look ParkingSpace::look(const Frame& frame) {
  Look look;
  const cv::Mat luma = crop_.luma(frame);
  if (luma.empty()) return look;
  const Steady now = frame.taken.steady;
  if (looked_ && (now < *looked_ || now - *looked_ > gap_restarts)) occupied_.reset(), said_.reset();
  looked_ = now;
  const bool before = occupied_.value_or(false);
  double share = structure(luma, frame) / options_.threshold;
  if (share > in_doubt && !references_.empty()) share *= 1 - familiar(luma, frame);
  decide(share, now);
  if (said_ && before == *occupied_ && now - *said_ < say_every) return look;
  said_ = now;
  look.observations.push_back({"parking", {{"occupied", *occupied_}, {"share", rounded(share, 2)}}});
  return look;
}

/// Structure of the space beyond what the ground around has.
double ParkingSpace::structure(const cv::Mat& luma, const Frame& frame) const {
  const Box seen = crop_.to_picture({{}, luma.size()}, frame);
  const cv::Mat gradient = contrast(luma);
  const cv::Mat inside = filled(scaled(zone_, inner), seen, luma.size());
  const cv::Mat outside = ~filled(scaled(zone_, outer), seen, luma.size());
  const Box space = bounds(zone_);
  const double length = std::max(space.width / seen.width * luma.cols, space.height / seen.height * luma.rows);
  return (quantile(gradient, inside, exceeded) - quantile(gradient, outside, plainest)) * length / counted_length;
}

/// How far the edges in the space are those of the empty space in this light: 0 no more than by chance, 1 the same. A vehicle
/// that hides the ground still has some edges that lie like some of the ground's.
double ParkingSpace::familiar(const cv::Mat& luma, const Frame& frame) {
  const Light light = light_of(frame);
  if (light_ != light || (!empty_.empty() && empty_.size() != luma.size())) {
    light_ = light;
    empty_ = cv::Mat();
    const Reference* reference = reference_for(references_, light);
    cv::Mat empty = reference != nullptr && reference->light == light ? crop_.luma(reference->frame) : cv::Mat();
    if (!empty.empty()) cv::resize(empty, empty, luma.size(), 0, 0, cv::INTER_AREA);
    if (!empty.empty()) empty_ = gradients(empty);
  }
  if (empty_.empty()) return 0;
  const cv::Mat inside = filled(scaled(zone_, inner), crop_.to_picture({{}, luma.size()}, frame), luma.size());
  const cv::Mat now = gradients(luma);
  const double here = most_alike(now, empty_, inside, reference_shift, 1);
  const double chance = std::clamp(most_alike(now, empty_, inside, reference_shift * elsewhere, elsewhere), 0.0, 0.99);
  // Coarse ground that repeats itself (cobbles) is alike elsewhere too: then it must be clearly more so here.
  return here < std::min(2 * chance, (1 + chance) / 2) ? 0 : (here - chance) / (1 - chance);
}

/// The first picture decides at once; later ones have to be clear about it, and to go on saying so.
void ParkingSpace::decide(double share, Steady now) {
  if (!occupied_) {
    occupied_ = share >= 1;
    other_since_.reset();
    return;
  }
  const bool other = *occupied_ ? share < 1 - margin : share > 1 + margin;
  if (!other) return other_since_.reset();
  if (!other_since_) other_since_ = now;
  if (now - *other_since_ < options_.settle) return;
  occupied_ = !*occupied_;
  other_since_.reset();
}

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = {},
          .rules = {},
          .make = [options](const Polygon& zone, const Aids& aids) {
            return std::make_unique<ParkingSpace>(options, zone, aids.references);
          }};
}

}  // namespace

const DetectorType& parking_space_detector() {
  static const DetectorType type{"parking_space",
                                 "Whether one parking space is taken, from one picture: the zone is the space, drawn along its "
                                 "lines. Things put down there, "
                                 "or a neighbour's vehicle that hides the space, look like a vehicle.",
                                 1,
                                 0.4,
                                 0.4,
                                 true,
                                 &schema().fields(),
                                 &plan};
  return type;
}

}  // namespace kuzet::vision
