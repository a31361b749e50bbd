// SPDX-License-Identifier: Apache-2.0
// Charts as SVG that stands in the page itself: colours by classes of the page's style, a word for each bar when one points at
// it.
#include "agent/cli/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace kuzet::cli {

namespace {

constexpr double width = 900, height = 220, left = 46, right = 6, top = 10, bottom = 26;
constexpr std::size_t colours = 10;  // classes c0 to c9
constexpr std::size_t labels_at_most = 12;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

std::string rectangle(double x, double y, double w, double h, const std::string& style, const std::string& said) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(w) + "\" height=\"" + number(h) +
         "\" class=\"" + style + "\"><title>" + escaped(said) + "</title></rect>";
}

std::string label(double x, double y, const char* anchor, const std::string& words) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + escaped(words) + "</text>";
}

/// The least of 1, 2, 5, 10, 20, 50 ... that is not less.
std::uint64_t round_up(std::uint64_t value) {
  for (std::uint64_t step = 1;; step *= 10)
    for (const std::uint64_t factor : {1U, 2U, 5U})
      if (step * factor >= value) return step * factor;
}

std::uint64_t highest(const Bars& bars) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < bars.labels.size(); ++i) {
    std::uint64_t sum = 0;
    for (const auto& [name, values] : bars.series) sum += i < values.size() ? values[i] : 0;
    out = std::max(out, sum);
  }
  return out;
}

std::string axis(std::uint64_t most) {
  std::string out;
  const std::uint64_t parts = most % 2 == 0 ? 2 : 1;
  for (std::uint64_t i = 0; i <= parts; ++i) {
    const double y = top + (height - top - bottom) * (1 - static_cast<double>(i) / static_cast<double>(parts));
    out += "<line x1=\"" + number(left) + "\" x2=\"" + number(width - right) + "\" y1=\"" + number(y) + "\" y2=\"" + number(y) +
           "\" class=\"grid\"/>" + label(left - 6, y + 4, "end", std::to_string(most * i / parts));
  }
  return out;
}

std::string legend(const Bars& bars) {
  std::string out = "<ul class=\"legend\">";
  for (std::size_t k = 0; k < bars.series.size(); ++k)
    out += "<li><span class=\"key k" + std::to_string(k % colours) + "\"></span>" + escaped(bars.series[k].first) + "</li>";
  return out + "</ul>";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string bars_svg(const Bars& bars) {
  const auto most = round_up(highest(bars));
  const auto n = bars.labels.size();
  if (n == 0) return {};
  const double step = (width - left - right) / static_cast<double>(n), plot = height - top - bottom;
  std::string out = "<svg viewBox=\"0 0 900 220\" role=\"img\" aria-label=\"" + escaped(bars.title) + "\">" + axis(most);
  const std::size_t each = (n + labels_at_most - 1) / labels_at_most;
  for (std::size_t i = 0; i < n; ++i) {
    double y = height - bottom;
    for (std::size_t k = 0; k < bars.series.size(); ++k) {
      const auto& [name, values] = bars.series[k];
      if (i >= values.size() || values[i] == 0) continue;
      const double h = plot * static_cast<double>(values[i]) / static_cast<double>(most);
      y -= h;
      out += rectangle(left + step * (static_cast<double>(i) + 0.1), y, step * 0.8, h, "c" + std::to_string(k % colours),
                       bars.labels[i] + ": " + std::to_string(values[i]) + " " + name);
    }
    if (i % each == 0) out += label(left + step * (static_cast<double>(i) + 0.5), height - 8, "middle", bars.labels[i]);
  }
  return out + "</svg>" + (bars.series.size() > 1 ? legend(bars) : std::string());
}

std::string strip_svg(const std::vector<alerts::LocalDay>& days, const std::vector<double>& shares) {
  if (days.empty()) return {};
  const double step = (width - left - right) / static_cast<double>(days.size());
  std::string out = "<svg viewBox=\"0 0 900 46\" role=\"img\" aria-label=\"Watched, by day\">";
  const std::size_t each = (days.size() + labels_at_most - 1) / labels_at_most;
  for (std::size_t i = 0; i < days.size() && i < shares.size(); ++i) {
    const double x = left + step * static_cast<double>(i), wide = std::max(step - 1, step * 0.9);
    const double share = std::clamp(shares[i], 0.0, 1.0);
    const auto percent = std::to_string(std::lround(share * 100)) + " % watched";
    out += rectangle(x, 4, wide, 22, "empty", days[i].date + ": " + (shares[i] < 0 ? "not known" : percent));
    if (shares[i] > 0) out += rectangle(x, 4 + 22 * (1 - share), wide, 22 * share, "watched", days[i].date + ": " + percent);
    if (shares[i] < 0) out += label(x + wide / 2, 19, "middle", "?");
    if (i % each == 0) out += label(x + step / 2, 42, "middle", days[i].date.substr(5));
  }
  return out + "</svg>";
}

}  // namespace kuzet::cli
