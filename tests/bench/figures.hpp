// SPDX-License-Identifier: Apache-2.0
// Medians, the processor time of this thread, and tables in Markdown.
#pragma once

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

/// "1.46"; with `lowest` and `highest` of several in brackets where they are given.
std::string figure(double value, int digits = 2);
std::string figure_and_range(const std::vector<double>& values, int digits = 2);

/// Prints one line of a table: "| a | b |"; the first one also prints the line beneath.
void print_head(const std::vector<std::string>& cells);
void print_row(const std::vector<std::string>& cells);

}  // namespace kuzet::bench
