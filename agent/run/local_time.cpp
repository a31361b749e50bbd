// SPDX-License-Identifier: Apache-2.0
// Local time by the C library, which reads the system's own zone files: libstdc++ 12 has none of std::chrono's zones.
#include "agent/run/local_time.hpp"

#include "agent/core/document.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <vector>

namespace kuzet::run {

namespace fs = std::filesystem;

namespace {

const fs::path zones = "/usr/share/zoneinfo";

bool is_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") == std::string::npos;
}

/// The zones beside this one: Asia/... for Asia/Almati.
std::vector<std::string> neighbours(const std::string& name) {
  const fs::path folder = fs::path(name).parent_path();
  std::vector<std::string> out;
  std::error_code absent;
  for (fs::directory_iterator entry(zones / folder, absent), end; !absent && entry != end; entry.increment(absent))
    out.push_back((folder / entry->path().filename()).string());
  return out;
}

}  // namespace

Result<> check_time_zone(const std::string& name) {
  std::error_code absent;
  if (name == "UTC" || (is_name(name) && fs::is_regular_file(zones / name, absent))) return {};
  if (!fs::is_directory(zones, absent))
    return Error{Code::config, "this system has no time zones but UTC: install the package tzdata"};
  return Error{Code::config,
               "there is no time zone \"" + name + "\"" + (is_name(name) ? suggestion(name, neighbours(name)) : std::string())};
}

void set_time_zone(const std::string& name) {
  ::setenv("TZ", name == "UTC" ? "UTC0" : name.c_str(), 1);
  ::tzset();
}

int minute_of_day(Wall wall) { return local_time(wall).minute; }

LocalTime local_time(Wall wall) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(wall).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, (local.tm_wday + 6) % 7, local.tm_hour * 60 + local.tm_min};
}

}  // namespace kuzet::run
