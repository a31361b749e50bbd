// SPDX-License-Identifier: Apache-2.0
// A client of a test on a plain socket of loopback, which may be slow, rude or gone.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace kuzet::drivers::net {

class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(fd_, std::bit_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Client(Client&& other) noexcept : connected(other.connected), fd_(std::exchange(other.fd_, -1)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// What comes until `enough` is among it, the other side closes, or time is over.
  std::string read(std::string_view enough, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::string out;
    std::array<char, 4096> part{};
    while (out.find(enough) == std::string::npos && std::chrono::steady_clock::now() < end) {
      pollfd one{fd_, POLLIN, 0};
      if (::poll(&one, 1, 20) <= 0) continue;
      const auto got = ::recv(fd_, part.data(), part.size(), 0);
      closed = got <= 0;
      if (closed) break;
      out.append(part.data(), static_cast<std::size_t>(got));
    }
    return out;
  }
  /// All that comes until the other side closes.
  std::string rest(std::chrono::milliseconds limit = std::chrono::seconds(5)) { return read("\x01nothing\x01", limit); }
  /// The number of the next answer; 0 when there is none.
  int status() {
    const auto text = read("\r\n\r\n");
    return text.size() > 12 ? std::stoi(text.substr(9, 3)) : 0;
  }

  bool connected = false;
  bool closed = false;

 private:
  int fd_;
};

/// A whole request.
inline std::string post(const std::string& path, const std::string& body, const std::string& more = "",
                        const std::string& method = "POST") {
  return method + " " + path + " HTTP/1.1\r\nHost: kuzet\r\nContent-Type: application/json\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace kuzet::drivers::net
