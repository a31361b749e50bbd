// SPDX-License-Identifier: Apache-2.0
// From what is found of the known view, and what is there instead, to faults.
#include "vision/scene/view_faults.hpp"

#include "agent/core/json.hpp"
#include "vision/scene/view_motion.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace kuzet::vision::view {

namespace {

constexpr std::array<std::string_view, fault_count> names{"covered",      "sprayed", "dark",   "washed_out",
                                                          "out_of_focus", "frozen",  "turned", "shaken"};

constexpr double black = 30, lit = 60;  // of 255, what 99 of 100 pixels stay below
constexpr double white_share = 0.6;     // of the picture
constexpr double pale_low = 110, pale_middle = 165, pale_contrast = 0.35, pale_coarse = 0.4;
constexpr double gone = 0.2;            // share of the landmarks that may be left of a view that is covered
constexpr double crisp_cover = 0.25;    // share of the cells that may be crisp then
constexpr double crisp_view = 0.3;      // from which it is another view
constexpr double sharp_enough = 0.4;    // of the fine detail, in proportion
constexpr double blurred_found = 0.6;   // share of landmarks whose coarse structure must be there to tell focus
constexpr double sprayed_least = 0.1;   // share of landmarks
constexpr int sprayed_fewest = 2;       // landmarks that must be behind it, and beside it
constexpr double sprayed_together = 6;  // seconds within which all of it came
constexpr double sprayed_at_once = 3;   // seconds in which one landmark goes
constexpr double dim = 0.4;             // of its contrast, by the best of the picture: what is left of a landmark behind paint
constexpr double nearly_whole = 0.7;    // of its contrast: from there, paint takes it within seconds; fog does not
constexpr double witness = 0.3;         // a landmark with less contrast than that says nothing
constexpr double usual_seconds = 15;    // in which its usual contrast follows
constexpr double blackish = 32, whitish = 235;  // levels
constexpr double lost_light = 0.75;             // of its level: by night, what is left of a patch that was lit and is not
constexpr double as_dark = 0.87;                // of the darkest it has been: it has been like that before
constexpr double darkest_seconds = 600;         // in which that is forgotten
constexpr double night_seconds = 60;            // in which it becomes night
constexpr double whole_contrast = 0.6;          // what is left beside it
constexpr double smooth_detail = 0.4;           // of the energy of its detail
constexpr double outline = 8;       // pixels of new crisp edges, by the root of the landmarks: things in the yard have 15 to 60
constexpr double steady_level = 4;  // levels from one look to the next
constexpr double light_grace = 30;  // seconds after a change of light in which the view may look unlike itself
constexpr double adopted_long = 300;  // seconds for which a view that was adopted may have been something before it
constexpr double light_lasts = 10;    // seconds
constexpr double believed_after = 5;  // seconds for which a view must be known before it can be missed
constexpr double strange_enough = 3;  // seconds
constexpr double shake_window = 8;    // seconds
constexpr int shake_looks = 5;
constexpr double lets_go = 0.8;  // hysteresis: a fault that is there stays down to this share of its limit
constexpr double forgets = 2.5;  // seconds for which a fault may be missed

/// 0.5 at the limit, 1 at twice that, 0 at nothing.
double beyond(double value, double limit) { return std::clamp(0.5 * value / limit, 0.0, 1.0); }
/// The same for what must be small: 0.5 at the limit, 1 at nothing.
double below(double value, double limit) { return std::clamp(1 - 0.5 * value / limit, 0.0, 1.0); }

std::size_t at(Fault fault) { return static_cast<std::size_t>(fault); }

/// A cell and its neighbours.
void mark_around(std::size_t cell, std::array<bool, Landmarks::cells>& marks) {
  const int column = static_cast<int>(cell) % Landmarks::columns, row = static_cast<int>(cell) / Landmarks::columns;
  for (int y = std::max(0, row - 1); y <= std::min(Landmarks::rows - 1, row + 1); ++y)
    for (int x = std::max(0, column - 1); x <= std::min(Landmarks::columns - 1, column + 1); ++x)
      marks[static_cast<std::size_t>(y * Landmarks::columns + x)] = true;
}

}  // namespace

std::string_view name(Fault fault) { return names.at(at(fault)); }

void Faults::restart() {
  const auto before = from_before_;
  *this = Faults(limits_);
  from_before_ = before;
}

void Faults::remember(const cv::Mat& luma, Light light) {
  known_.remember(layers_of(luma), light);
  from_reference_ = true;
  known_for_ = believed_after;
  since_well_ = 0;
}

void Faults::expect(std::uint64_t object) {
  if (object >= 1 && object <= fault_count) from_before_[object - 1] = true;
}

State Faults::see(const Frame& frame, const cv::Mat& luma, Light light, double dt) {
  Picture picture;
  picture.layers = layers_of(luma);
  picture.light = light, picture.dt = dt;
  picture.brightness = brightness_of(luma);
  picture.textures = textures_of(picture.layers);
  picture.plain = static_cast<double>(std::ranges::count(picture.textures, Texture::plain)) / Landmarks::cells;
  picture.crisp = static_cast<double>(std::ranges::count(picture.textures, Texture::crisp)) / Landmarks::cells;
  stillness_.see(frame, dt);
  follow_change_of_light(light, dt);
  since_lit_ = picture.brightness.high >= lit ? 0 : since_lit_ + dt;
  learn_at_first(picture);
  if (!known_.empty()) picture.match = known_.match(picture.layers, light, limits_.turned_by * std::max(luma.cols, luma.rows));
  follow_stability(picture);
  follow_light(picture);
  follow_cells(picture);
  State state;
  tell(picture, judge(picture), state);
  return state;
}

/// Day and night are but more or less of the same light; a picture with little colour flaps, so only what had lasted changes.
void Faults::follow_change_of_light(Light light, double dt) {
  since_infrared_ += dt, since_adopted_ += dt;
  const bool infrared = light == Light::infrared, was = light_ == Light::infrared;
  if (light_ && infrared != was && light_for_ >= light_lasts) since_infrared_ = 0;
  // Not while paint makes it dark.
  const double dark = light == Light::day ? 0 : 1;
  if (!active(Fault::sprayed)) darkness_ += (dark - darkness_) * (light_ ? 1 - std::exp(-dt / night_seconds) : 1);
  light_for_ = light_ && infrared == was ? light_for_ + dt : 0;
  light_ = light;
}

/// Without a reference the first picture that shows anything is the view.
void Faults::learn_at_first(Picture& picture) {
  if (!known_.empty() || picture.brightness.high < lit || picture.brightness.white >= white_share) return;
  if (picture.crisp * Landmarks::cells < Match::enough) return;
  known_.adopt(picture.layers, picture.light, {});
}

/// How long the picture has been much the same, whatever it shows.
void Faults::follow_stability(const Picture& picture) {
  cv::Mat small;
  cv::resize(picture.layers.half, small, {Landmarks::columns * 4, Landmarks::rows * 4}, 0, 0, cv::INTER_AREA);
  int same = 0;
  steady_.fill(false);
  if (!before_.empty()) {
    cv::Mat difference;
    cv::absdiff(small, before_, difference);
    for (int cell = 0; cell < Landmarks::cells; ++cell) {
      const bool steady = cv::mean(difference(cell_of(cell, small.size())))[0] <= steady_level;
      steady_[static_cast<std::size_t>(cell)] = steady;
      same += steady ? 1 : 0;
    }
  }
  before_ = small;
  stable_for_ = same >= Landmarks::cells * 6 / 10 ? stable_for_ + picture.dt : 0;
}

/// Another light may leave nothing as it was; so may lamps that go on. Edges that stay, or the change of light itself, vouch
/// for the view then.
void Faults::follow_light(const Picture& picture) {
  const bool strange = !known_.empty() && picture.match.found < 0.35 && picture.crisp >= crisp_view && stable_for_ > 0;
  const bool vouched = picture.match.aligned || (since_infrared_ <= light_grace && !active(Fault::turned));
  const bool other = active(Fault::washed_out) || active(Fault::out_of_focus) || active(Fault::dark) ||
                     active(Fault::covered) || active(Fault::sprayed);
  strange_for_ = strange && vouched && !other ? strange_for_ + picture.dt : 0;
  if (strange_for_ < strange_enough) return;
  known_.adopt(picture.layers, picture.light, picture.match.placed ? picture.match.shift : known_.home());
  strange_for_ = since_adopted_ = 0;
}

/// Where the view's own contrast has fallen at once to a fraction of what the best of it has kept, and nothing crisp has come
/// instead. What is black or white there lacks light, or has too much of it; so does what grows as dark again by night as it
/// was before headlights came. Fog takes it little by little, the far before the near.
void Faults::follow_cells(const Picture& picture) {
  const auto& match = picture.match;
  const auto kept = [&](std::size_t cell) { return match.rest[cell].contrast / usual_[cell]; };
  std::vector<double> all;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell)
    if (match.inside[cell] && usual_[cell] >= witness) all.push_back(kept(cell));
  std::ranges::sort(all, std::greater{});
  const double whole = all.empty() ? 1 : std::min(1.0, all[all.size() / 20]);
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    const auto& rest = match.rest[cell];
    if (!match.inside[cell]) continue;
    const bool fallen = usual_[cell] >= witness && kept(cell) < dim * whole && rest.detail < smooth_detail;
    const bool was_so = known_for_ < believed_after || rest.level > as_dark * darkest_[cell];
    const bool darker = rest.level < lost_light * usual_level_[cell] && was_so;
    unlit_[cell] = fallen && (unlit_[cell] || (darker && darkness_ > 0.5 && dimmed_for_[cell] <= 0));
    const bool sudden = dimmed_for_[cell] > 0 || since_whole_[cell] <= sprayed_at_once;
    since_whole_[cell] = kept(cell) >= nearly_whole * whole ? 0 : since_whole_[cell] + picture.dt;
    const bool dimmed =
        fallen && sudden && !unlit_[cell] && since_infrared_ > light_grace && rest.level > blackish && rest.level < whitish;
    dimmed_for_[cell] = dimmed ? dimmed_for_[cell] + picture.dt : 0;
    if (dimmed) continue;
    const double part = 1 - std::exp(-picture.dt / usual_seconds);
    usual_[cell] += (std::min(rest.contrast, 1.5) - usual_[cell]) * part;
    const double slow = 1 - std::exp(-picture.dt / darkest_seconds);
    darkest_[cell] =
        usual_level_[cell] > 0 ? std::min(rest.level, darkest_[cell] + (rest.level - darkest_[cell]) * slow) : rest.level;
    usual_level_[cell] += (rest.level - usual_level_[cell]) * (usual_level_[cell] > 0 ? part : 1);
  }
}

double Faults::dark(const Picture& picture) const {
  const double limit = active(Fault::dark) ? black / lets_go : black;
  return below(picture.brightness.high, limit);
}

double Faults::washed_out(const Picture& picture) const {
  const auto& [low, middle, high, white] = picture.brightness;
  const bool known = picture.match.landmarks >= Match::enough;
  if (known && picture.match.found > 0.5 && picture.match.contrast > pale_contrast) return 0;
  if (!known && white < 0.85) return 0;
  const double limit = active(Fault::washed_out) ? white_share * lets_go : white_share;
  if (white >= limit) return std::max(0.5, white);
  return low >= pale_low && middle >= pale_middle && sudden(Fault::washed_out) && picture.match.coarse >= pale_coarse &&
                 picture.match.contrast < pale_contrast
             ? below(picture.match.contrast, pale_contrast)
             : 0;
}

double Faults::covered(const Picture& picture) const {
  const auto& match = picture.match;
  if (known_.empty()) return picture.plain >= 0.95 && !match.aligned ? 0.7 : 0;
  if (match.landmarks < Match::enough || match.aligned || !sudden(Fault::covered)) return 0;
  if (picture.crisp > crisp_cover) return 0;
  return below(match.coarse, active(Fault::covered) ? gone / lets_go : gone);
}

double Faults::out_of_focus(const Picture& picture) const {
  const auto& match = picture.match;
  if (match.landmarks < Match::enough || match.coarse < blurred_found || picture.brightness.high < lit) return 0;
  // Where few landmarks can tell: nothing in the whole picture is crisp any more.
  if (!match.measured && usual_crisp_ >= 0.2 && picture.crisp <= 0.15 * usual_crisp_) return 0.8;
  const double limit = active(Fault::out_of_focus) ? sharp_enough / lets_go : sharp_enough;
  if (match.found >= 0.12) return below(match.sharpness, limit);
  return picture.crisp <= 0.3 ? 0.8 : 0;
}

double Faults::turned(const Picture& picture) const {
  const auto& match = picture.match;
  if (match.landmarks < Match::enough || known_for_ < believed_after) return 0;
  const double far = limits_.turned_by * std::max(picture.layers.luma.cols, picture.layers.luma.rows);
  const double limit = active(Fault::turned) ? far * lets_go : far;
  if (match.placed) {
    const cv::Point2f way = match.shift - known_.home();
    return std::max(beyond(std::hypot(way.x, way.y), limit), beyond(match.moved, 0.5));
  }
  if (match.moved >= 0.4) return beyond(match.moved, 0.5);
  if (match.aligned || since_infrared_ <= light_grace || match.coarse > 0.3 || picture.crisp < crisp_view) return 0;
  return stable_for_ > 0 || active(Fault::turned) ? below(match.coarse, 0.3) : 0;
}

/// How far the view jumps between looks, where it does not go one way.
double Faults::shaken(const Picture& picture) {
  jump_ = 0;
  if (picture.match.placed) shifts_.emplace_back(0, picture.match.shift);
  for (auto& one : shifts_) one.first += picture.dt;
  while (!shifts_.empty() && shifts_.front().first > shake_window) shifts_.pop_front();
  if (shifts_.size() < shake_looks) return 0;
  double squares = 0;
  for (std::size_t i = 1; i < shifts_.size(); ++i) {
    const cv::Point2f way = shifts_[i].second - shifts_[i - 1].second;
    squares += way.dot(way);
  }
  const double jump = std::sqrt(squares / static_cast<double>(shifts_.size() - 1));
  const auto moved = [&](std::size_t back) {
    const cv::Point2f way = shifts_[shifts_.size() - back].second - shifts_[shifts_.size() - back - 1].second;
    return std::hypot(way.x, way.y);
  };
  if (std::max({moved(1), moved(2), moved(3)}) < 0.4 * jump) return 0;  // it is over
  const cv::Point2f all = shifts_.back().second - shifts_.front().second;
  if (std::hypot(all.x, all.y) > 2.5 * jump) return 0;  // it goes somewhere
  jump_ = jump;
  const double limit = limits_.shaken_by * std::max(picture.layers.luma.cols, picture.layers.luma.rows);
  return beyond(jump, active(Fault::shaken) ? limit * lets_go : limit);
}

double Faults::sprayed(const Picture& picture) const {
  const auto& match = picture.match;
  if (match.landmarks < Match::enough || known_for_ < believed_after || since_adopted_ <= adopted_long) return 0;
  std::vector<double> since;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell)
    if (dimmed_for_[cell] > 0) since.push_back(dimmed_for_[cell]);
  const double begun = median(since);
  int dimmed = 0, replaced = 0, intact = 0;
  std::array<bool, Landmarks::cells> around{};
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) {
    if (dimmed_for_[cell] > 0 && std::abs(dimmed_for_[cell] - begun) <= sprayed_together) {
      ++dimmed;
      mark_around(cell, around);
    }
    if (match.inside[cell] && match.rest[cell].telling && match.rest[cell].contrast >= whole_contrast &&
        match.rest[cell].detail >= smooth_detail)
      ++intact;
    if (match.lost[cell] && steady_[cell] && dimmed_for_[cell] == 0 && match.rest[cell].detail > smooth_detail) ++replaced;
  }
  const double share = static_cast<double>(dimmed) / match.landmarks;
  if (dimmed < sprayed_fewest || share < (active(Fault::sprayed) ? sprayed_least * lets_go : sprayed_least) ||
      replaced > dimmed || intact < sprayed_fewest)
    return 0;
  for (std::size_t cell = 0; cell < Landmarks::cells; ++cell) around[cell] = around[cell] && steady_[cell];
  if (known_.new_edges(picture.layers, around, match.shift) > outline * std::sqrt(dimmed)) return 0;
  return beyond(share, sprayed_least);
}

Faults::Scores Faults::judge(const Picture& picture) {
  Scores out{};
  const auto set = [&](Fault fault, double score) { out[at(fault)] = score; };
  set(Fault::frozen, stillness_.frozen() > 0 ? std::min(1.0, 0.6 + 0.05 * stillness_.frozen()) : 0);
  const double shake = shaken(picture);
  // The first of these that holds explains the rest; a picture that is cut at black or white is still by that alone.
  for (const auto& [fault, score] :
       {std::pair{Fault::dark, &Faults::dark}, {Fault::washed_out, &Faults::washed_out}, {Fault::covered, &Faults::covered}}) {
    set(fault, (this->*score)(picture));
    if (out[at(fault)] < 0.5) continue;
    if (!active(Fault::frozen)) set(Fault::frozen, 0);
    return out;
  }
  if (shake >= 0.5) {
    set(Fault::shaken, shake);
    return out;
  }
  set(Fault::turned, turned(picture));
  if (out[at(Fault::turned)] >= 0.5) return out;
  set(Fault::out_of_focus, out_of_focus(picture));
  if (out[at(Fault::out_of_focus)] >= 0.5) return out;
  set(Fault::sprayed, sprayed(picture));
  return out;
}

bool Faults::blinds(Fault fault, double score) const {
  const double seconds = seconds_[at(fault)];
  switch (fault) {
    case Fault::dark:
    case Fault::washed_out:
    case Fault::covered: return true;
    case Fault::frozen: return true;
    case Fault::out_of_focus: return seconds >= 2;
    case Fault::turned: return seconds >= 4;
    case Fault::shaken: return seconds >= 4 && score >= 1;
    case Fault::sprayed: return seconds >= 2 && score >= 1;
  }
  return true;
}

void Faults::tell(const Picture& picture, const Scores& scores, State& state) {
  bool any = false;
  for (std::size_t i = 0; i < fault_count; ++i) {
    const auto fault = static_cast<Fault>(i);
    if (scores[i] >= 0.5) {
      seconds_[i] = seconds_[i] < 0 ? 0 : seconds_[i] + picture.dt;
      unseen_[i] = 0;
    } else if (seconds_[i] >= 0 && (unseen_[i] += picture.dt) > forgets) {
      seconds_[i] = -1;
    }
    if (scores[i] < 0.5) continue;
    any = true;
    if (fault == Fault::frozen) seconds_[i] = stillness_.frozen();
    if (!state.blind && blinds(fault, scores[i])) state.blind = std::string(name(fault));
    if (!limits_.told[i]) continue;
    if (fault == Fault::dark && !limits_.dark_always && !from_before_[i] && since_lit_ - seconds_[i] > 15) continue;
    Found found;
    found.fault = fault, found.score = scores[i], found.seconds = seconds_[i];
    found.measure["fault"] = name(fault);
    if (fault == Fault::frozen) found.measure["clock_runs"] = stillness_.clock();
    const double longer = std::max(picture.layers.luma.cols, picture.layers.luma.rows);
    const cv::Point2f way = picture.match.shift - known_.home();
    if (fault == Fault::turned && picture.match.placed) found.measure["moved"] = rounded(std::hypot(way.x, way.y) / longer, 3);
    if (fault == Fault::shaken) found.measure["jump"] = rounded(jump_ / longer, 4);
    found.measure["view_found"] = rounded(picture.match.found, 2);
    state.found.push_back(std::move(found));
  }
  const bool known = picture.match.landmarks >= Match::enough;
  const bool well = !any && (!known || picture.match.found >= 0.5);
  const bool clear = well && known && picture.match.contrast >= 0.7 && picture.match.found >= 0.6;
  since_well_ = clear ? 0 : since_well_ + picture.dt;
  if (well && known) {
    known_for_ += picture.dt;
    const double slower = picture.crisp < 0.3 * usual_crisp_ ? 8 : 1;
    usual_crisp_ += (picture.crisp - usual_crisp_) * (1 - std::exp(-picture.dt / (slower * usual_seconds)));
    if (!stillness_.still()) known_.age(picture.layers, picture.light, picture.match, picture.dt);
  }
  state.good = well && known && picture.match.found >= 0.7;
  if (active(Fault::turned) && limits_.accept_after > 0 && seconds_[at(Fault::turned)] >= limits_.accept_after) {
    known_.forget();
    known_.adopt(picture.layers, picture.light, {});
    seconds_[at(Fault::turned)] = -1;
  }
  state.sharpness = picture.match.sharpness;
}

}  // namespace kuzet::vision::view
