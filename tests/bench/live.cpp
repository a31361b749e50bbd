// SPDX-License-Identifier: Apache-2.0
// The agent on one live camera against bare decoding of the same camera over the same seconds; memory with 1 to 8 cameras.
#include "tests/bench/cameras.hpp"
#include "tests/bench/figures.hpp"
#include "tests/cameras/rtsp_camera.hpp"

#include <cstdio>
#include <stdexcept>
#include <thread>

namespace kuzet::bench {

using namespace std::chrono_literals;

namespace {

struct Way {
  const char* name;
  std::vector<std::string> detect;
  std::string more;
};
const Way ways[] = {
    {"fire, illegal_parking, view", {"fire", "illegal_parking", "view"}, "decode: all, "},
    {"movement alone: intrusion, view", {"intrusion", "view"}, "decode: all, "},
    {"fire, illegal_parking, view; decode: auto", {"fire", "illegal_parking", "view"}, "decode: auto, "},
    {"illegal_parking, view; decode: key", {"illegal_parking", "view"}, "decode: key, "},
};

double seconds(std::chrono::steady_clock::duration length) { return std::chrono::duration<double>(length).count(); }

/// Shares of a core of the agent and of the yardstick, once both have settled.
struct Shares {
  double agent = 0, bare = 0, looks = 0;
};

Shares side_by_side(const LiveRequest& request, const LiveFootage& footage, const std::string& source, const Way& way) {
  const LiveAgent agent(request.folder, "live", {{"gate", source, way.detect, way.more}}, footage.zone);
  const Child bare({KUZET_DECODER, source}, request.folder / "bare");
  agent.must_watch();
  std::this_thread::sleep_for(settling);
  const auto& whole = agent.process();
  const auto looks = number(agent.cameras().at("gate"), "looks");
  const auto began = std::chrono::steady_clock::now();
  const double agent_before = whole.used(), bare_before = bare.used();
  std::this_thread::sleep_for(request.duration);
  const double agent_after = whole.used(), bare_after = bare.used();
  const double length = seconds(std::chrono::steady_clock::now() - began);
  whole.must_run();
  bare.must_run();
  return {(agent_after - agent_before) / length, (bare_after - bare_before) / length,
          (number(agent.cameras().at("gate"), "looks") - looks) / length};
}

void measure(const LiveRequest& request, const LiveFootage& footage) {
  const test::RtspCamera camera({.mounts = {"/main=" + footage.file.string()}});
  for (const auto& way : ways) {
    std::vector<double> ratios, agent, bare, looks;
    for (int i = 0; i < request.pairs; ++i) {
      const Shares one = side_by_side(request, footage, camera.url("/main"), way);
      ratios.push_back(one.agent / one.bare);
      agent.push_back(100 * one.agent), bare.push_back(100 * one.bare), looks.push_back(one.looks);
    }
    print_row({footage.file.filename().string(), way.name, figure_and_range(bare), figure_and_range(agent),
               figure_and_range(looks, 1), figure_and_range(ratios)});
  }
}

}  // namespace

void measure_live(const LiveRequest& request) {
  std::printf(
      "\nOne live RTSP camera over TCP: the whole agent against bare libav that decodes each picture of the same camera on "
      "one\n"
      "thread, both over the same %lld s, after %lld s to settle; %d times.\n\n",
      static_cast<long long>(request.duration.count()), static_cast<long long>(settling.count()), request.pairs);
  print_head({"footage", "watched by", "decoding, % of a core", "agent, % of a core", "looks a second", "agent / decoding"});
  for (const auto& footage : request.footage) measure(request, footage);
}

void measure_live_memory(const LiveRequest& request) {
  const auto& footage = request.footage.front();
  const test::RtspCamera camera({.mounts = {"/main=" + footage.file.string()}});
  std::printf("\nMemory, MiB, after %lld s; each camera is watched by fire, illegal_parking and view.\n\n",
              static_cast<long long>(request.duration.count()));
  print_head({"cameras", "resident (RSS)", "at most (peak)", "its own", "resident, each further camera"});
  double first = 0;
  for (const int count : {1, 2, 4, 8}) {
    std::vector<Watching> cameras;
    for (int i = 0; i < count; ++i)
      cameras.push_back({"c" + std::to_string(i), camera.url("/main"), {"fire", "illegal_parking", "view"}});
    const LiveAgent agent(request.folder, "memory", cameras, footage.zone);
    agent.must_watch();
    std::this_thread::sleep_for(request.duration);
    const auto memory = agent.process().memory();
    if (count == 1) first = memory.resident;
    print_row({std::to_string(count), figure(memory.resident, 1), figure(agent.process().peak(), 1), figure(memory.own, 1),
               count == 1 ? "-" : figure((memory.resident - first) / (count - 1), 1)});
  }
}

}  // namespace kuzet::bench
