// SPDX-License-Identifier: Apache-2.0
// Reading and writing of ends, and the pause after them.
#include "agent/run/ending.hpp"

#include "agent/core/json.hpp"
#include "agent/core/members.hpp"
#include "agent/outbox/disk.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

namespace kuzet::run {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr Duration in_a_row_within = 10min;  // an end that comes later than this after another has a cause of its own
constexpr Duration longest_pause = 60s;
constexpr unsigned most_counted = 1000;

fs::path file_in(const fs::path& folder) { return folder / "ended.json"; }

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The number behind a word at the beginning of a line; 0 where there is none.
std::uint64_t figure(const fs::path& file, const std::string& word) {
  std::istringstream lines(text_of(file));
  std::string name;
  for (std::uint64_t value = 0; lines >> name >> value;)
    if (name == word) return value;
  return 0;
}

double number(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  boost::system::error_code none;
  return value == nullptr ? 0 : value->to_number<double>(none);
}

}  // namespace

Ending ending_of(const std::function<std::optional<std::string>(const std::string&)>& environment,
                 const std::optional<Ending>& before, bool memory, const Moment& now) {
  const auto word = [&](const char* name) { return environment(name).value_or(""); };
  Ending out{word("SERVICE_RESULT"),
             word("EXIT_CODE"),
             word("EXIT_STATUS"),
             memory,
             now.wall,
             in_seconds(now.steady.time_since_epoch()),
             0};
  if (out.result == "success" || out.result.empty()) return out;
  const bool again = before && before->in_a_row > 0 && out.steady_s - before->steady_s < in_seconds(in_a_row_within);
  out.in_a_row = again ? std::min(before->in_a_row + 1, most_counted) : 1;
  return out;
}

Duration pause_after(const Ending& last, const Moment& now) {
  if (last.in_a_row < 2) return {};
  const auto whole = std::min<Duration>(longest_pause, 1s * (1 << std::min(last.in_a_row, 6U)));
  const auto passed = now.steady.time_since_epoch() - from_seconds(last.steady_s);
  if (passed < Duration{}) return whole;  // of another boot: nobody can say
  return std::max<Duration>(whole - passed, {});
}

std::optional<Ending> read_ending(const fs::path& folder) {
  boost::system::error_code unreadable;
  const auto parsed = json::parse(text_of(file_in(folder)), unreadable);
  if (unreadable || !parsed.is_object()) return std::nullopt;
  const auto& object = parsed.as_object();
  const auto at = parse_rfc3339(text_member(object, "at"));
  if (!at) return std::nullopt;
  const auto* memory = object.if_contains("memory");
  return Ending{text_member(object, "result"),
                text_member(object, "code"),
                text_member(object, "status"),
                memory != nullptr && memory->is_bool() && memory->as_bool(),
                *at,
                number(object, "steady_s"),
                static_cast<unsigned>(std::clamp(number(object, "in_a_row"), 0.0, double{most_counted}))};
}

Result<> write_ending(const fs::path& folder, const Ending& ending) {
  return outbox::write_durably(file_in(folder), json_text(json::object{{"result", ending.result},
                                                                       {"code", ending.code},
                                                                       {"status", ending.status},
                                                                       {"memory", ending.memory},
                                                                       {"at", rfc3339(ending.at)},
                                                                       {"steady_s", ending.steady_s},
                                                                       {"in_a_row", ending.in_a_row}}) +
                                                    '\n');
}

bool memory_was_killed(const fs::path& proc, const fs::path& groups) {
  std::istringstream lines(text_of(proc / "self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos || second + 2 > line.size()) continue;
    const auto controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 2);
    if (controllers.empty() && figure(groups / group / "memory.events", "oom_kill") > 0) return true;
    if (controllers == "memory" && figure(groups / "memory" / group / "memory.oom_control", "oom_kill") > 0) return true;
  }
  return false;
}

std::uint64_t killed_for_memory(const fs::path& proc) { return figure(proc / "vmstat", "oom_kill"); }

}  // namespace kuzet::run
