// SPDX-License-Identifier: Apache-2.0
// Device files: looked at, never opened, since opening a serial port resets many a device.
#include "agent/run/checks/devices.hpp"

#include "agent/run/checks/words.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace kuzet::run::checks {

namespace fs = std::filesystem;

namespace {

constexpr auto permission = "permission", devices = "devices";

bool is_device(const std::string& text) { return text.starts_with("/dev/"); }

void add(std::vector<Wanted>& out, const Roots& roots, const std::string& subject, const Attached& attached) {
  if (attached.type->name == "gpio") {
    for (const auto& name : names_in(roots.at("/dev")))
      if (name.starts_with("gpiochip")) out.push_back({subject, "/dev/" + name});
    return;
  }
  const std::string& line = attached.device.line;
  if (is_device(line)) out.push_back({subject, line});
}

/// A name that stays the same when devices are plugged in otherwise; empty where the one that is used is such a one.
std::string better_name(const Roots& roots, const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  const bool video = name.starts_with("video");
  if (fs::path(file).parent_path() != "/dev" || (!video && !name.starts_with("ttyUSB") && !name.starts_with("ttyACM")))
    return {};
  const std::string folder = video ? "/dev/v4l/by-id" : "/dev/serial/by-id";
  for (const auto& link : names_in(roots.at(folder))) {
    std::error_code gone;
    if (fs::equivalent(roots.at(folder) / link, roots.at(file), gone)) return folder + "/" + link;
  }
  return {};
}

/// Programs but this one and the agent that have the file open: "minicom (process 812)". Only root sees those of others.
std::string holders(const Roots& roots, const std::string& file) {
  std::error_code gone;
  const auto real = fs::canonical(roots.at(file), gone);
  if (gone) return {};
  std::string out;
  for (const auto& process : names_in(roots.at("/proc"))) {
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto program = text_of(roots.at("/proc") / process / "comm");
    if (program == "kuzet" || program.empty()) continue;
    for (const auto& open : names_in(roots.at("/proc") / process / "fd"))
      if (fs::read_symlink(roots.at("/proc") / process / "fd" / open, gone) == real) {
        out += (out.empty() ? "" : ", ") + program + " (process " + process + ")";
        break;
      }
  }
  return out;
}

Remark absent(const Roots& roots, const Wanted& one) {
  const std::string folder = fs::path(one.file).parent_path().string();
  std::string there;
  for (const auto& name : names_in(roots.at(folder)))
    if (folder != "/dev" || name.starts_with("tty")
            ? name.starts_with("ttyUSB") || name.starts_with("ttyACM") || folder != "/dev"
            : name.starts_with("video"))
      there += (there.empty() ? "" : ", ") + name;
  return {devices, one.subject, State::bad, one.file + " is not there",
          "is it plugged in (dmesg, lsusb)? " +
              (there.empty() ? "there is nothing like it" : "there are in " + folder + ": " + there)};
}

Remark forbidden(const Roots& roots, const Wanted& one, const Access& access, int denied) {
  struct stat about {};
  const std::string group = ::stat(roots.at(one.file).c_str(), &about) == 0 ? group_name(roots, about.st_gid) : "";
  std::string remedy = "sudo chmod g+rw " + one.file;
  if (group != "root" && !group.empty())
    remedy = "let the service have the group " + group + ": sudo systemctl edit kuzet, [Service] SupplementaryGroups=" + group +
             ", then sudo systemctl restart kuzet";
  return {permission, one.subject, access.speaks_for_service() ? State::bad : State::unknown,
          access.who() + " may not open " + one.file + ": " + why(denied), remedy};
}

void look_closer(const Roots& roots, const Wanted& one, Remarks& out) {
  if (const auto name = better_name(roots, one.file); !name.empty())
    out.push_back(
        {devices, one.subject, State::warning, one.file + " may be another device after the next start", "write " + name});
  if (const auto who = holders(roots, one.file); !who.empty())
    out.push_back(
        {devices, one.subject, State::warning, one.file + " is in use by " + who, "end that program: two read half each"});
}

}  // namespace

std::vector<Wanted> devices_of(const Roots& roots, const Configuration& all) {
  std::vector<Wanted> out;
  for (const auto& camera : all.cameras)
    if (is_device(camera.source)) out.push_back({"camera " + camera.id, camera.source});
  for (const auto& sensor : all.sensors) add(out, roots, "sensor " + sensor.id, sensor.attached);
  for (const auto& output : all.site.outputs) add(out, roots, "output " + output.id, output.attached);
  std::vector<Wanted> once;
  for (auto& one : out)
    if (std::ranges::find(once, one.file, &Wanted::file) == once.end()) once.push_back(std::move(one));
  return once;
}

Remarks check_devices(const Roots& roots, const std::vector<Wanted>& wanted, const Access& access, bool all) {
  Remarks out;
  for (const auto& one : wanted) {
    const int denied = access.denied(roots.at(one.file), R_OK | W_OK);
    if (denied == ENOENT || denied == ENOTDIR) {
      if (all) out.push_back(absent(roots, one));  // the agent tells of a device that is away by itself
    } else if (denied != 0) {
      out.push_back(forbidden(roots, one, access, denied));
    } else if (all) {
      out.push_back({permission, one.subject, State::good, access.who() + " may open " + one.file, ""});
      look_closer(roots, one, out);
    }
  }
  return out;
}

}  // namespace kuzet::run::checks
