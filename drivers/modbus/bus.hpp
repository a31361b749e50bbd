// SPDX-License-Identifier: Apache-2.0
// The connection to a line: opened, asked and closed by one thread, and every wait has an end.
#pragma once

#include "drivers/modbus/frames.hpp"
#include "drivers/modbus/settings.hpp"

#include <memory>
#include <stop_token>
#include <string>

struct _modbus;  // modbus_t

namespace kuzet::drivers::modbus {

/// What came of a request.
struct Reply {
  enum class Kind {
    values,
    exception,
    silent,   ///< nobody answered in time
    damaged,  ///< something came that was no sound answer
    broken,   ///< the line itself is gone, or sends without end: `why`
  };
  Kind kind = Kind::silent;
  int exception = 0;
  std::vector<std::uint16_t> values;
  std::string why;
  Duration took{};
};

/// libmodbus makes and reads the frames (checksum, header, serial port); waiting, matching answers to requests and getting rid
/// of late ones is done here: libmodbus waits without looking at `stop`, takes over TCP another slave's answer, and flushes a
/// flood for ever. Its recovery of links stays off.
class Bus {
 public:
  Bus(std::string name, Address address, Serial serial);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Within `limit`, or soon after stop; `io` with one sentence.
  Result<> open(Duration limit, const std::stop_token& stop);
  void close();
  [[nodiscard]] bool is_open() const { return context_ != nullptr; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool tcp() const { return address_.tcp; }
  /// The other side went away meanwhile; never waits.
  [[nodiscard]] bool hung_up() const;
  /// Asks and waits for the answer, at most `patience`, or 1 s more where it came in time but slowly; silent soon after stop.
  Reply exchange(const Request& request, Duration patience, const std::stop_token& stop);
  /// Why it is gone: "/dev/ttyUSB0: no such device".
  [[nodiscard]] std::string gone(int error) const;

 private:
  struct Freed {
    void operator()(_modbus* context) const;
  };

  Result<> open_tcp(Duration limit, const std::stop_token& stop);
  Result<> open_serial();
  Result<> set_direction();
  bool throw_away();
  Reply send(const Request& request);
  Reply listen(const Request& request, Steady until, const std::stop_token& stop);
  Reply receive(const Request& request, Steady until);
  void rest() const;

  std::string name_;
  Address address_;
  Serial serial_;
  std::unique_ptr<_modbus, Freed> context_;
  int fd_ = -1;
  Steady last_{};  // when bytes went over the line
};

}  // namespace kuzet::drivers::modbus
