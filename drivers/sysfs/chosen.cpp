// SPDX-License-Identifier: Apache-2.0
// Looks through all devices of one class.
#include "drivers/sysfs/chosen.hpp"

#include "agent/core/document.hpp"
#include "drivers/sysfs/files.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace kuzet::drivers::sysfs {

namespace fs = std::filesystem;

namespace {

struct Seen {
  fs::path folder;
  std::string name;
  fs::path place;  // with all links followed
};

std::vector<Seen> devices(const fs::path& folder, const std::string& prefix) {
  std::vector<Seen> out;
  for (const auto& entry : names(folder)) {
    if (!entry.starts_with(prefix)) continue;
    auto name = read_text(folder / entry / "name");
    std::error_code failed;
    auto place = fs::canonical(folder / entry, failed);
    if (name) out.push_back({folder / entry, *name, failed ? folder / entry : place});
  }
  return out;
}

bool fits(const Seen& seen, const Wanted& wanted) {
  if (!wanted.name.empty() && seen.name != wanted.name) return false;
  if (!wanted.at.empty() && std::ranges::none_of(seen.place, [&](const fs::path& part) { return part == wanted.at; }))
    return false;
  if (wanted.label.empty()) return true;
  const auto label = read_text(seen.folder / "label");
  return label && *label == wanted.label;
}

/// What it hangs on: the folder above its own, or above that of its class ("1-0048/hwmon/hwmon0").
std::string where(const Seen& seen, const std::string& prefix) {
  const auto above = seen.place.parent_path();
  return (above.filename() == prefix ? above.parent_path() : above).filename().string();
}

std::string told(const Wanted& wanted) {
  return "\"" + wanted.name + "\"" + (wanted.label.empty() ? "" : " labelled \"" + wanted.label + "\"") +
         (wanted.at.empty() ? "" : " at " + wanted.at);
}

}  // namespace

Result<fs::path> find_device(const fs::path& folder, const std::string& prefix, const Wanted& wanted) {
  const auto all = devices(folder, prefix);
  std::vector<Seen> fitting;
  for (const auto& one : all)
    if (fits(one, wanted)) fitting.push_back(one);
  if (fitting.size() == 1) return fitting[0].folder;
  std::vector<std::string> known;
  for (const auto& one : fitting.empty() ? all : fitting)
    known.push_back(fitting.empty() ? one.name + " (at " + where(one, prefix) + ")" : where(one, prefix));
  if (!fitting.empty())
    return Error{Code::io,
                 std::to_string(fitting.size()) + " devices are " + told(wanted) + "; say which with `at`" + there_are(known)};
  std::vector<std::string> plain;
  for (const auto& one : all) plain.push_back(shown(one.name));
  const auto near = nearest(wanted.name, plain);
  return Error{Code::io, "no device " + told(wanted) + " in " + folder.string() +
                             (near && *near != wanted.name ? "; did you mean \"" + *near + "\"?" : there_are(known))};
}

}  // namespace kuzet::drivers::sysfs
