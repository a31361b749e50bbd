// SPDX-License-Identifier: Apache-2.0
// A device that posts to this board.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace kuzet::test {

/// The first line of the answer; empty where nobody answers. `fields`: further lines of the head, each with its end.
inline std::string post(int port, const std::string& path, const std::string& body, const std::string& fields = "") {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    const std::string text = "POST " + path + " HTTP/1.1\r\nHost: board\r\nContent-Type: application/json\r\n" + fields +
                             "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    char part[512];
    for (ssize_t got = 0; (got = ::recv(fd, part, sizeof part, 0)) > 0;) answer.append(part, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer.substr(0, answer.find('\r'));
}

}  // namespace kuzet::test
