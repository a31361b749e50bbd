// SPDX-License-Identifier: Apache-2.0
// The order in which work is left out.
#include "agent/run/governor.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

struct Level {
  std::string_view shed;
  std::string_view words;
  Share share;
};

constexpr std::array<Level, 7> levels{{
    {"nothing", "nothing is left out", {1, 1}},
    {"half_of_models", "asking models half as often", {0.5, 1}},
    {"most_of_models", "asking models a quarter as often", {0.25, 1}},
    {"models", "asking no models", {0, 1}},
    {"third_of_looks", "looking less often", {0, 0.667F}},
    {"most_of_looks", "looking still less often", {0, 0.333F}},
    {"looks", "looking as rarely as the detectors allow", {0, 0}},
}};
constexpr int model_levels = 3;

constexpr Duration mean_of = 5s;
constexpr Duration starting = 15s;  // opening models and cameras is no sign of what follows
constexpr double low = 0.8;         // of the limit: there is room to take a step back
constexpr double extreme = 1.3;
constexpr double lost = 0.05;  // of the looks that were due: detectors do not keep up

std::string percent(double value) { return std::to_string(std::lround(value)) + " %"; }

}  // namespace

int Governor::most() const { return static_cast<int>(levels.size()) - 1 - (models_ ? 0 : model_levels); }

int Governor::level(int step) const { return step == 0 || models_ ? step : step + model_levels; }

int Governor::level_of(const std::string& camera) const {
  const auto own = cameras_.find(camera);
  return level(std::max(board_.step(), own == cameras_.end() ? 0 : own->second.step()));
}

Share Governor::share(const std::string& camera) const { return levels.at(static_cast<std::size_t>(level_of(camera))).share; }

std::string_view Governor::shed(const std::string& camera) const {
  return levels.at(static_cast<std::size_t>(level_of(camera))).shed;
}

void Governor::measure(Duration used, Steady now) {
  if (!began_) began_ = now;
  samples_.emplace_back(now, used);
  while (samples_.size() > 2 && now - samples_[1].first >= mean_of) samples_.pop_front();
  const double passed = in_seconds(now - samples_.front().first) * std::max(1U, cores_);
  if (passed > 0) used_ = 100 * in_seconds(used - samples_.front().second) / passed;
}

Load Governor::load() const {
  if (used_ > std::max(extreme * limit_, limit_ + 10)) return Load::extreme;
  if (used_ > limit_) return Load::high;
  return used_ < low * limit_ ? Load::low : Load::fair;
}

std::string Governor::said() const {
  const auto& now = levels.at(static_cast<std::size_t>(level(board_.step())));
  const std::string figures = " (" + percent(used_) + " of " + percent(limit_) + "): ";
  return (board_.step() == 0 ? "the board has time again" : "the board is busy") + figures + std::string(now.words);
}

std::vector<std::string> Governor::look(Duration used, const std::vector<Keeping>& cameras, Steady now) {
  measure(used, now);
  std::vector<std::string> out;
  if (now - *began_ < starting) return out;
  if (board_.see(load(), most(), now)) out.push_back(said());
  for (const auto& camera : cameras) {
    Ladder& own = cameras_[camera.camera];
    const double due = camera.analysed + camera.dropped;
    const Load keeps = camera.dropped > lost * due ? Load::high : camera.dropped > 0 ? Load::fair : Load::low;
    if (!own.see(keeps, most(), now)) continue;
    out.push_back("camera " + camera.camera + ": its detectors " + (own.step() == 0 ? "keep up again: " : "do not keep up: ") +
                  std::string(levels.at(static_cast<std::size_t>(level(own.step()))).words));
  }
  return out;
}

boost::json::object Governor::about() const {
  return {{"limit", rounded(limit_, 1)},
          {"used", rounded(used_, 1)},
          {"shed", levels.at(static_cast<std::size_t>(level(board_.step()))).shed}};
}

}  // namespace kuzet::run
