// SPDX-License-Identifier: Apache-2.0
// Sockets of the scripted server.
#include "tests/harness/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace kuzet::test {

namespace {

constexpr int glance = 20;  // milliseconds after which a wait looks whether the test is over

int bound(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, plain, length) != 0 || ::getsockname(fd, plain, &length) != 0)
    throw std::runtime_error("no port for the test's server");
  port = ntohs(address.sin_port);
  return fd;
}

bool ready(int fd, short what, int milliseconds) {
  pollfd one{fd, what, 0};
  return ::poll(&one, 1, milliseconds) > 0;
}

}  // namespace

std::string Talk::request() {
  std::string out;
  std::array<char, 4096> part{};
  while (!over_ && out.find("\r\n\r\n") == std::string::npos) {
    if (!ready(fd_, POLLIN, glance)) continue;
    const auto got = ::recv(fd_, part.data(), part.size(), 0);
    if (got <= 0) break;
    out.append(part.data(), static_cast<std::size_t>(got));
  }
  return out;
}

bool Talk::send(std::string_view bytes) {
  while (!bytes.empty() && !over_) {
    if (!ready(fd_, POLLOUT, glance)) continue;
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return bytes.empty();
}

bool Talk::wait(int milliseconds) {
  std::array<char, 4096> part{};
  for (int left = milliseconds; left > 0 && !over_; left -= glance)
    if (ready(fd_, POLLIN, std::min(glance, left)) && ::recv(fd_, part.data(), part.size(), 0) <= 0) return false;
  return !over_;
}

Peer::Peer(Script script) : script_(std::move(script)), fd_(bound(port_)) {
  ::listen(fd_, 64);
  thread_ = std::thread([this] { serve(); });
}

Peer::~Peer() {
  over_ = true;
  thread_.join();
  ::close(fd_);
}

std::vector<std::string> Peer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void Peer::serve() {
  while (!over_) {
    if (!ready(fd_, POLLIN, glance)) continue;
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    Talk talk(fd, over_);
    auto request = talk.request();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    script_(talk, request);
    ::close(fd);
  }
}

int closed_port() {
  int port = 0;
  ::close(bound(port));
  return port;
}

}  // namespace kuzet::test
