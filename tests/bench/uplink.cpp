// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-uplink: prints what storing and sending cost as ratios to the bare libraries in the same run; it judges nothing.
#include "tests/bench/uplink.hpp"
#include "tests/harness/temp_folder.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace {

using namespace kuzet;

struct Part {
  const char* name;
  void (*measure)(const bench::UplinkRequest&);
};
constexpr Part parts[] = {{"store", &bench::measure_store},     {"drain", &bench::measure_drain},
                          {"latency", &bench::measure_latency}, {"device", &bench::measure_device},
                          {"memory", &bench::measure_memory},   {"start", &bench::measure_start}};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& part : parts) out.emplace_back(part.name);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const test::TempFolder folder;
  bench::UplinkRequest request;
  request.folder = folder.path();
  std::vector<std::string> wanted;
  CLI::App app{"Measures the store and the uplink against bare SQLite and bare Paho in the same run."};
  app.add_option("--part", wanted, "only this: store, drain, latency, device, memory or start")->check(CLI::IsMember(names()));
  app.add_option("--pairs", request.pairs, "how often everything is repeated")->check(CLI::Range(1, 99))->capture_default_str();
  app.add_option("--backlog", request.backlog, "events that are drained")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--long-backlog", request.long_backlog, "events with which the agent is started")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    for (const auto& part : parts)
      if (wanted.empty() || std::ranges::find(wanted, part.name) != wanted.end()) part.measure(request);
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-uplink: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
