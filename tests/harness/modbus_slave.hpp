// SPDX-License-Identifier: Apache-2.0
// A Modbus TCP slave with coils alone, on a port of its own: what is written to them is the truth about an output.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kuzet::test {

/// Serves one master at a time, on a thread of its own.
class ModbusSlave {
 public:
  static constexpr std::size_t coils = 8;

  ModbusSlave() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* address = reinterpret_cast<sockaddr*>(&here);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 4) != 0 || ::getsockname(listener_, address, &size) != 0)
      throw std::runtime_error("no port for a slave");
    port_ = ntohs(here.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~ModbusSlave() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  ModbusSlave(const ModbusSlave&) = delete;
  ModbusSlave& operator=(const ModbusSlave&) = delete;

  [[nodiscard]] std::string address() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] bool on(std::size_t coil) {
    const std::lock_guard lock(mutex_);
    return state_.at(coil);
  }
  void set(std::size_t coil, bool on) {
    const std::lock_guard lock(mutex_);
    state_.at(coil) = on;
  }
  /// How often it went from off to on.
  [[nodiscard]] int rises(std::size_t coil) {
    const std::lock_guard lock(mutex_);
    return rises_.at(coil);
  }
  /// While it is dumb it hears and does nothing.
  std::atomic<bool> dumb = false;

 private:
  using Bytes = std::vector<std::uint8_t>;

  static bool readable(int file) {
    pollfd wait{file, POLLIN, 0};
    return ::poll(&wait, 1, 20) > 0;
  }
  static bool read_exactly(int file, Bytes& into) {
    std::size_t got = 0;
    while (got < into.size()) {
      const auto n = ::recv(file, into.data() + got, into.size() - got, 0);
      if (n <= 0) return false;
      got += static_cast<std::size_t>(n);
    }
    return true;
  }
  static std::uint16_t word(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes.at(at) << 8 | bytes.at(at + 1));
  }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable(listener_)) continue;
      const int master = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      while (!stop.stop_requested() && (!readable(master) || answer(master))) {
      }
      ::close(master);
    }
  }
  /// One question; false: the master has gone.
  bool answer(int master) {
    Bytes head(7);
    if (!read_exactly(master, head)) return false;
    Bytes question(word(head, 4) - 1U);
    if (!read_exactly(master, question)) return false;
    if (dumb) return true;
    const Bytes said = reply(question);
    head[4] = 0;
    head[5] = static_cast<std::uint8_t>(said.size() + 1);
    head.insert(head.end(), said.begin(), said.end());
    return ::send(master, head.data(), head.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(head.size());
  }
  /// Read coils (1) and write a coil (5); anything else is no function of its (Modbus Application Protocol 1.1b3, 6.1, 6.5).
  Bytes reply(const Bytes& question) {
    const std::lock_guard lock(mutex_);
    const auto coil = word(question, 1), value = word(question, 3);
    if (question[0] == 5 && coil < coils) {
      if (value != 0 && !state_.at(coil)) ++rises_.at(coil);
      state_.at(coil) = value != 0;
      return question;
    }
    if (question[0] == 1 && coil + value <= static_cast<int>(coils)) {
      unsigned bits = 0;
      for (unsigned i = 0; i < value; ++i) bits |= (state_.at(coil + i) ? 1U : 0U) << i;
      return {1, 1, static_cast<std::uint8_t>(bits)};
    }
    return {static_cast<std::uint8_t>(question[0] | 0x80U), 1};
  }

  int listener_;
  int port_ = 0;
  std::mutex mutex_;
  std::array<bool, coils> state_{};
  std::array<int, coils> rises_{};
  std::jthread thread_;
};

}  // namespace kuzet::test
