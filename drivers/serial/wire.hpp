// SPDX-License-Identifier: Apache-2.0
// An open serial port or connection to a device server: bytes in and out, and no wait that a stop would not end.
#pragma once

#include "agent/core/time.hpp"
#include "drivers/serial/port.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace kuzet::drivers::serial {

/// A file descriptor that is closed with its owner.
class Handle {
 public:
  explicit Handle(int fd = -1) : fd_(fd) {}
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Handle();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Becomes readable when a stop is requested: what poll() can wait for.
class Bell {
 public:
  explicit Bell(std::stop_token stop);
  /// Waits until `fd` is ready for `events`, `patience` is over (false) or a stop was requested (false). -1: the bell alone.
  bool wait(int fd, short events, Duration patience) const;
  [[nodiscard]] const std::stop_token& stop() const { return stop_; }

 private:
  std::stop_token stop_;
  Handle ringing_;
  std::stop_callback<std::function<void()>> ring_;
};

/// Keeps a device that floods us from costing more than a little of the processor: what is more waits with the sender.
class Throttle {
 public:
  /// How long to wait before the next read, when so many bytes came at `now`.
  Duration taken(std::size_t bytes, Steady now);

 private:
  Steady window_{};
  std::size_t in_window_ = 0;
};

/// One thread uses it.
class Wire {
 public:
  /// Opens the port raw, for us alone. Fails with `io` and one sentence, the device first: "/dev/ttyUSB0: no such device".
  static Result<std::unique_ptr<Wire>> open(const Port& port, std::stop_token stop);
  Wire(Handle fd, const Port& port, std::stop_token stop) : fd_(std::move(fd)), port_(port), bell_(std::move(stop)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire();

  /// What came, at least one byte; 0 when nothing did within `patience`, or a stop was requested. `io`: "unplugged".
  Result<std::size_t> read(std::span<char> into, Duration patience);
  /// All of it within `patience`, or `io`.
  Result<> write(std::string_view bytes, Duration patience);

 private:
  [[nodiscard]] Error lost(int number) const;

  Handle fd_;
  Port port_;
  Bell bell_;
  Throttle throttle_;
};

}  // namespace kuzet::drivers::serial
