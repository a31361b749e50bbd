// SPDX-License-Identifier: Apache-2.0
// Chooses a mode, or says what there is.
#include "drivers/v4l2/modes.hpp"

#include "drivers/v4l2/formats.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace kuzet::drivers::v4l2 {

namespace {

constexpr double enough = 12;                                          // pictures a second: what `fire` asks for
constexpr double tolerance = 0.95;                                     // 29.97 is 30
constexpr double useful_from = 640.0 * 360, useful_to = 1280.0 * 960;  // pixels: 4:3 and 16:9 of at most 1280 columns
constexpr double best = 1280.0 * 720;
constexpr std::size_t most_named = 12;  // what a sentence can hold

double area(PictureSize size) { return static_cast<double>(size.width) * size.height; }

bool readable(const Mode& mode) { return find_format(mode.fourcc) != nullptr; }

double fastest(const Mode& mode) { return mode.rates.empty() ? 0 : *std::ranges::max_element(mode.rates); }

/// How many pictures a second are missing.
double shortfall(const Mode& mode, double rate) {
  return mode.rates.empty() || fastest(mode) >= tolerance * rate ? 0 : rate - fastest(mode);
}

bool useful(const Mode& mode) {
  return area(mode.size) >= useful_from && area(mode.size) <= useful_to && mode.size.width <= 1280;
}

/// Less is better, from left to right. A rate that was asked for comes before a useful size, one that nobody named after it.
auto rank(const Mode& mode, const Wanted& wanted) {
  const double slow = shortfall(mode, wanted.rate.value_or(enough));
  const double off = std::abs(std::log(area(mode.size) / best));
  return std::tuple(mode.emulated, wanted.rate ? slow : 0, !useful(mode), slow, find_format(mode.fourcc)->effort, off);
}

/// The lowest rate that is enough, the highest where none is.
std::optional<double> rate_of(const Mode& mode, const Wanted& wanted) {
  std::optional<double> out;
  for (const double rate : mode.rates)
    if (rate >= tolerance * wanted.rate.value_or(enough)) out = std::min(out.value_or(rate), rate);
  if (!out && !mode.rates.empty()) out = fastest(mode);
  return out ? out : wanted.rate;
}

template <class Text>
std::string listed(std::vector<Mode> modes, const Text& text) {
  std::ranges::stable_sort(modes, {}, [](const Mode& mode) { return std::pair(mode.emulated, area(mode.size)); });
  std::vector<std::string> seen;
  std::string out;
  for (const auto& mode : modes) {
    const std::string one = text(mode);
    if (seen.size() == most_named || std::ranges::find(seen, one) != seen.end()) continue;
    seen.push_back(one);
    out += (out.empty() ? "" : ", ") + one;
  }
  return out;
}

std::string formats_in(const std::vector<Mode>& modes) {
  return listed(modes, [](const Mode& mode) { return text_of(mode.fourcc); });
}
std::string sizes_in(const std::vector<Mode>& modes) {
  return listed(modes, [](const Mode& mode) { return text_of(mode.size); });
}

Error no_format(const std::vector<Mode>& modes, const Wanted& wanted) {
  if (modes.empty()) return {Code::io, "is no camera: it tells of no picture format"};
  const auto asked = parse_fourcc(wanted.format);
  const bool there = std::ranges::any_of(modes, [&](const Mode& mode) { return asked == mode.fourcc; });
  if (wanted.format.empty() || there) return {Code::io, "none of its picture formats can be read: " + formats_in(modes)};
  return {Code::io, "it has no format " + wanted.format + ": it has " + formats_in(modes)};
}

}  // namespace

std::string text_of(PictureSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

Result<Choice> choose(const std::vector<Mode>& modes, const Wanted& wanted) {
  auto fit = modes;
  std::erase_if(fit, [&](const Mode& mode) {
    return !readable(mode) || area(mode.size) <= 0 ||
           (!wanted.format.empty() && parse_fourcc(wanted.format) != std::optional(mode.fourcc));
  });
  if (fit.empty()) return no_format(modes, wanted);
  const auto of_format = fit;
  if (wanted.size) std::erase_if(fit, [&](const Mode& mode) { return mode.size != *wanted.size; });
  if (fit.empty())
    return Error{Code::io, "it has no size " + text_of(*wanted.size) +
                               (wanted.format.empty() ? "" : " in " + text_of(of_format[0].fourcc)) + ": it has " +
                               sizes_in(of_format)};
  const auto best_one =
      std::ranges::min_element(fit, [&](const Mode& a, const Mode& b) { return rank(a, wanted) < rank(b, wanted); });
  return Choice{best_one->fourcc, best_one->size, rate_of(*best_one, wanted)};
}

}  // namespace kuzet::drivers::v4l2
