// SPDX-License-Identifier: Apache-2.0
// Memory, where it is swapped to, and whether its limits count.
#include "agent/run/checks/board.hpp"

#include "agent/run/checks/words.hpp"
#include "drivers/sysfs/health.hpp"

#include <algorithm>
#include <optional>

namespace kuzet::run::checks {

namespace {

constexpr auto check = "memory";
constexpr double scarce = 0.1;  // of all: below it a picture more may be one too many
constexpr std::uint64_t kilo = 1024;

Remarks judge_memory(const Roots& roots) {
  const auto text = text_of(roots.at("/proc/meminfo"));
  const auto whole = drivers::board::parse_meminfo(text, "MemTotal"),
             free = drivers::board::parse_meminfo(text, "MemAvailable");
  if (!whole || !free || *whole <= 0) return {{check, "", State::unknown, "the kernel does not tell of its memory", ""}};
  const auto bytes = [](double kilobytes) { return sized(static_cast<std::uint64_t>(kilobytes) * kilo); };
  const bool little = *free < scarce * *whole;
  return {{check, "", little ? State::warning : State::good, bytes(*free) + " of " + bytes(*whole) + " of memory are free",
           little ? "see what takes it (ps aux --sort=-rss); fewer or smaller cameras, or a board with more" : ""}};
}

/// A swap that is no compressed memory: a file or a partition of the card.
Remarks judge_swap(const Roots& roots) {
  Remarks out;
  for (const auto& line : lines_of(roots.at("/proc/swaps"))) {
    const auto words = words_of(line);
    if (words.size() < 4 || words[0] == "Filename" || words[0].starts_with("/dev/zram")) continue;
    const bool file = words[1] == "file";
    if (!file && !words[0].starts_with("/dev/mmcblk")) continue;
    out.push_back(
        {check, words[0], State::warning, "memory is swapped to " + words[0] + ", which wears the card",
         words[0] == "/var/swap"
             ? "sudo dphys-swapfile swapoff; sudo systemctl disable --now dphys-swapfile; use zram: sudo apt install zram-tools"
             : "sudo swapoff " + words[0] + " and take it out of /etc/fstab; use zram: sudo apt install zram-tools"});
  }
  return out;
}

/// Raspberry Pi OS starts its kernel without the accounting of memory: MemoryMax= is then a word without effect.
Remark judge_limits(const Roots& roots) {
  const auto controllers = words_of(text_of(roots.at("/sys/fs/cgroup/cgroup.controllers")));
  if (controllers.empty())
    return {check, "", State::unknown, "this system does not tell whether the service's limit of memory counts", ""};
  if (std::ranges::find(controllers, "memory") != controllers.end())
    return {check, "", State::good, "the service's limit of memory counts", ""};
  return {check, "", State::warning,
          "the service's limit of memory (MemoryMax) has no effect: the kernel does not account memory",
          "add cgroup_enable=memory cgroup_memory=1 to the one line of /boot/firmware/cmdline.txt and start the board anew"};
}

}  // namespace

Remarks check_memory(const Roots& roots) {
  Remarks out = judge_memory(roots);
  append(out, judge_swap(roots));
  out.push_back(judge_limits(roots));
  return out;
}

}  // namespace kuzet::run::checks
