// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-watch: prints what the agent costs as ratios to yardsticks measured in the same run; it judges nothing.
#include "tests/bench/bench.hpp"
#include "tests/harness/temp_folder.hpp"
#include "tests/scenes/scene.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace {

using namespace kuzet;

struct Part {
  const char* name;
  void (*measure)(const bench::Request&);
};
constexpr Part parts[] = {{"whole", &bench::measure_whole}, {"looks", &bench::measure_looks}};

/// Recordings have no zone of their own: the lower middle, where roads are.
const Polygon lower_middle{{0.2, 0.4}, {0.8, 0.4}, {0.8, 0.95}, {0.2, 0.95}};

struct Arguments {
  std::string scene;
  std::vector<std::string> recordings;
  std::vector<std::string> parts;
  int seconds = 30;
  int pairs = 3;
};

int run(const Arguments& arguments) {
  const test::TempFolder folder;
  bench::Request request{{}, folder.path(), std::chrono::seconds(arguments.seconds), arguments.pairs};
  request.footage.push_back({arguments.scene, scenes::Scene().zone("no_parking")});
  for (const auto& recording : arguments.recordings) request.footage.push_back({recording, lower_middle});
  for (const auto& part : parts)
    if (arguments.parts.empty() || std::ranges::find(arguments.parts, part.name) != arguments.parts.end())
      part.measure(request);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Measures the agent against yardsticks of the same run: bare decoding, MOG2."};
  app.add_option("scene", arguments.scene, "what kuzet-scene has rendered")->required()->check(CLI::ExistingFile);
  app.add_option("recordings", arguments.recordings, "further videos")->check(CLI::ExistingFile);
  app.add_option("--part", arguments.parts, "only this: whole or looks")->check(CLI::IsMember({"whole", "looks"}));
  app.add_option("--seconds", arguments.seconds, "how long each program runs")
      ->check(CLI::Range(10, 3600))
      ->capture_default_str();
  app.add_option("--pairs", arguments.pairs, "how often everything is repeated")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-watch: " << error.what() << '\n';
    return 1;
  }
}
