// SPDX-License-Identifier: Apache-2.0
// The clock: set or not, believable or not, kept by whom.
#include "agent/run/checks/clock.hpp"

#include "agent/run/checks/words.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kuzet::run::checks {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto check = "clock";
constexpr Wall first_release{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};  // there was no Kuzet before
constexpr auto patience = 10min;  // a board that came up with its network has asked a time server several times by then

/// Programs that keep the clock, by the name that the kernel shows (15 letters at most).
constexpr std::array keepers{"systemd-timesyn", "chronyd", "ntpd", "ntp-daemon", "openntpd", "ptp4l", "gpsd"};

std::optional<std::string> keeper(const Roots& roots) {
  for (const auto& name : names_in(roots.at("/proc"))) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto program = text_of(roots.at("/proc") / name / "comm");
    if (std::ranges::find(keepers, program) != keepers.end()) return program;
  }
  return std::nullopt;
}

Remark set(const Roots& roots, const Moment& now) {
  const auto time = rfc3339(now.wall);
  if (now.wall < first_release)
    return {check, "", State::bad, "the clock says " + time + ", which cannot be",
            "let the board reach a time server (timedatectl set-ntp true), or set the clock: sudo timedatectl set-time '...'"};
  if (now.clock == ClockState::synced) return {check, "", State::good, "the clock is set: " + time, ""};
  const auto program = keeper(roots);
  if (!program)
    return {check, "", State::bad, "the clock is not kept: it says " + time + ", and no program asks a time server",
            "sudo apt install systemd-timesyncd; sudo timedatectl set-ntp true"};
  return {check, "", State::warning, "the clock is not set yet: it says " + time + ", and " + *program + " has had no answer",
          "let the board reach its time server (UDP port 123; timedatectl timesync-status); alerts are kept meanwhile and get "
          "their right time later"};
}

Remark battery(const Roots& roots) {
  if (!names_in(roots.at("/sys/class/rtc")).empty()) return {check, "", State::good, "there is a clock with a battery", ""};
  return {check, "", State::unknown,
          "there is no clock with a battery: after a power cut the time is wrong until a time server answers",
          "fit a clock module with a battery (Raspberry Pi 5: a battery at J5) where the network may be away for long"};
}

}  // namespace

Remarks check_clock(const Roots& roots, const Moment& now, const std::string& zone) {
  Remarks out{set(roots, now), battery(roots)};
  std::error_code none;
  if (!zone.empty() && !fs::exists(roots.at("/usr/share/zoneinfo") / zone, none))
    out.push_back({check, "node.timezone", State::bad,
                   "the time zone " + zone + " is not known here: rules with hours go by UTC",
                   "sudo apt install tzdata, or choose one of timedatectl list-timezones"});
  return out;
}

Remarks clock_never_set(const Moment& now, Duration running) {
  if (now.clock != ClockState::unsynced || running < patience) return {};
  return {{check, "", State::bad, "the clock was not set since the agent started " + span(running) + " ago",
           "let the board reach a time server (timedatectl), or fit a clock with a battery"}};
}

}  // namespace kuzet::run::checks
