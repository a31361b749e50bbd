// SPDX-License-Identifier: Apache-2.0
// Medians, the processor time of this thread, and tables in Markdown.
#pragma once

#include "agent/core/geometry.hpp"

#include <string>
#include <vector>

namespace kuzet::bench {

/// Of what was measured several times; 0 for nothing.
double median(std::vector<double> values);

/// Of each pair the first by the second, and of those the median.
double median_ratio(const std::vector<double>& measured, const std::vector<double>& yardstick);

/// Seconds of processor that this thread has used, in the system too.
double thread_seconds();

/// Seconds that `work` costs this thread.
template <class Work>
double cost(const Work& work) {
  const double before = thread_seconds();
  work();
  return thread_seconds() - before;
}

/// "1.46".
std::string figure(double value, int digits = 2);
/// The median, and in brackets the lowest and the highest: "1.46 (1.40-1.52)".
std::string figure_and_range(const std::vector<double>& values, int digits = 2);

/// A zone as a configuration has it: "[[0.100000, 0.400000], [0.550000, 0.400000], [0.550000, 0.900000]]".
std::string polygon(const Polygon& zone);

/// The first line of a table and the one beneath it.
void print_head(const std::vector<std::string>& cells);
/// "| a | b |"
void print_row(const std::vector<std::string>& cells);

}  // namespace kuzet::bench
