// SPDX-License-Identifier: Apache-2.0
// Looks where the system keeps names that stay the same: by-id links, names of chips, its own name and time zone.
#include "agent/cli/found.hpp"

#include "agent/cli/found_chips.hpp"
#include "agent/core/members.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/run/local_time.hpp"
#include "agent/run/models.hpp"
#include "drivers/sysfs/files.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <system_error>

namespace kuzet::cli {

namespace fs = std::filesystem;
namespace json = boost::json;
namespace sysfs = drivers::sysfs;

namespace {

/// A name that can stand in a remark and between quotes.
bool is_plain(const std::string& name) {
  return std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

/// The links in a folder such as dev/v4l/by-id that `wanted` likes, as the agent will call them.
template <class Wanted>
std::vector<std::string> links(const fs::path& root, const std::string& folder, Wanted wanted) {
  std::vector<std::string> out;
  for (const auto& name : sysfs::names(root / folder))
    if (is_plain(name) && wanted(name)) out.push_back("/" + folder + "/" + name);
  return out;
}

/// Index 0 is what shows pictures; others of the same camera tell about them.
bool shows_pictures(const std::string& name) { return name.ends_with("-video-index0"); }

std::string host_of(const fs::path& root) {
  const auto text = sysfs::read_text(root / "etc/hostname");
  const auto id = text ? as_id(text->substr(0, text->find('.'))) : std::string();
  return id.empty() ? "board" : id;
}

/// Of /etc/localtime, which leads to .../zoneinfo/Asia/Almaty; else of Debian's /etc/timezone.
std::string timezone_of(const fs::path& root, std::vector<std::string>& remarks) {
  constexpr std::string_view mark = "zoneinfo/";
  std::error_code failed;
  std::string name = fs::read_symlink(root / "etc/localtime", failed).string();
  if (const auto at = name.find(mark); !failed && at != std::string::npos) {
    name = name.substr(at + mark.size());
  } else {
    const auto text = sysfs::read_text(root / "etc/timezone");
    name = text ? *text : std::string();
  }
  if (name.empty() || name == "Etc/UTC") return "UTC";
  if (run::check_time_zone(name)) return name;
  remarks.push_back("the system's time zone \"" + sysfs::shown(name) + "\" is not known here: UTC is written");
  return "UTC";
}

std::vector<std::string> models_in(const fs::path& folder, std::vector<std::string>& remarks) {
  std::vector<std::string> out;
  std::error_code failed;
  (void)fs::directory_iterator(folder, failed);
  if (failed && failed != std::errc::no_such_file_or_directory)
    remarks.push_back(folder.string() + ": " + failed.message() + "; run this with sudo to find models there");
  for (const auto& name : sysfs::names(folder)) {
    if (!name.ends_with(".onnx") || !is_plain(name)) continue;
    const auto file = folder / name;
    if (const auto good = run::Models::glance(file); good)
      out.push_back(file.string());
    else
      remarks.push_back(good.error().what);
  }
  return out;
}

std::vector<std::string> thermometers_on(const fs::path& root) {
  // Families of thermometers: DS18S20, DS1822, DS18B20, DS1825, DS28EA00 (Documentation/w1/slaves/w1_therm.rst of the kernel).
  constexpr std::string_view families[] = {"10-", "22-", "28-", "3b-", "42-"};
  std::vector<std::string> out;
  for (const auto& name : sysfs::names(root / "sys/bus/w1/devices"))
    if (std::ranges::any_of(families, [&](std::string_view family) { return name.starts_with(family); })) out.push_back(name);
  return out;
}

std::vector<std::string> words(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& one : value->get_array())
    if (one.is_string()) out.emplace_back(one.get_string());
  return out;
}

/// What enrolment.json says: {url, node, site, servers}.
std::optional<FoundIdentity> identity_in(const fs::path& folder, std::vector<std::string>& remarks) {
  const auto file = folder / "enrolment.json";
  std::error_code failed;
  if (!fs::exists(file, failed)) {
    if (failed) remarks.push_back(file.string() + ": " + failed.message() + "; run this with sudo to find the enrolment");
    return std::nullopt;
  }
  const auto text = outbox::read_file(file);
  if (!text) return remarks.push_back(text.error().what), std::nullopt;
  boost::system::error_code broken;
  const auto value = json::parse(*text, broken);
  if (const auto* record = broken ? nullptr : value.if_object()) {
    FoundIdentity out{folder.string(), text_member(*record, "node"), text_member(*record, "site"), words(*record, "servers")};
    if (is_id(out.node) && is_id(out.site) && !out.servers.empty()) return out;
  }
  remarks.push_back(file.string() + ": is no enrolment; run `kuzet enroll` again");
  return std::nullopt;
}

}  // namespace

namespace {

constexpr std::size_t longest_id = 40;

bool fits_an_id(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

}  // namespace

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= longest_id && std::ranges::all_of(text, fits_an_id);
}

std::string as_id(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool between = !fits_an_id(c);
    if (out.size() < longest_id && !(between && (out.empty() || out.back() == '-'))) out += between ? '-' : c;
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

Found look_at_board(const BoardPlaces& places) {
  Found out;
  out.host = host_of(places.root);
  out.timezone = timezone_of(places.root, out.remarks);
  out.cameras = links(places.root, "dev/v4l/by-id", shows_pictures);
  out.models = models_in(places.store / "models", out.remarks);
  out.serial_ports = links(places.root, "dev/serial/by-id", [](const std::string&) { return true; });
  out.chips = chips_on(places.root / "sys");
  out.thermometers = thermometers_on(places.root);
  out.identity = identity_in(places.store / "identity", out.remarks);
  return out;
}

}  // namespace kuzet::cli
