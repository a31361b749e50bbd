// SPDX-License-Identifier: Apache-2.0
// The agent as it runs on a board against bare decoding of the same footage at the same pace, in pairs one after the other.
#include "tests/bench/bench.hpp"
#include "tests/bench/child.hpp"
#include "tests/bench/figures.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kuzet::bench {

namespace {

struct Pairs {
  std::vector<double> decode, agent, decode_steady, agent_steady, decode_peak, agent_peak;

  void add(const Cost& bare, const Cost& whole) {
    decode.push_back(bare.whole), agent.push_back(whole.whole);
    decode_steady.push_back(bare.steady), agent_steady.push_back(whole.steady);
    decode_peak.push_back(bare.peak), agent_peak.push_back(whole.peak);
  }
};

std::vector<double> each(const std::vector<double>& measured, const std::vector<double>& yardstick) {
  std::vector<double> out;
  for (std::size_t i = 0; i < measured.size(); ++i) out.push_back(measured[i] / std::max(yardstick[i], 1e-9));
  return out;
}

struct FullSpeed {
  double milliseconds = 0;  ///< of processor for one picture
  double seconds = 1;       ///< of footage
};

FullSpeed full_speed(const Footage& footage, const std::filesystem::path& log) {
  const Cost cost = run_to_end({KUZET_DECODER, footage.file.string(), "--fast"}, log);
  std::istringstream said(cost.said);
  double pictures = 0, seconds = 0;
  said >> pictures >> seconds;
  if (pictures < 1 || seconds <= 0) throw std::runtime_error("no pictures in " + footage.file.string());
  return {1000 * cost.whole / pictures, seconds};
}

void measure(const Request& request, const Footage& footage) {
  const auto log = request.folder / "log", file = request.folder / "kuzet.yaml", store = request.folder / "store";
  Pairs pairs;
  std::vector<double> fast;
  double length = 1;
  for (int i = 0; i < request.pairs; ++i) {
    std::filesystem::remove_all(store);
    std::ofstream(file) << configuration(footage, store, {"fire", "illegal_parking"});
    const Cost bare = run_for(request.duration, {KUZET_DECODER, footage.file.string()}, log);
    pairs.add(bare, run_for(request.duration, {KUZET_PROGRAM, "run", "--config", file.string()}, log));
    const FullSpeed batch = full_speed(footage, log);
    fast.push_back(batch.milliseconds);
    length = batch.seconds;
  }
  const double seconds = std::chrono::duration<double>(request.duration).count();
  const double megabits = 8e-6 * static_cast<double>(std::filesystem::file_size(footage.file)) / length;
  print_row({footage.file.filename().string(), figure(megabits, 1), figure(100 * median(pairs.decode) / seconds, 1),
             figure(100 * median(pairs.agent) / seconds, 1), figure_and_range(each(pairs.agent, pairs.decode)),
             figure_and_range(each(pairs.agent_steady, pairs.decode_steady)), figure(median(pairs.decode_peak), 0),
             figure(median(pairs.agent_peak), 0), figure(median(fast), 2)});
}

}  // namespace

std::string configuration(const Footage& footage, const std::filesystem::path& store,
                          const std::vector<std::string>& detectors) {
  std::string out = "node: {id: bench, site: bench}\nstore: {path: \"" + store.string() + "\"}\ncameras:\n  - id: gate\n";
  out += "    source: \"" + std::filesystem::absolute(footage.file).string() + "\"\n    repeat: true\n";
  out += "    zones: {yard: " + polygon(footage.zone) + "}\n    detect:\n";
  for (const auto& one : detectors)
    out += "      - {type: " + one + (one == "fire" ? "" : ", zone: yard") + (one == "illegal_parking" ? ", dwell: 10s" : "") +
           "}\n";
  return out;
}

void measure_whole(const Request& request) {
  std::printf(
      "\nWatching, %lld s in real time, %d pairs; fire on the whole picture and illegal_parking in a zone.\n"
      "Cameras mostly send 2 to 4 Mbit/s; the fewer, the cheaper is decoding and the higher the ratio.\n\n",
      static_cast<long long>(request.duration.count()), request.pairs);
  print_head({"footage", "Mbit/s", "decoding, % of a core", "agent, % of a core", "agent / decoding", "the same after 5 s",
              "decoding, MiB", "agent, MiB", "decoding at full speed, ms a picture"});
  for (const auto& footage : request.footage) measure(request, footage);
}

}  // namespace kuzet::bench
