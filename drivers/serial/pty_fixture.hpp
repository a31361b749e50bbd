// SPDX-License-Identifier: Apache-2.0
// A serial port whose other end a test holds: a pseudo-terminal under a name that stays when it is unplugged and plugged in
// again.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kuzet::drivers::serial {

class Pty {
 public:
  Pty() { plug(); }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;
  ~Pty() { unplug(); }

  [[nodiscard]] std::string path() const { return (folder_ / "usb-sensor-port0").string(); }
  void plug() {
    termios line{};
    ::cfmakeraw(&line);
    line.c_cflag |= CS8 | CREAD;
    std::array<char, 128> name{};
    int slave = -1;
    if (::openpty(&master_, &slave, name.data(), &line, nullptr) != 0) throw std::runtime_error("no pseudo-terminal");
    ::close(slave);
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
    std::filesystem::create_symlink(name.data(), path());
  }
  void unplug() {
    if (master_ >= 0) ::close(std::exchange(master_, -1));
    std::error_code gone;
    std::filesystem::remove(path(), gone);
  }

  /// How the port is set.
  [[nodiscard]] termios line() const {
    termios out{};
    ::tcgetattr(master_, &out);
    return out;
  }
  /// True once somebody has opened the port: until then there is nobody to hear.
  bool opened(int milliseconds = 5000) const {
    for (int i = 0; i < milliseconds / 5; ++i) {
      pollfd ask{master_, POLLIN, 0};
      ::poll(&ask, 1, 0);
      if ((ask.revents & POLLHUP) == 0) return true;
      ::poll(nullptr, 0, 5);
    }
    return false;
  }
  /// All of it, as fast as the other side takes it.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::write(master_, bytes.data(), bytes.size());
      if (count > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      pollfd ask{master_, POLLOUT, 0};
      if (::poll(&ask, 1, 10'000) <= 0) return false;
    }
    return true;
  }
  /// What the other side said within the time; empty when nothing.
  [[nodiscard]] std::string hear(int milliseconds = 2000) const {
    pollfd ask{master_, POLLIN, 0};
    ::poll(&ask, 1, milliseconds);
    std::array<char, 256> bytes{};
    const auto count = ::read(master_, bytes.data(), bytes.size());
    return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
  }

 private:
  test::TempFolder folder_;
  int master_ = -1;
};

}  // namespace kuzet::drivers::serial
