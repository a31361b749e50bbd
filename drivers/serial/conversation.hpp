// SPDX-License-Identifier: Apache-2.0
// One loop for whatever serial device: it carries bytes to and from an object that knows the device and has no I/O of its own.
#pragma once

#include "drivers/serial/wire.hpp"

namespace kuzet::drivers::serial {

/// What somebody says and hears who talks with a device; time is an argument, so a day of it is tested in a moment.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// The device is open, for the first time or again; what was half heard is void.
  virtual void opened(const Moment& now) = 0;
  virtual void heard(std::string_view bytes, const Moment& now) = 0;
  struct Turn {
    std::string say;             ///< written now
    std::optional<Steady> next;  ///< turn() is called then at the latest
  };
  /// Called after whatever was heard and at the time it asked for.
  virtual Turn turn(const Moment& now) = 0;
  /// The last word to the device, when a stop was requested.
  virtual std::string farewell() { return {}; }
};

/// Opens the port and talks until `stop` (success) or until the port fails (`io`, one sentence).
Result<> converse(const Port& port, Conversation& conversation, const Clock& clock, std::stop_token stop);

}  // namespace kuzet::drivers::serial
