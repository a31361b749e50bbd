// SPDX-License-Identifier: Apache-2.0
// Medians, the processor time of this thread, and tables in Markdown.
#include "tests/bench/figures.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>

namespace kuzet::bench {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_ratio(const std::vector<double>& measured, const std::vector<double>& yardstick) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(measured.size(), yardstick.size()); ++i)
    if (yardstick[i] > 0) ratios.push_back(measured[i] / yardstick[i]);
  return median(ratios);
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string figure(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string figure_and_range(const std::vector<double>& values, int digits) {
  if (values.empty()) return "-";
  const auto [lowest, highest] = std::ranges::minmax(values);
  return figure(median(values), digits) + " (" + figure(lowest, digits) + "-" + figure(highest, digits) + ")";
}

void print_row(const std::vector<std::string>& cells) {
  std::printf("|");
  for (const auto& cell : cells) std::printf(" %s |", cell.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

std::string polygon(const Polygon& zone) {
  std::string out;
  for (const auto& point : zone)
    out += (out.empty() ? "[[" : ", [") + std::to_string(point.x) + ", " + std::to_string(point.y) + "]";
  return out + "]";
}

void print_head(const std::vector<std::string>& cells) {
  print_row(cells);
  std::printf("|");
  for (std::size_t i = 0; i < cells.size(); ++i) std::printf("---|");
  std::printf("\n");
}

}  // namespace kuzet::bench
