// SPDX-License-Identifier: Apache-2.0
// Running the program and judging how it ended.
#include "tests/faults/command.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

constexpr auto time_limit = 30s;  // the slowest machine that tests; none of it should take two

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

}  // namespace

void Site::configure(const Shape& shape) {
  const std::string source = shape.source.empty() ? (folder_ / "missing.mp4").string() : shape.source;
  const std::string store = shape.store.empty() ? this->store().string() : shape.store;
  write_text(configuration(), "node: {id: n1, site: yard}\n" + shape.before + "store: {path: " + quoted(store) +
                                  ", keep_free: 0B}\ncameras:\n  - id: cam\n    source: " + quoted(source) +
                                  "\n    zones:\n      a: [[0.1, 0.3], [0.4, 0.3], [0.4, 0.9], [0.1, 0.9]]\n"
                                  "      b: [[0.6, 0.3], [0.9, 0.3], [0.9, 0.9], [0.6, 0.9]]\n    detect: " +
                                  shape.detect + "\n" + shape.after);
}

Ran Site::run(const std::string& command, const std::vector<std::string>& words) const {
  std::vector<std::string> all{command, "--config", configuration().string()};
  all.insert(all.end(), words.begin(), words.end());
  return run_kuzet(std::move(all));
}

Process Site::start() const { return Process({KUZET_PROGRAM, "run", "--config", configuration().string()}, folder_ / "log"); }

void Site::wait_for(const std::string& words, std::chrono::milliseconds limit) const {
  const bool came = eventually([&] { return contains(log(), words); }, limit);
  INFO(log());
  INFO("waited for: " << words);
  REQUIRE(came);
}

std::vector<boost::json::object> Site::alerts(const std::vector<std::string>& words) const {
  std::vector<std::string> all{"--json"};
  all.insert(all.end(), words.begin(), words.end());
  const auto ran = run("alerts", all);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  return json_lines(ran.output);
}

Ran run_kuzet(std::vector<std::string> words) {
  words.insert(words.begin(), KUZET_PROGRAM);
  return run(std::move(words), time_limit);
}

void check_ended_well(const Ran& ran) {
  INFO(ran.errors);
  CHECK(ran.code >= 0);   // in time
  CHECK(ran.code < 124);  // neither a signal nor a shell that found nothing to run
  CHECK_FALSE(contains(ran.errors, "fault:"));
}

void check_refused(const Ran& ran, int code, const std::vector<std::string>& words) {
  check_ended_well(ran);
  INFO(ran.errors);
  CHECK(ran.code == code);
  CHECK(ran.output.empty());
  CHECK(count(ran.errors, "\n") == 1);
  CHECK(ran.errors.size() < 500);
  for (const auto& part : words) {
    INFO("expected: " << part);
    CHECK(contains(ran.errors, part));
  }
}

std::vector<boost::json::object> json_lines(const std::string& output) {
  CHECK((output.empty() || output.ends_with('\n')));
  std::vector<boost::json::object> out;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(line, failed);
    INFO(line);
    REQUIRE_FALSE(failed);
    REQUIRE(value.is_object());
    out.push_back(value.as_object());
  }
  return out;
}

std::string word(const boost::json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++out;
  return out;
}

void check_stops(Process& agent) {
  agent.kill(SIGTERM);
  CHECK(agent.wait(3s) == 0);
}

void write_ramp(const std::filesystem::path& file) { write_video(file, 320, 240, 25, 50, paint_ramp); }

void write_still(const std::filesystem::path& file) { write_picture(file, 320, 240, paint_ramp); }

}  // namespace kuzet::test
