// SPDX-License-Identifier: Apache-2.0
// Telling systemd how we are; without systemd, nothing happens.
#pragma once

#include <chrono>
#include <string>

namespace kuzet::run {

void notify_ready();
void notify_stopping();
/// A new configuration is being taken over; notify_ready() follows.
void notify_reloading();
/// The line that `systemctl status` shows; also feeds the watchdog.
void notify_alive(const std::string& status);
/// The same line, and the watchdog goes hungry.
void notify_status(const std::string& status);
/// The start takes longer than it may, by so much from now on.
void notify_still_starting(std::chrono::seconds more);
/// Whether somebody begins the agent anew when the watchdog is not fed.
[[nodiscard]] bool is_supervised();

}  // namespace kuzet::run
