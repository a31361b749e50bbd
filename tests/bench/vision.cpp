// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-vision: prints how well and how cheaply detectors see rendered worlds; it judges nothing, failures go to stderr.
#include "tests/bench/vision.hpp"

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <iostream>

int main(int argc, char** argv) {
  using namespace kuzet;
  bench::VisionRequest request;
  std::vector<std::string> parts;
  CLI::App app{"Measures the detectors on rendered worlds: what is found, what is told wrongly, what a look costs."};
  app.add_flag("--quick", request.quick, "about a minute instead of an hour");
  app.add_option("--topic", request.topics, "only these topics")
      ->check(CLI::IsMember({"parking", "spaces", "waste", "view", "intrusion", "crowding", "fire"}));
  app.add_option("--part", parts, "only this: topics, hours or cost")->check(CLI::IsMember({"topics", "hours", "cost"}));
  CLI11_PARSE(app, argc, argv);
  const auto wanted = [&](const char* part) { return parts.empty() || std::ranges::find(parts, part) != parts.end(); };
  cv::setNumThreads(1);
  try {
    if (wanted("cost") && request.topics.empty()) bench::measure_detectors(request);
    if (wanted("topics")) bench::measure_topics(request);
    if (wanted("hours") && (request.topics.empty() || request.topics == std::vector<std::string>{"view"}))
      bench::measure_quiet_hours(request);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-vision: " << error.what() << '\n';
    return 1;
  }
}
