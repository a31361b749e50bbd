// SPDX-License-Identifier: Apache-2.0
// Supply and heat, which are the cause of many faults that look like others.
#include "agent/run/checks/board.hpp"

#include "agent/run/checks/words.hpp"
#include "drivers/sysfs/health.hpp"

namespace kuzet::run::checks {

namespace board = drivers::board;

namespace {

constexpr auto check = "power";
constexpr double hot = 80, too_hot = 85;  // degC: a Raspberry Pi slows down from 80 on, and more from 85 on
constexpr auto supply =
    "use the board's own supply (5.1 V; 3 A for a Raspberry Pi 4, 5 A for a 5) on a short thick cable, and a powered hub for "
    "cameras";
constexpr auto cooling = "give it air, a heat sink, shade; or lower cpu and analyse in the configuration";

bool is(const board::Figures& figures, const char* name) {
  const auto found = figures.find(name);
  return found != figures.end() && found->second > 0;
}

Remark judge_supply(const board::Figures& figures) {
  if (!figures.contains("undervoltage"))
    return {check, "", State::unknown, "this board does not tell whether its supply is strong enough", ""};
  if (is(figures, "undervoltage")) return {check, "", State::bad, "the supply is too weak right now (under-voltage)", supply};
  if (is(figures, "undervoltage_since_boot"))
    return {check, "", State::warning, "the supply was too weak at least once since the start (under-voltage)", supply};
  return {check, "", State::good, "the supply is strong enough", ""};
}

Remark judge_heat(double degrees) {
  const std::string what = "the processor has " + figure(degrees, 0) + " degC";
  const auto state = degrees >= too_hot ? State::bad : degrees >= hot ? State::warning : State::good;
  return {"heat", "", state, what, state == State::good ? "" : cooling};  // the driver `board` makes alerts of it, with rules
}

Remarks check_governor(const Roots& roots) {
  if (text_of(roots.at("/sys/devices/system/cpu/cpufreq/policy0/scaling_governor")) != "powersave") return {};
  return {{check, "", State::warning, "the processor is held at its lowest clock (governor powersave)",
           "sudo cpupower frequency-set -g ondemand"}};
}

}  // namespace

Remarks check_power(const Roots& roots) {
  board::Figures figures;
  std::uint32_t seen = 0;
  const board::Places places{.root = roots.at("/sys"), .proc = roots.at("/proc"), .disk = roots.top, .zone = ""};
  board::read_power(places, seen, figures);
  board::read_temperature(places, figures);
  Remarks out{judge_supply(figures)};
  if (is(figures, "throttled"))
    out.push_back({check, "", State::warning, "the processor is slowed down right now, by heat or a weak supply", cooling});
  else if (is(figures, "throttled_since_boot"))
    out.push_back({check, "", State::good, "the processor was slowed down at times since the start", ""});
  if (const auto heat = figures.find("cpu_temperature"); heat != figures.end()) out.push_back(judge_heat(heat->second));
  append(out, check_governor(roots));
  return out;
}

}  // namespace kuzet::run::checks
