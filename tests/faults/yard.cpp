// SPDX-License-Identifier: Apache-2.0
// Agents with many cameras.
#include "tests/faults/yard.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace kuzet::test {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

std::string text(const json::object& of, const char* key) {
  const auto* value = of.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string configuration(const std::vector<YardCamera>& cameras, const std::string& before, const std::string& store) {
  std::string out =
      "node: {id: n1, site: yard}\n" + before + "store: {path: '" + store + "', keep_free: 0B}\ncpu: 100\ncameras:\n";
  for (const auto& camera : cameras)
    out += "  - {id: " + camera.id + ", source: '" + camera.source + "', " + camera.more +
           "detect: [{type: fire}, {type: view}]}\n";
  return out;
}

}  // namespace

Holds holds(pid_t program) {
  const auto proc = std::filesystem::path("/proc") / std::to_string(program);
  Holds out;
  std::ifstream lines(proc / "status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Threads:")) out.threads = std::stol(line.substr(8));
    if (line.starts_with("VmRSS:")) out.memory = static_cast<double>(std::stol(line.substr(6))) / 1024;
  }
  for (const auto& one : std::filesystem::directory_iterator(proc / "fd")) out.files += one.path().empty() ? 0 : 1;
  return out;
}

Yard::Yard(const std::vector<YardCamera>& cameras, const std::string& before) {
  write_text(folder_ / "kuzet.yaml", configuration(cameras, before, store().string()));
  agent_.emplace(std::vector<std::string>{KUZET_PROGRAM, "run", "--config", folder_ / "kuzet.yaml"}, folder_ / "log");
  if (!eventually([&] { return log().find("watching with") != std::string::npos || !agent_->running(); }, 20s) ||
      !agent_->running())
    throw std::runtime_error("the agent does not run: " + log());
}

Ran Yard::run(std::vector<std::string> words) const {
  words.insert(words.begin(), KUZET_PROGRAM);
  words.insert(words.end(), {"--config", folder_ / "kuzet.yaml"});
  return test::run(std::move(words), 30s);
}

std::vector<json::object> Yard::cameras() const {
  boost::system::error_code unreadable;
  const auto status = json::parse(run({"status", "--json"}).output, unreadable);
  std::vector<json::object> out;
  if (unreadable || !status.is_object()) return out;
  if (const auto* all = status.as_object().if_contains("cameras"); all != nullptr && all->is_array())
    for (const auto& one : all->as_array()) out.push_back(one.as_object());
  return out;
}

json::object Yard::camera(const std::string& id) const {
  for (auto& one : cameras())
    if (text(one, "id") == id) return one;
  return {};
}

std::string Yard::state(const std::string& id) const { return text(camera(id), "state"); }

long Yard::looks(const std::string& id) const {
  const auto one = camera(id);
  const auto* value = one.if_contains("looks");
  return value != nullptr && value->is_number() ? value->to_number<long>() : 0;
}

bool Yard::looks_on(const std::string& id, long more, std::chrono::milliseconds limit) const {
  const long before = looks(id);
  return eventually([&] { return looks(id) >= before + more; }, limit);
}

bool Yard::becomes(const std::string& id, const std::string& state, std::chrono::milliseconds limit) const {
  return eventually([&] { return this->state(id) == state; }, limit);
}

double Yard::rate(const std::string& id, std::chrono::milliseconds over) const {
  const long before = looks(id);
  const auto began = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(over);
  const auto counted = looks(id) - before;
  return static_cast<double>(counted) / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::vector<std::string> Yard::said(const std::string& id, const std::string& words) const {
  std::vector<std::string> out;
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line);) {
    const auto camera = line.find("camera " + id + ": ");
    if (camera != std::string::npos && line.find(words, camera) != std::string::npos) out.push_back(line.substr(camera));
  }
  return out;
}

}  // namespace kuzet::test
