// SPDX-License-Identifier: Apache-2.0
// Agents that watch live cameras, and what they say of them.
#include "tests/bench/cameras.hpp"
#include "tests/bench/figures.hpp"
#include "tests/harness/process.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace kuzet::bench {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

std::string detector(const std::string& type) {
  if (type == "illegal_parking") return "{type: illegal_parking, zone: yard, dwell: 10s}";
  if (type == "intrusion") return "{type: intrusion, zone: yard}";
  return "{type: " + type + "}";
}

std::string configuration(const std::filesystem::path& store, const std::vector<Watching>& cameras, const Polygon& zone) {
  std::string out =
      "node: {id: bench, site: bench}\nstore: {path: '" + store.string() + "', keep_free: 0B}\ncpu: 100\ncameras:\n";
  for (const auto& camera : cameras) {
    out += "  - {id: " + camera.id + ", source: '" + camera.source + "', " + camera.more + "zones: {yard: " + polygon(zone) +
           "}, detect: [";
    for (const auto& type : camera.detect) out += detector(type) + (&type == &camera.detect.back() ? "]}\n" : ", ");
  }
  return out;
}

}  // namespace

LiveAgent::LiveAgent(const std::filesystem::path& folder, const std::string& name, const std::vector<Watching>& cameras,
                     const Polygon& zone)
    : folder_(folder / name) {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  test::write_text(folder_ / "kuzet.yaml", configuration(folder_ / "store", cameras, zone));
  process_ = std::make_unique<Child>(std::vector<std::string>{KUZET_PROGRAM, "run", "--config", folder_ / "kuzet.yaml"},
                                     folder_ / "log");
}

std::string LiveAgent::ask(std::vector<std::string> words) const {
  words.insert(words.begin(), KUZET_PROGRAM);
  words.insert(words.end(), {"--json", "--config", folder_ / "kuzet.yaml"});
  return test::run(std::move(words), 30s).output;
}

std::map<std::string, json::object> LiveAgent::cameras() const {
  std::map<std::string, json::object> out;
  boost::system::error_code unreadable;
  const auto status = json::parse(ask({"status"}), unreadable);
  if (unreadable) return out;
  for (const auto& one : status.at("cameras").as_array()) out[std::string(one.at("id").as_string())] = one.as_object();
  return out;
}

void LiveAgent::must_watch() const {
  const auto shows = [](const auto& one) { return one.second.at("state") == "online"; };
  const bool all = test::eventually(
      [&] {
        const auto now = cameras();
        return !now.empty() && std::ranges::all_of(now, shows);
      },
      60s);
  if (!all) throw std::runtime_error("no pictures come:\n" + log());
}

std::vector<json::object> LiveAgent::alerts() const {
  std::vector<json::object> out;
  std::istringstream lines(ask({"alerts"}));
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line).as_object());
  return out;
}

std::string LiveAgent::log() const { return test::read_text(folder_ / "log"); }

double number(const json::object& of, const char* key) {
  const auto* value = of.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

}  // namespace kuzet::bench
