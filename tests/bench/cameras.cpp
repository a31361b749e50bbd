// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-cameras: prints what live cameras cost as ratios to yardsticks measured in the same run; it judges nothing.
#include "tests/bench/cameras.hpp"

#include "tests/harness/temp_folder.hpp"
#include "tests/scenes/scene.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace {

using namespace kuzet;

struct Part {
  const char* name;
  void (*measure)(const bench::LiveRequest&);
};
constexpr Part parts[] = {{"live", &bench::measure_live},
                          {"memory", &bench::measure_live_memory},
                          {"files", &bench::measure_files},
                          {"isolation", &bench::measure_isolation},
                          {"promptness", &bench::measure_promptness},
                          {"endurance", &bench::measure_endurance}};

/// Recordings have no zone of their own: the lower middle, where roads are.
const Polygon lower_middle{{0.2, 0.4}, {0.8, 0.4}, {0.8, 0.95}, {0.2, 0.95}};

struct Arguments {
  std::string scene;
  std::vector<std::string> recordings;
  std::vector<std::string> parts;
  int seconds = 30;
  int pairs = 5;
  bool quick = false;
};

int run(const Arguments& arguments) {
  const test::TempFolder folder;
  bench::LiveRequest request{{}, folder.path(), std::chrono::seconds(arguments.seconds), arguments.pairs};
  if (arguments.quick) request.duration = std::chrono::seconds(12), request.pairs = 1;
  request.footage.push_back({arguments.scene, scenes::Scene().zone("no_parking"), scenes::SceneOptions().vehicle_stops});
  for (const auto& recording : arguments.recordings) request.footage.push_back({recording, lower_middle});
  for (const auto& part : parts)
    if (arguments.parts.empty() || std::ranges::find(arguments.parts, part.name) != arguments.parts.end())
      part.measure(request);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Measures the agent on live cameras against bare decoding of the same streams at the same time."};
  std::vector<std::string> names;
  for (const auto& part : parts) names.emplace_back(part.name);
  app.add_option("scene", arguments.scene, "what kuzet-scene has rendered")->required()->check(CLI::ExistingFile);
  app.add_option("recordings", arguments.recordings, "further videos, H.264")->check(CLI::ExistingFile);
  app.add_option("--part", arguments.parts, "only this: live, memory, files, isolation, promptness or endurance")
      ->check(CLI::IsMember(names));
  app.add_option("--seconds", arguments.seconds, "how long each program runs")
      ->check(CLI::Range(10, 3600))
      ->capture_default_str();
  app.add_option("--pairs", arguments.pairs, "how often everything is repeated")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  app.add_flag("--quick", arguments.quick, "one pair of 12 s: whether it runs, not what it costs");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-cameras: " << error.what() << '\n';
    return 1;
  }
}
