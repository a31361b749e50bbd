// SPDX-License-Identifier: Apache-2.0
// Whether the camera still shows what it should: the nine ways in which a view is lost.
//
// Sees: covered, sprayed, dark, washed out, out of focus, frozen (with or without a clock that goes on), turned, shaken. Wants:
// a fixed camera, one picture a second, with at least eight places of texture spread over it. How: patches at corners are
// looked for where they were (normalised correlation, so light does not matter); what share is found, where, how sharp (fine
// detail against coarse, both correlated with the patch, so that noise and fog cancel out) and what is there instead (plain,
// blurred, crisp) tells the faults apart. A thing on the lens has no crisp edges, a bus before it has. Patches are taken anew
// every 90 s where they are found; each light (day, night, infra-red) has its own. A frozen picture is one that stays exactly
// the same for longer than this camera's encoder ever left it so. Fooled by: a picture of the same place held before the lens;
// a loop of old pictures that is longer than a few seconds; focus lost over hours; a thing with crisp print that fills the view
// counts as turned. Score: how far the evidence is beyond its limit, 0.5 at the limit. Sources: corners after Shi and Tomasi
// (1994), placing after Baker and Matthews (2004); the rest is our own.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/view_faults.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;
using view::Fault;

constexpr int longest = 320;          // pixels of the picture that is looked at
constexpr int kept_longest = 640;     // pixels of a reference
constexpr Duration keep_first = 60s;  // a view is worth keeping when it was good for so long
constexpr Duration keep_every = 30min;
constexpr double longest_gap = 10;  // seconds: what lies further back says nothing about change

struct Options : CommonOptions {
  bool enabled = true, covered = true, sprayed = true, washed_out = true, out_of_focus = true, frozen = true, turned = true,
       shaken = true;
  std::string dark = "sudden";
  double turned_by = 0.03, shaken_by = 0.01;
  Duration accept_after{};
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      flag<Options>("enabled", &Options::enabled,
                    "Without it nothing watches over this camera's view, and no rule is suspended."),
      flag<Options>("covered", &Options::covered,
                    "Tell when nearly nothing of the view is left behind something before the lens."),
      flag<Options>("sprayed", &Options::sprayed, "Tell when a part of the lens is suddenly painted or smeared over."),
      choice<Options>("dark", &Options::dark, {"sudden", "always", "never"},
                      "A black picture is told when it came at once, always, or never; it is never believed."),
      flag<Options>("washed_out", &Options::washed_out, "Tell when the picture is white or pale nearly everywhere."),
      flag<Options>("out_of_focus", &Options::out_of_focus, "Tell when fine detail is gone and coarse detail is not."),
      flag<Options>("frozen", &Options::frozen, "Tell when the picture stands still, whether or not its clock goes on."),
      flag<Options>("turned", &Options::turned, "Tell when the camera looks elsewhere; leave it off for one that is steered."),
      flag<Options>("shaken", &Options::shaken, "Tell when the camera does not stand still."),
      number<Options>("turned_by", &Options::turned_by, {0.01, 0.2}, "of the picture's longer side",
                      "A view that has moved by less is followed; zones are then off by so much."),
      number<Options>("shaken_by", &Options::shaken_by, {0.002, 0.1}, "of the picture's longer side",
                      "How far the view may jump from one second to the next; wind on a thin pole needs more."),
      duration<Options>("accept_after", &Options::accept_after, {0s, 168h},
                        "After so long a turned view counts as the right one; 0s: never, only a new reference of it does."),
  });
  return all;
}

view::Limits limits_of(const Options& options) {
  view::Limits out;
  out.turned_by = options.turned_by, out.shaken_by = options.shaken_by;
  out.dark_always = options.dark == "always";
  out.accept_after = in_seconds(options.accept_after);
  const auto tell = [&](Fault fault, bool wanted) { out.told[static_cast<std::size_t>(fault)] = wanted; };
  tell(Fault::covered, options.covered), tell(Fault::sprayed, options.sprayed), tell(Fault::dark, options.dark != "never");
  tell(Fault::washed_out, options.washed_out), tell(Fault::out_of_focus, options.out_of_focus);
  tell(Fault::frozen, options.frozen), tell(Fault::turned, options.turned), tell(Fault::shaken, options.shaken);
  return out;
}

/// Planes at most so long, of their own.
Frame kept(const Frame& frame) {
  Frame out = frame;
  out.hold = nullptr;
  const double scale = std::min(1.0, static_cast<double>(kept_longest) / std::max(frame.width(), frame.height()));
  const cv::Size size(std::max(2, cvRound(frame.width() * scale / 2) * 2),
                      std::max(2, cvRound(frame.height() * scale / 2) * 2));
  const auto plane = [](const cv::Mat& from, cv::Size to) {
    cv::Mat small;
    if (from.empty()) return small;
    cv::resize(from, small, to, 0, 0, cv::INTER_AREA);
    return small;
  };
  out.luma = plane(frame.luma, size);
  out.cb = plane(frame.cb, {size.width / 2, size.height / 2}), out.cr = plane(frame.cr, {size.width / 2, size.height / 2});
  return out;
}

class View : public Detector {
 public:
  View(const Options& options, std::vector<Reference> references)
      : options_(options), references_(std::move(references)), faults_(limits_of(options)) {}

  Look look(const Frame& frame) override;
  void resume(std::span<const Finding> open) override {
    for (const auto& finding : open) faults_.expect(finding.object);
  }

 private:
  void begin(const cv::Mat& luma);
  void keep(const Frame& frame, Light light, Look& look);

  Options options_;
  std::vector<Reference> references_;
  Crop crop_{{}, longest};
  view::Faults faults_;
  cv::Size size_;
  std::optional<Steady> looked_, good_since_;
  std::array<std::optional<Steady>, 3> kept_;
};

/// The first picture, or the first of another size: references are laid over it.
void View::begin(const cv::Mat& luma) {
  size_ = luma.size();
  faults_.restart();
  good_since_.reset();
  // What was learned before the technician last said how it should look is out of date.
  Wall told{};
  for (const auto& one : references_)
    if (!one.learned) told = std::max(told, one.frame.taken.wall);
  for (const auto& one : references_) {
    if (one.learned && one.frame.taken.wall < told) continue;
    cv::Mat picture = crop_.luma(one.frame);
    if (picture.empty()) continue;
    if (picture.size() != size_) cv::resize(picture, picture, size_, 0, 0, cv::INTER_AREA);
    faults_.remember(picture, one.light);
  }
}

Look View::look(const Frame& frame) {
  Look look;
  if (!options_.enabled) return look;
  const cv::Mat luma = crop_.luma(frame);
  if (luma.cols < 64 || luma.rows < 48) return look;
  if (luma.size() != size_) begin(luma);
  const Steady now = frame.taken.steady;
  double dt = looked_ ? in_seconds(now - *looked_) : 1;
  if (dt <= 0 || dt > longest_gap) dt = std::clamp(dt, 0.0, longest_gap);
  looked_ = now;
  const Light light = light_of(frame);
  const auto state = faults_.see(frame, luma, light, dt);
  for (const auto& one : state.found) {
    Finding finding;
    finding.kind = Kind::camera_fault;
    finding.object = static_cast<std::uint64_t>(one.fault) + 1;
    finding.confidence = one.score;
    finding.box = one.box;
    finding.since = now - from_seconds(one.seconds);
    finding.since_uncertain = one.uncertain;
    finding.measure = one.measure;
    look.findings.push_back(std::move(finding));
  }
  look.blind = state.blind;
  look.observations.push_back({"view", {{"valid", !state.blind}, {"light", name(light)}}});
  auto& values = look.observations.back().values;
  if (state.blind) values["fault"] = *state.blind;
  values["sharpness"] = rounded(state.sharpness, 2);
  if (state.good) {
    if (!good_since_) good_since_ = now;
    keep(frame, light, look);
  } else {
    good_since_.reset();
  }
  return look;
}

void View::keep(const Frame& frame, Light light, Look& look) {
  const Steady now = frame.taken.steady;
  auto& last = kept_[static_cast<std::size_t>(light)];
  if (now < *good_since_) good_since_ = now;
  if (now - *good_since_ < keep_first || (last && now >= *last && now - *last < keep_every)) return;
  last = now;
  look.learned.push_back({light, kept(frame), true});
}

Plan plan(const Node& entry, const std::string& key, kuzet::Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = {},
          .rules = {{.kind = Kind::camera_fault,
                     .severity = Severity::high,
                     .confirm = 4s,
                     .patience = 2s,
                     .clear = 5s,
                     .cooldown = 10s}},
          .make = [options](const Polygon&, const Aids& aids) { return std::make_unique<View>(options, aids.references); }};
}

}  // namespace

const DetectorType& view_detector() {
  static const DetectorType type{
      "view",
      "Whether the camera still shows what it should: covered, sprayed, dark, washed out, out of focus, frozen, turned or "
      "shaken. Needs a fixed camera and some texture in the picture. A picture of the same place before the lens fools it.",
      1,
      0.4,
      0.4,
      false,
      &schema().fields(),
      &plan,
      true};
  return type;
}

}  // namespace kuzet::vision
