// SPDX-License-Identifier: Apache-2.0
// A broker of long ago: it speaks MQTT 3.1.1 only, lets everybody in, and refuses every subscription.
#pragma once

#include "tests/harness/process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <string>
#include <thread>

namespace kuzet::drivers::net {

class OldBroker {
 public:
  OldBroker() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd_, std::bit_cast<const sockaddr*>(&address), length);
    ::listen(fd_, 8);
    ::getsockname(fd_, std::bit_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  OldBroker(const OldBroker&) = delete;
  OldBroker& operator=(const OldBroker&) = delete;
  ~OldBroker() {
    over_ = true;
    thread_.join();
    ::close(fd_);
  }
  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int refused_fives() const { return fives_; }

 private:
  using Packet = std::array<unsigned char, 512>;

  bool ready(int fd) const {
    while (!over_) {
      pollfd one{fd, POLLIN, 0};
      if (::poll(&one, 1, 20) > 0) return true;
    }
    return false;
  }
  static void send(int fd, const std::string& bytes) { (void)::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  void serve() {
    while (ready(fd_)) {
      const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      Packet packet{};
      // CONNECT: type, length, "MQTT" with its length, level. Its packets are short and come in one piece.
      while (ready(client) && ::recv(client, packet.data(), packet.size(), 0) > 0)
        if (!answer(client, packet)) break;
      ::close(client);
    }
  }
  bool answer(int client, const Packet& packet) {
    using namespace std::string_literals;
    constexpr unsigned char connect = 0x10, subscribe = 0x82, ping = 0xC0, level_311 = 4;
    if (packet[0] == connect && packet[8] != level_311) {
      ++fives_;
      send(client, "\x20\x02\x00\x01"s);
      return false;
    }
    if (packet[0] == connect) send(client, "\x20\x02\x00\x00"s);
    if (packet[0] == subscribe)
      send(client, "\x90\x03"s + static_cast<char>(packet[2]) + static_cast<char>(packet[3]) + "\x80"s);
    if (packet[0] == ping) send(client, "\xD0\x00"s);
    return true;
  }

  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<bool> over_ = false;
  std::atomic<int> fives_ = 0;
  std::thread thread_;
};

}  // namespace kuzet::drivers::net
