// SPDX-License-Identifier: Apache-2.0
// How a port and a connection are opened; for Wire alone.
#pragma once

#include "drivers/serial/wire.hpp"

#include <cerrno>

namespace kuzet::drivers::serial {

/// What a terminal says whose device was pulled out (tty_ioctl, read(2)).
constexpr bool hung_up(int number) { return number == EIO || number == ENXIO || number == ENODEV; }

/// The port, raw and set as it should be, for us alone: a second reader would take every other byte. Fails with `io`.
Result<Handle> open_port(const Port& port);
/// A connection to a device server, that notices within half a minute when the other side is gone. Fails with `io`; an error
/// without much sense when a stop was requested.
Result<Handle> connect_to(const Port& port, std::stop_token stop);

}  // namespace kuzet::drivers::serial
