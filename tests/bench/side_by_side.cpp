// SPDX-License-Identifier: Apache-2.0
// Eight recordings at once; one camera beside another that fails; from a picture to its alert on disk.
#include "tests/bench/cameras.hpp"
#include "tests/bench/figures.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/harness/wire.hpp"

#include "agent/core/time.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace kuzet::bench {

using namespace std::chrono_literals;

namespace {

constexpr int files = 8;
constexpr double dwell = 10;  // seconds, as configured
constexpr double late = 5;    // seconds after the dwell: still in time

double seconds(std::chrono::steady_clock::duration length) { return std::chrono::duration<double>(length).count(); }

std::string text(const boost::json::object& of, const char* key) {
  const auto* value = of.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

double in_epoch(const std::string& moment) {
  const auto read = parse_rfc3339(moment);
  return read ? std::chrono::duration<double>(read->time_since_epoch()).count() : 0;
}

/// Seconds since the epoch at which the log says that an alert of this kind was stored, by the alert's id.
std::map<std::string, double> stored(const std::string& log, const std::string& kind) {
  std::map<std::string, double> out;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("alert ");
    if (at == std::string::npos || line.find(" opened: " + kind) == std::string::npos) continue;
    out[line.substr(at + 6, line.find(' ', at + 6) - at - 6)] = in_epoch(line.substr(0, line.find(' ')));
  }
  return out;
}

double looks(const LiveAgent& agent, const std::string& camera) { return number(agent.cameras().at(camera), "looks"); }

/// What happens to the second camera.
struct Trouble {
  const char* name;
  std::function<void(test::RtspCamera&, test::Wire&)> begins;
};
const Trouble troubles[] = {
    {"hangs", [](test::RtspCamera&, test::Wire& wire) { wire.set(test::Wire::State::silent); }},
    {"refuses", [](test::RtspCamera&, test::Wire& wire) { wire.set(test::Wire::State::refused); }},
    {"floods with noise", [](test::RtspCamera&, test::Wire& wire) { wire.set(test::Wire::State::flooded); }},
    {"garbles", [](test::RtspCamera&, test::Wire& wire) { wire.set(test::Wire::State::garbled); }},
};

/// Looks a second at the steady camera with the troubled one beside it, by those without it.
double beside(const LiveRequest& request, const Trouble& trouble) {
  const auto& footage = request.footage.front();
  const test::RtspCamera steady({.mounts = {"/main=" + footage.file.string()}});
  test::RtspCamera other({.mounts = {"/main=" + footage.file.string()}});
  test::Wire wire(other.port());
  const std::vector<std::string> detect{"fire", "illegal_parking", "view"};
  const Watching good{"steady", steady.url("/main"), detect, "decode: all, "};
  const Watching bad{"other", "rtsp://127.0.0.1:" + std::to_string(wire.port()) + "/main", detect, "timeout: 2s, "};
  const LiveAgent alone(request.folder, "alone", {good}, footage.zone), both(request.folder, "both", {good, bad}, footage.zone);
  alone.must_watch();
  both.must_watch();
  trouble.begins(other, wire);
  std::this_thread::sleep_for(1s);
  const auto began = std::chrono::steady_clock::now();
  const double alone_before = looks(alone, "steady");
  const auto between = std::chrono::steady_clock::now();
  const double both_before = looks(both, "steady");
  std::this_thread::sleep_for(request.duration);
  const auto end = std::chrono::steady_clock::now();
  const double alone_rate = (looks(alone, "steady") - alone_before) / seconds(end - began);
  const auto second_end = std::chrono::steady_clock::now();
  const double both_rate = (looks(both, "steady") - both_before) / seconds(second_end - between);
  return both_rate / alone_rate;
}

}  // namespace

void measure_files(const LiveRequest& request) {
  const auto& footage = request.footage.front();
  std::vector<Watching> cameras;
  for (int i = 0; i < files; ++i)
    cameras.push_back({"c" + std::to_string(i),
                       std::filesystem::absolute(footage.file).string(),
                       {"fire", "illegal_parking", "view"},
                       "repeat: true, "});
  LiveAgent agent(request.folder, "files", cameras, footage.zone);
  const auto began = std::chrono::system_clock::now();
  agent.must_watch();
  const auto before = agent.cameras();
  const auto from = std::chrono::steady_clock::now();
  const double used = agent.process().used();
  std::this_thread::sleep_for(std::max<std::chrono::steady_clock::duration>(request.duration, 30s));
  const double length = seconds(std::chrono::steady_clock::now() - from);
  const double share = (agent.process().used() - used) / length;
  std::vector<double> rates, dropped, arrived;
  for (const auto& [id, camera] : agent.cameras()) {
    rates.push_back((number(camera, "looks") - number(before.at(id), "looks")) / length);
    dropped.push_back(number(camera, "dropped"));
  }
  const double start = std::chrono::duration<double>(began.time_since_epoch()).count();
  for (const auto& [id, at] : stored(agent.log(), "illegal_parking")) arrived.push_back(at - start - footage.parked - dwell);
  const auto in_time = std::ranges::count_if(arrived, [](double one) { return one < late; });
  std::printf(
      "\n%d recordings of 1280x720 at 25/s at once, at the pace of cameras, each watched by fire, illegal_parking (dwell 10 "
      "s)\n"
      "and view, %.0f s.\n\n",
      files, length);
  print_head({"% of a core", "such cameras a core", "looks a second of each", "pictures that a newer one replaced",
              "stays told in time, of 8", "told, s after the dwell was over"});
  print_row({figure(100 * share, 1), figure(files / share, 1), figure_and_range(rates, 1), figure_and_range(dropped, 0),
             std::to_string(in_time), figure_and_range(arrived, 1)});
}

void measure_isolation(const LiveRequest& request) {
  std::printf(
      "\nLooks a second at a steady camera while another camera of the same agent fails, by those of an agent with the\n"
      "steady camera alone at the same time; %lld s, %d times.\n\n",
      static_cast<long long>(request.duration.count()), request.pairs);
  print_head({"the other camera", "with it / without it"});
  for (const auto& trouble : troubles) {
    std::vector<double> ratios;
    for (int i = 0; i < request.pairs; ++i) ratios.push_back(beside(request, trouble));
    print_row({trouble.name, figure_and_range(ratios, 3)});
  }
}

void measure_promptness(const LiveRequest& request) {
  const auto& footage = request.footage.front();
  const test::RtspCamera camera({.mounts = {"/main=" + footage.file.string()}});
  std::vector<double> milliseconds;
  for (int i = 0; i < request.pairs; ++i) {
    LiveAgent agent(request.folder, "promptness", {{"gate", camera.url("/main"), {"fire", "illegal_parking"}}}, footage.zone);
    agent.must_watch();
    std::this_thread::sleep_for(30s);  // of the scene: both have been told
    std::map<std::string, double> on_disk = stored(agent.log(), "");
    for (const auto& alert : agent.alerts())
      if (const auto found = on_disk.find(text(alert, "id")); found != on_disk.end())
        milliseconds.push_back(1000 * (found->second - in_epoch(text(alert, "confirmed"))));
  }
  std::printf(
      "\nFrom the moment at which the picture that raised an alert was taken (as the driver dates its arrival) to the line of\n"
      "the log that follows the commit of the alert and its evidence picture; %zu alerts of a live camera.\n\n",
      milliseconds.size());
  print_head({"ms, median (lowest-highest)"});
  print_row({figure_and_range(milliseconds, 0)});
}

}  // namespace kuzet::bench
