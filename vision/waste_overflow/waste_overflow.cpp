// SPDX-License-Identifier: Apache-2.0
// Waste beside or out of its containers: told from the place's own empty picture where there is one, else from how it looks.
//
// Sees: bags, boxes and litter on the ground of a zone that is drawn around containers and a metre of ground. Wants: a fixed
// camera, a zone of 100 pixels and more; best of all a reference, a picture of that very place when it was in order, for each
// kind of light.
//
// How, with a reference: the zone as it has mostly looked in the last half minute (who passes is not in that) is compared with
// the reference. What has edges in all directions that the reference has not is new; how much of it lies on the ground and
// above the containers' rim is the overflow. What comes at once, hides what was there and reaches out of the zone stands in
// front (vision/scene/in_front.hpp); so does what hides more than half of the reference. Then nothing is judged, and what was
// said stays. Where there is an object detector, the people and vehicles that it names are left out. How, without: a classifier
// looks at texture (small things in no order have edges in all directions) and, where the camera has the one object detector
// that it was trained on, at what that says of the ground. The median of a minute decides.
//
// Fooled by, with a reference: things put down that are no waste (a bicycle, a barrier, goods); a vehicle that stood
// there from the first picture on and hides less than half; people who stand together (where no object detector names them);
// snow and leaves on the ground; containers that are put elsewhere; dappled shade that moves. Without: gravel, fallen
// leaves, market goods, foliage low in the zone; it misses single bags and waste in the dark.
//
// Score: `overflow`, 0.5 is the limit: with a reference, 18 % of the ground or 8 % of what lies above the rim is newly
// littered; without one, the classifier's even odds. `fill`: how much of the containers' mouth shows something; below about
// three quarters of the truth it mostly says 0, for what lies deep inside is dark. Sources: vision/scene/litter.hpp,
// vision/scene/compared.hpp.
#include "agent/core/json.hpp"
#include "vision/detector.hpp"
#include "vision/scene/bystanders.hpp"
#include "vision/scene/compared.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/in_front.hpp"
#include "vision/scene/keepsake.hpp"
#include "vision/scene/litter.hpp"
#include "vision/scene/surroundings.hpp"
#include "vision/waste_overflow/verdict.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int compared_length = 240;  // pixels of the crop that is compared and watched for movement
constexpr int looked_length = 640;    // ... and of the one whose texture is looked at
constexpr Duration appearance_every = 6s;
constexpr Duration appearance_memory = 60s;
constexpr Duration observe_every = 950ms;  // once a second, of pictures that are not quite evenly spaced
constexpr Duration gap_restarts = 60s;     // what was seen before such a gap says nothing of how it looks now
constexpr Duration new_before = 10min;     // each one may be stored
constexpr Duration stuck_unknown = 30min;  // hidden for so long: what was said before says nothing any more
constexpr Duration too_fresh = 8s;         // what was said in the last two looks was said of what now stands in front
constexpr double busy_share = 0.02;        // of the zone changed within three seconds: somebody is there
constexpr int busy_difference = 18;        // levels of luma
constexpr Duration emptied_after = 20s;    // seen empty for so long: it was emptied
constexpr Duration worth_telling = 60s;    // what was there for less was never an overflow
constexpr double objects_weight = 0.7, texture_weight = 0.3;  // of the logarithms of the odds
constexpr double in_sight = 0.5;                              // of the zone, beside who stands there: else nothing is judged
constexpr double as_bright = 1.8;  // times: gradients of a picture that much darker are still above its noise
constexpr double full_from = 0.8;
constexpr double empty_below = 0.3;  // the rule's `keep`
constexpr double sure_empty = 0.2;   // what may become a reference

struct Options : CommonOptions {
  Duration wait = 10min;
  double sensitivity = 1;
  double rim = 0.3;
  Duration learn_after = 2h;
};

const Schema<Options>& schema() {
  using namespace settings;
  static const auto all = detector_schema<Options>({
      duration<Options>("for", &Options::wait, {0s, 24h}, "Waste that is out of its containers this long is reported."),
      number<Options>("sensitivity", &Options::sensitivity, {0.3, 3}, "",
                      "Higher reports smaller amounts of waste and is fooled more often; 1 is what was measured."),
      number<Options>("rim", &Options::rim, {0, 0.9}, "fraction of the zone's height, from its top",
                      "Where the far upper edge of the containers runs; what is new above it is a heap, well below it litter."),
      duration<Options>(
          "learn_after", &Options::learn_after, {1min, 48h},
          "A zone that looks clean and unchanged this long becomes its own reference where it has none for this light."),
  });
  return all;
}

enum class State { unknown, ok, full, overflow };

std::string_view name(State state) {
  constexpr std::array<std::string_view, 4> names{"unknown", "ok", "full", "overflow"};
  return names.at(static_cast<std::size_t>(state));
}

struct Opinion {
  Steady at;
  double log_odds = 0;
};

/// Both were trained apart; the object detector's is the better one.
double combined(double by_texture, double by_objects) { return objects_weight * by_objects + texture_weight * by_texture; }

double middle(const std::deque<Opinion>& opinions) {
  std::vector<double> values;
  for (const auto& one : opinions) values.push_back(one.log_odds);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

class WasteOverflow : public Detector {
 public:
  WasteOverflow(const Options& options, const Polygon& zone, const Aids& aids)
      : options_(options),
        zone_(zone),
        objects_(aids.objects),
        references_(aids.references),
        watched_(zone, compared_length),
        looked_(zone, looked_length),
        front_(zone),
        bystanders_(aids.objects, zone) {}

  Look look(const Frame& frame) override;
  void resume(std::span<const Finding> open) override;

 private:
  void begin_again(const cv::Mat& luma, const Frame& frame);
  [[nodiscard]] bool anybody(const cv::Mat& luma) const;
  [[nodiscard]] const Reference* reference(const cv::Mat& luma) const;
  [[nodiscard]] Verdict compared(const Frame& frame) const;
  [[nodiscard]] std::optional<double> appearance(const Frame& frame) const;
  void heed(const Frame& frame, const cv::Mat& luma);
  void ask(const Frame& frame);
  void judge(const Frame& frame);
  void decide();
  void remember_picture(const Frame& frame);
  void learn(const Frame& frame, Look& look);
  void report(Look& look);

  Options options_;
  Polygon zone_;
  Objects* objects_;
  std::vector<Reference> references_;
  const Reference* known_ = nullptr;  // of those, the one to compare with now
  Crop watched_, looked_;
  Settled settled_;
  InFront front_;
  Bystanders bystanders_;
  cv::Mat mask_, last_;
  std::deque<Opinion> opinions_;
  Verdict verdict_;
  State state_ = State::unknown;
  bool busy_ = false, blocked_ = false, open_ = false, since_uncertain_ = false, emptied_ = false;
  Steady now_, first_, since_;
  std::optional<Steady> observed_, asked_, before_at_, clear_since_, clean_since_, hidden_since_;
  std::shared_ptr<const Frame> before_;
  Light light_ = Light::day;
};

void WasteOverflow::resume(std::span<const Finding> open) {
  for (const auto& one : open) {
    open_ = true;
    since_ = one.since;
    since_uncertain_ = one.since_uncertain;
    state_ = State::overflow;
    verdict_.overflow = std::max(one.confidence, 0.5);
  }
}

Look WasteOverflow::look(const Frame& frame) {
  Look look;
  const cv::Mat luma = watched_.luma(frame);
  if (luma.empty() || frame.cb.empty() || frame.cr.empty()) return look;
  const Steady now = frame.taken.steady;
  const bool again = luma.size() != mask_.size() || now < now_ || now - now_ > gap_restarts;
  now_ = now;
  if (again) begin_again(luma, frame);
  if (settled_.see(luma, now)) {
    busy_ = anybody(luma);
    last_ = luma.clone();
    heed(frame, luma);
    ask(frame);
    judge(frame);
    decide();
    remember_picture(frame);
    learn(frame, look);
  }
  report(look);
  return look;
}

/// A new size, a source that starts over, a long gap. What was said stays until the place has been seen again.
void WasteOverflow::begin_again(const cv::Mat& luma, const Frame& frame) {
  settled_.reset();
  front_.reset();
  bystanders_.begin_again();
  opinions_.clear();
  mask_ = watched_.mask(frame);
  if (mask_.size() != luma.size()) mask_ = cv::Mat(luma.size(), CV_8UC1, cv::Scalar(255));
  last_.release();
  first_ = now_;
  since_ = std::min(since_, now_);
  observed_.reset(), asked_.reset(), before_at_.reset(), clear_since_.reset(), clean_since_.reset(), hidden_since_.reset();
}

/// Whether something stands in front; when it has left, the place is looked at afresh.
void WasteOverflow::heed(const Frame& frame, const cv::Mat& luma) {
  const Light light = light_of(frame);
  if ((light == Light::infrared) != (light_ == Light::infrared)) front_.reset();
  light_ = light;
  known_ = reference(luma);
  const bool was = std::exchange(blocked_, front_.see(frame, now_));
  if (!was || blocked_) return;
  settled_.reset();
  settled_.see(luma, now_);
}

/// Whether much of the zone has changed since the last picture that was kept.
bool WasteOverflow::anybody(const cv::Mat& luma) const {
  if (last_.empty()) return false;
  cv::Mat difference, now, before;
  cv::blur(luma, now, {3, 3});
  cv::blur(last_, before, {3, 3});
  cv::absdiff(now, before, difference);
  return share(difference > busy_difference, mask_) > busy_share;
}

/// The reference to compare with: one of this very light, or one that is about as bright, for dusk has no border.
const Reference* WasteOverflow::reference(const cv::Mat& luma) const {
  const Reference* found = reference_for(references_, light_);
  if (found == nullptr || found->light == light_) return found;
  if (found->light == Light::infrared || light_ == Light::infrared) return nullptr;
  const double now = cv::mean(luma)[0], then = cv::mean(watched_.luma(found->frame))[0];
  return std::max(now, then) < as_bright * std::min(now, then) ? found : nullptr;
}

/// Who stands there is cut out, as far as the object detector names them.
Verdict WasteOverflow::compared(const Frame& frame) const {
  cv::Mat before = watched_.luma(known_->frame);
  const cv::Mat where = bystanders_.without(mask_, watched_, frame);
  if (before.empty() || cv::countNonZero(where) < in_sight * cv::countNonZero(mask_)) return {0, {}, true};
  if (before.size() != mask_.size()) cv::resize(before, before, mask_.size(), 0, 0, cv::INTER_AREA);
  Verdict out = by_comparison(settled_.picture(), before, where, options_.rim);
  out.overflow = std::clamp(options_.sensitivity * out.overflow, 0.0, 1.0);
  return out;
}

/// The logarithm of the odds, of the newest picture alone.
std::optional<double> WasteOverflow::appearance(const Frame& frame) const {
  const auto by_texture = litter_by_texture(looked_.luma(frame));
  if (objects_ == nullptr || objects_->model() != object_head_model) return by_texture;
  const auto scores = objects_->scores(frame, zone_.empty() ? whole_picture : bounds(zone_));
  if (!scores) return opinions_.empty() ? by_texture : std::nullopt;
  const auto figures = object_figures(*scores);
  return figures.empty() ? by_texture : combined(by_texture.value_or(0), log_odds(object_head, figures));
}

/// One more opinion on how the zone looks; who stands in it has none, unless there is no other.
void WasteOverflow::ask(const Frame& frame) {
  if (known_ != nullptr) return opinions_.clear();
  if (asked_ && now_ - *asked_ < appearance_every) return;
  if ((busy_ || blocked_) && !opinions_.empty()) return;
  const auto said = appearance(frame);
  if (!said) return;
  asked_ = now_;
  opinions_.push_back({now_, *said + std::log(options_.sensitivity)});
  while (now_ - opinions_.front().at > appearance_memory) opinions_.pop_front();
}

/// While something stands in front, the figures stay what they were.
void WasteOverflow::judge(const Frame& frame) {
  if (blocked_) {
    verdict_.hidden = true;
  } else if (known_ != nullptr) {
    bystanders_.look(frame, verdict_.overflow >= empty_below && (!open_ || now_ - since_ < options_.wait));
    const Verdict seen = compared(frame);
    verdict_ = seen.hidden ? Verdict{verdict_.overflow, verdict_.fill, true} : seen;
  } else {
    verdict_.fill.reset();
    verdict_.hidden = opinions_.empty();
    if (!opinions_.empty()) verdict_.overflow = probability(middle(opinions_));
  }
}

/// What is said follows what is seen; while nothing can be seen, it stays.
void WasteOverflow::decide() {
  if (verdict_.hidden) {
    if (!hidden_since_) hidden_since_ = now_;
    if (!open_ && now_ - *hidden_since_ > stuck_unknown) state_ = State::unknown;
    clear_since_.reset();
    if (open_ && now_ - since_ < too_fresh) open_ = false, verdict_.overflow = 0;
    return;
  }
  hidden_since_.reset();
  const double overflow = verdict_.overflow;
  const bool begins = !open_ && overflow >= 0.5;
  if (begins) {
    open_ = true;
    since_ = now_;
    since_uncertain_ = now_ - first_ < appearance_every;
  }
  if (overflow >= empty_below) clear_since_.reset();
  if (open_ && overflow < empty_below && !clear_since_) clear_since_ = now_;
  if (open_ && clear_since_ && now_ - *clear_since_ >= emptied_after) {
    emptied_ = *clear_since_ - since_ >= worth_telling;
    open_ = false;
    before_.reset(), before_at_.reset(), clear_since_.reset();
  }
  if (overflow >= 0.5 || (open_ && overflow >= empty_below))
    state_ = State::overflow;
  else
    state_ = verdict_.fill.value_or(0) >= full_from ? State::full : State::ok;
}

/// The latest clear picture of the waste, for whoever looks at it when it is gone.
void WasteOverflow::remember_picture(const Frame& frame) {
  if (!open_ || busy_ || verdict_.hidden || verdict_.overflow < 0.5) return;
  if (before_at_ && now_ - *before_at_ < new_before) return;
  before_at_ = now_;
  before_ = cut_out(frame, zone_);
}

/// A zone that has looked clean and unchanged for hours becomes its own reference.
void WasteOverflow::learn(const Frame& frame, Look& look) {
  const bool clean = !open_ && !verdict_.hidden && !opinions_.empty() && verdict_.overflow < sure_empty;
  if (!clean || known_ != nullptr) return clean_since_.reset();
  if (!clean_since_) clean_since_ = now_;
  if (now_ - *clean_since_ < options_.learn_after || busy_) return;
  Reference learned = learned_reference(frame, zone_, light_);
  look.learned.push_back(learned);
  references_.push_back(std::move(learned));
  known_ = nullptr;
}

void WasteOverflow::report(Look& look) {
  if (open_) {
    Finding out;
    out.kind = Kind::waste_overflow;
    out.confidence = std::max(verdict_.overflow, verdict_.hidden ? 0.5 : 0.0);
    out.box = bounds(zone_.empty() ? around(zone_, 0) : zone_);
    out.since = since_;
    out.since_uncertain = since_uncertain_;
    out.measure["overflow"] = rounded(verdict_.overflow, 2);
    if (verdict_.fill) out.measure["fill"] = rounded(*verdict_.fill, 2);
    out.before = before_;
    look.findings.push_back(std::move(out));
  }
  if (!emptied_ && observed_ && now_ - *observed_ < observe_every) return;
  observed_ = now_;
  boost::json::object values{{"overflow", rounded(verdict_.overflow, 2)}, {"state", name(state_)}};
  if (verdict_.fill) values["fill"] = rounded(*verdict_.fill, 2);
  if (emptied_) values["emptied"] = true;
  emptied_ = false;
  look.observations.push_back({"waste", std::move(values)});
}

Plan plan(const Node& entry, const std::string& key, Faults& faults) {
  Options options;
  schema().read(options, entry, key, faults);
  const RuleTiming rule{.kind = Kind::waste_overflow,
                        .severity = Severity::medium,
                        .confirm = options.wait,
                        .patience = 90s,
                        .clear = 10s,
                        .cooldown = 1min,
                        .raise = 0.5,
                        .keep = empty_below,
                        .close_up = true};
  return {.zone = options.zone,
          .severity = severity_named(options.severity),
          .evidence = *evidence_named(options.evidence),
          .hours = {},
          .rules = {rule},
          .make = [options](const Polygon& zone, const Aids& aids) {
            return std::make_unique<WasteOverflow>(options, zone, aids);
          }};
}

}  // namespace

const DetectorType& waste_overflow_detector() {
  static const DetectorType type{
      "waste_overflow",
      "Waste beside or out of containers, and how full they are. Wants a zone around the containers with a metre of ground, "
      "and "
      "best a reference picture of it in order; without one it goes by appearance, which gravel, leaves and goods can fool.",
      2,
      0.4,
      0.4,
      false,
      &schema().fields(),
      &plan};
  return type;
}

}  // namespace kuzet::vision
