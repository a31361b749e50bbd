// SPDX-License-Identifier: Apache-2.0
// Requests as bytes and answers out of bytes, by the Modbus Application Protocol 1.1b3; pure, so that a fuzzer can have it.
#pragma once

#include "drivers/modbus/registers.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kuzet::drivers::modbus {

/// What is asked of a slave.
struct Request {
  int slave = 1;
  Spot spot;           ///< what is read; of a write its first place
  bool write = false;  ///< only coils and holding registers
  int value = 0;       ///< what is written: 0 or 1 of a coil

  /// Slave, function and data, without checksum or header.
  [[nodiscard]] std::vector<std::uint8_t> bytes() const;
};

/// What came back.
struct Answer {
  enum class Kind {
    values,     ///< what was asked for
    exception,  ///< the slave, or the gateway before it, says why not
    foreign,    ///< somebody else's, or the answer to another question
  };
  Kind kind = Kind::foreign;
  int exception = 0;                  ///< 1 to 255
  std::vector<std::uint16_t> values;  ///< of a read: registers, or bits as 0 and 1
};

/// What is left of a whole frame without what belongs to the line: the header over TCP, the checksum (which was right) on a
/// serial line. Empty when it cannot be the answer to what libmodbus sends: it gives each question over TCP the number 0.
std::span<const std::uint8_t> unwrapped(std::span<const std::uint8_t> frame, bool tcp);

/// `bytes`: slave, function and data of a frame whose checksum was right. Anything that is not exactly the answer to this
/// request is foreign: RTU numbers no answers, so slave, function and length are all there is to tell.
Answer read_answer(std::span<const std::uint8_t> bytes, const Request& request);

/// The gateway speaks, not the slave (exceptions 10 and 11): it is as silent as one that does not answer.
inline bool from_gateway(int exception) { return exception == 10 || exception == 11; }

/// One sentence: "slave 3 has no holding register 40 (illegal data address)".
std::string exception_words(int exception, const Request& request);

}  // namespace kuzet::drivers::modbus
