// SPDX-License-Identifier: Apache-2.0
// A TCP connection that is made within a limit, and given up as soon as nobody wants it any more.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <stop_token>
#include <string>

namespace kuzet::drivers::modbus {

/// A connected socket that does not block, closed by who gets it; `io`: "connection refused", "no answer within 3s", "stopped".
Result<int> connect_tcp(const std::string& host, int port, Duration limit, const std::stop_token& stop);

/// Waits for something to read (`reading`) or for room to write, in glances that see `stop`; false when time or patience is
/// over.
bool wait_for(int fd, bool reading, Steady until, const std::stop_token& stop);

/// What the system calls that error, beginning small: "connection refused".
std::string error_words(int error);

}  // namespace kuzet::drivers::modbus
