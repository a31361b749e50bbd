// SPDX-License-Identifier: Apache-2.0
// `kuzet probe` for sensors.
#include "agent/cli/probe_sensors.hpp"

#include "agent/cli/advice.hpp"
#include "agent/core/json.hpp"
#include "agent/core/members.hpp"
#include "agent/core/source.hpp"
#include "agent/run/pseudonyms.hpp"
#include "agent/run/sensors.hpp"
#include "agent/run/system_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <set>

namespace kuzet::cli {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

/// What came of each sensor, by its id.
struct Heard {
  std::map<std::string, Reading> readings;
  bool works = false;
  std::string cause;
};

bool complete(const run::SensorSettings& sensor, const Heard& heard) {
  const auto names = sensor.readings();
  if (names.empty()) return heard.works;
  return std::ranges::all_of(names, [&](const std::string& name) { return heard.readings.contains(name); });
}

bool believed(const run::SensorSettings& sensor, const Heard& heard) {
  if (sensor.readings().empty()) return heard.works;
  return std::ranges::any_of(heard.readings, [](const auto& one) { return one.second.quality != Quality::bad; });
}

void print_text(const run::SensorSettings& sensor, const Heard& heard, const std::string& about) {
  const auto& device = sensor.attached.device;
  std::cout << sensor.id << ": " << sensor.attached.type->name << " " << shown_source(device.line) << '\n';
  const auto line = [](const std::string& name, const std::string& text) {
    std::cout << "  " << name << std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') << text << '\n';
  };
  if (!about.empty()) line("about", about);
  for (const auto& name : sensor.readings()) {
    const auto found = heard.readings.find(name);
    if (found == heard.readings.end()) {
      line(name, "nothing yet");
      continue;
    }
    const Reading& reading = found->second;
    const std::string unit = reading.unit.empty() ? "" : " " + reading.unit;
    const std::string why = reading.why.empty() ? "" : " (" + reading.why + ")";
    line(name, json_text(rounded(reading.value, 6)) + unit + ", " + std::string(kuzet::name(reading.quality)) + why);
  }
  if (device.passages) line("terminal", heard.works ? "works" : "nobody passed yet");
}

void print_json(const run::SensorSettings& sensor, json::object about, const Heard& heard) {
  json::object out{{"sensor", sensor.id}};
  about.erase("id");
  for (auto& member : about) out[member.key()] = std::move(member.value());
  if (!believed(sensor, heard) && !heard.cause.empty()) out["error"] = heard.cause;
  std::cout << json_text(out) << '\n';
}

}  // namespace

bool probe_sensors(const std::vector<run::SensorSettings>& sensors, Duration watch, bool as_json) {
  const run::SystemClock clock;
  asio::io_context io;
  std::map<std::string, Heard> heard;
  run::Sensors::Hooks hooks;
  hooks.read = [&](const Reading& reading) { heard[reading.sensor].readings[reading.channel] = reading; };
  hooks.passed = [&](const std::string& sensor, Passage passage) {
    run::wipe(passage.person);
    heard[sensor].works = true;
  };
  hooks.state = [&](const std::string& sensor, bool works, const std::string& cause) {
    heard[sensor].works = works;
    if (!works) heard[sensor].cause = cause;
  };
  run::Sensors all(
      sensors, {}, clock, [&io](std::function<void()> job) { asio::post(io, std::move(job)); }, std::move(hooks));
  const Steady until = clock.now().steady + watch;
  const auto done = [&] { return std::ranges::all_of(sensors, [&](const auto& one) { return complete(one, heard[one.id]); }); };
  while (!done() && clock.now().steady < until) {
    io.run_for(50ms);
    io.restart();
  }
  const auto about = all.about(clock.now());
  bool well = true;
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    const auto& one = about.at(i).as_object();
    const Heard& said = heard[sensors[i].id];
    const bool good = believed(sensors[i], said) || (sensors[i].readings().empty() && said.cause.empty());
    well &= good;
    if (as_json)
      print_json(sensors[i], one, said);
    else
      print_text(sensors[i], said, text_member(one, "about"));
    if (!good)
      std::cerr << "kuzet: sensor " << sensors[i].id << ": "
                << (said.cause.empty() ? "no value within " + to_text(watch) : said.cause) << '\n';
  }
  return well;
}

}  // namespace kuzet::cli
