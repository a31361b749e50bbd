// SPDX-License-Identifier: Apache-2.0
// Reads unit files, users and groups, and asks for access on a thread that has become the service's user.
#include "agent/run/checks/service_user.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>

namespace kuzet::run::checks {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> parts_of(const std::string& line, char between) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, between);)
    if (between != ' ' || !part.empty()) out.push_back(part);
  return out;
}

/// The line of a file like /etc/passwd whose field `at` is `value`; empty where there is none.
std::vector<std::string> entry(const fs::path& file, std::size_t at, const std::string& value) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    auto fields = parts_of(line, ':');
    if (fields.size() > std::max<std::size_t>(at, 2) && fields[at] == value) return fields;
  }
  return {};
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

void read_unit(const fs::path& file, UnitSettings& out) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || line.starts_with('#') || line.starts_with(';')) continue;
    const std::string value = line.substr(equals + 1);
    const std::string key = line.substr(0, equals);
    std::string& kept = out[key];
    const bool list = key == "SupplementaryGroups" || key == "ReadWritePaths" || key == "StateDirectory";
    kept = value.empty() || !list || kept.empty() ? value : kept + " " + value;
  }
}

/// Where systemd looks, the weightiest first (systemd.unit(5)).
constexpr std::array unit_folders{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                  "/usr/lib/systemd/system", "/lib/systemd/system"};

std::vector<fs::path> drop_ins(const Roots& roots, const std::string& unit) {
  std::map<std::string, fs::path> by_name;
  for (const auto* folder : unit_folders) {
    std::error_code none;
    for (fs::directory_iterator file(roots.at(folder) / (unit + ".d"), none), end; !none && file != end; file.increment(none))
      if (file->path().extension() == ".conf") by_name.emplace(file->path().filename().string(), file->path());
  }
  std::vector<fs::path> out;
  for (const auto& [name, file] : by_name) out.push_back(file);
  return out;
}

/// The numbers of groups by name, and those where this user is a member.
void read_groups(const Roots& roots, const std::vector<std::string>& wanted, ServiceUser& user) {
  for (const auto& name : wanted) {
    const auto found = entry(roots.at("/etc/group"), 0, name);
    const auto id = found.empty() ? std::nullopt : number_of(found[2]);
    id ? user.groups.push_back(*id) : user.missing_groups.push_back(name);
  }
  std::ifstream stream(roots.at("/etc/group"));
  for (std::string line; std::getline(stream, line);) {
    const auto fields = parts_of(line, ':');
    if (fields.size() < 4) continue;
    const auto members = parts_of(fields[3], ',');
    const auto id = number_of(fields[2]);
    if (id && std::ranges::find(members, user.name) != members.end()) user.groups.push_back(*id);
  }
}

/// Becomes that user on the thread that calls: the kernel keeps credentials for each thread, and only the wrappers of the C
/// library spread them over the process. No way back, so it is a thread that ends.
int become(const ServiceUser& user) {
  if (::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) != 0) return errno;
  if (::syscall(SYS_setresgid, user.group, user.group, user.group) != 0) return errno;
  if (::syscall(SYS_setresuid, user.id, user.id, user.id) != 0) return errno;
  return 0;
}

int asked(const fs::path& file, int mode) { return ::access(file.c_str(), mode) == 0 ? 0 : errno; }

}  // namespace

UnitSettings unit_settings(const Roots& roots, const std::string& unit) {
  UnitSettings out;
  for (const auto* folder : unit_folders) {
    std::error_code none;
    if (!fs::exists(roots.at(folder) / unit, none)) continue;
    read_unit(roots.at(folder) / unit, out);
    for (const auto& file : drop_ins(roots, unit)) read_unit(file, out);
    break;
  }
  return out;
}

std::optional<ServiceUser> service_user(const Roots& roots) {
  const auto unit = unit_settings(roots);
  const auto name = unit.find("User");
  if (name == unit.end()) return std::nullopt;
  const auto found = entry(roots.at("/etc/passwd"), 0, name->second);
  const auto id = found.size() < 4 ? std::nullopt : number_of(found[2]), group = found.size() < 4 ? id : number_of(found[3]);
  if (!id || !group) return std::nullopt;
  ServiceUser out{.name = name->second, .id = *id, .group = *group, .groups = {}, .missing_groups = {}};
  if (const auto own = unit.find("Group"); own != unit.end())
    if (const auto line = entry(roots.at("/etc/group"), 0, own->second); !line.empty())
      out.group = number_of(line[2]).value_or(out.group);
  const auto more = unit.find("SupplementaryGroups");
  read_groups(roots, more == unit.end() ? std::vector<std::string>{} : parts_of(more->second, ' '), out);
  return out;
}

Access::Access(std::optional<ServiceUser> user)
    : user_(std::move(user)), becomes_(user_ && ::geteuid() == 0 && user_->id != 0), is_(user_ && ::geteuid() == user_->id) {}

int Access::denied(const fs::path& file, int mode) const {
  if (!becomes_) return asked(file, mode);
  int why = 0;
  std::thread([&] {
    why = become(*user_);
    if (why == 0) why = asked(file, mode);
  }).join();
  return why;
}

Access Access::of_agent() {
  Access out(std::nullopt);
  out.is_ = true;
  return out;
}

std::string Access::who() const {
  if (!speaks_for_service()) return "this user";
  return user_ ? "the user " + user_->name : "the agent";
}

std::string user_name(const Roots& roots, uid_t id) {
  const auto found = entry(roots.at("/etc/passwd"), 2, std::to_string(id));
  return found.empty() ? std::to_string(id) : found[0];
}

std::string group_name(const Roots& roots, gid_t id) {
  const auto found = entry(roots.at("/etc/group"), 2, std::to_string(id));
  return found.empty() ? std::to_string(id) : found[0];
}

}  // namespace kuzet::run::checks
