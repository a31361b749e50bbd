// SPDX-License-Identifier: Apache-2.0
// The agent as it runs on a board against bare decoding of the same footage at the same pace, in pairs one after the other.
#include "tests/bench/bench.hpp"
#include "tests/bench/child.hpp"
#include "tests/bench/figures.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

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

std::string polygon(const Polygon& zone) {
  std::string out;
  for (const auto& point : zone)
    out += (out.empty() ? "[[" : ", [") + std::to_string(point.x) + ", " + std::to_string(point.y) + "]";
  return out + "]";
}

/// Milliseconds of processor for one picture at full speed.
double full_speed(const Footage& footage, const std::filesystem::path& log) {
  const Cost cost = run_to_end({KUZET_DECODER, footage.file.string(), "--fast"}, log);
  return 1000 * cost.whole / std::max(1.0, std::stod(cost.said));
}

void measure(const Request& request, const Footage& footage) {
  const auto log = request.folder / "log", file = request.folder / "kuzet.yaml", store = request.folder / "store";
  Pairs pairs;
  std::vector<double> fast;
  for (int i = 0; i < request.pairs; ++i) {
    std::filesystem::remove_all(store);
    std::ofstream(file) << configuration(footage, store, {"fire", "illegal_parking"});
    const Cost bare = run_for(request.duration, {KUZET_DECODER, footage.file.string()}, log);
    pairs.add(bare, run_for(request.duration, {KUZET_PROGRAM, "run", "--config", file.string()}, log));
    fast.push_back(full_speed(footage, log));
  }
  const double seconds = std::chrono::duration<double>(request.duration).count();
  const double bits = static_cast<double>(std::filesystem::file_size(footage.file)) / 1e6;
  print_row({footage.file.filename().string(), figure(bits, 1), figure(100 * median(pairs.decode) / seconds, 1),
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
  std::printf("\nWatching, %lld s in real time, %d pairs; fire on the whole picture and illegal_parking in a zone.\n\n",
              static_cast<long long>(request.duration.count()), request.pairs);
  print_head({"footage", "MB", "decoding, % of a core", "agent, % of a core", "agent / decoding", "the same after 5 s",
              "decoding, MiB", "agent, MiB", "decoding at full speed, ms a picture"});
  for (const auto& footage : request.footage) measure(request, footage);
}

}  // namespace kuzet::bench
