// SPDX-License-Identifier: Apache-2.0
// SD cards and eMMC: what they say of their wear, and what the kernel counted of their errors.
#include "agent/run/checks/board.hpp"

#include "agent/run/checks/words.hpp"
#include "drivers/sysfs/files.hpp"
#include "drivers/sysfs/health.hpp"

#include <optional>

namespace kuzet::run::checks {

namespace fs = std::filesystem;
namespace board = drivers::board;

namespace {

constexpr auto check = "card";
constexpr double worn = 80, spent = 100;  // per cent of its life, as JEDEC 84-B51 has it in steps of ten
constexpr auto change = "save what is needed and change it: a card for surveillance (high endurance) lasts longest";

std::string word(const fs::path& file) {
  const auto text = drivers::sysfs::read_text(file);
  return text ? drivers::sysfs::shown(*text) : std::string();
}

/// "SD card SC64G, made 03/2023".
std::string title(const fs::path& device) {
  const auto type = word(device / "type"), name = word(device / "name"), date = word(device / "date");
  std::string out = type == "SD" ? "SD card" : type == "MMC" ? "eMMC" : "card";
  if (!name.empty()) out += " " + name;
  return date.empty() ? out : out + ", made " + date;
}

Remark judge_wear(const std::string& subject, const std::string& what, std::optional<double> used, const std::string& reserve) {
  if (reserve == "0x03" || (used && *used > spent))
    return {check, subject, State::bad, what + ": it is at the end of its life" + (used ? " (" + figure(*used, 0) + " %)" : ""),
            change};
  if (reserve == "0x02" || (used && *used >= worn))
    return {check, subject, State::warning,
            what + ": " + (used ? "up to " + figure(*used, 0) + " % of its life are used" : "most of its reserve is used"),
            change};
  if (used) return {check, subject, State::good, what + ": up to " + figure(*used, 0) + " % of its life are used", ""};
  return {check, subject, State::unknown, what + ": it does not tell how worn it is (SD cards do not)", ""};
}

Remarks errors_of(const Roots& roots) {
  Remarks out;
  for (const auto& name : names_in(roots.at("/sys/fs/ext4"))) {
    const auto count = drivers::sysfs::read_number(roots.at("/sys/fs/ext4") / name / "errors_count");
    if (!count) continue;
    if (*count > 0)
      out.push_back({check, name, State::bad,
                     "the kernel counted " + figure(*count, 0) + " errors on the file system of " + name,
                     "look at dmesg; check it once it is not in use (sudo fsck -f /dev/" + name +
                         ", or fsck.mode=force at the next start); errors that come again are a dying card or a weak supply"});
    else
      out.push_back({check, name, State::good, "the kernel counted no error on the file system of " + name, ""});
  }
  return out;
}

}  // namespace

Remarks check_cards(const Roots& roots) {
  Remarks out;
  for (const auto& name : names_in(roots.at("/sys/block"))) {
    if (!name.starts_with("mmcblk") || name.find("boot") != std::string::npos) continue;  // mmcblk0boot0 is a part of mmcblk0
    const fs::path device = roots.at("/sys/block") / name / "device";
    const auto life = word(device / "life_time");
    out.push_back(judge_wear(name, title(device), board::parse_life_time(life), word(device / "pre_eol_info")));
  }
  append(out, errors_of(roots));
  return out;
}

}  // namespace kuzet::run::checks
