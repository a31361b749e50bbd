// SPDX-License-Identifier: Apache-2.0
// Telling systemd how we are.
#include "agent/run/notify.hpp"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>

namespace kuzet::run {

// sd_notify fails only where nobody listens, and then there is nobody to tell.
void notify_ready() { (void)sd_notify(0, "READY=1"); }
void notify_reloading() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
  (void)sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count())).c_str());
}
void notify_stopping() { (void)sd_notify(0, "STOPPING=1"); }
void notify_alive(const std::string& status) { (void)sd_notify(0, ("WATCHDOG=1\nSTATUS=" + status).c_str()); }

void notify_status(const std::string& status) { (void)sd_notify(0, ("STATUS=" + status).c_str()); }
void notify_still_starting(std::chrono::seconds more) {
  (void)sd_notify(0, ("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(more).count())).c_str());
}
bool is_supervised() {
  std::uint64_t within = 0;
  return sd_watchdog_enabled(0, &within) > 0;
}

}  // namespace kuzet::run
