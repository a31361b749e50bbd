// SPDX-License-Identifier: Apache-2.0
// Connecting without blocking.
#include "drivers/modbus/tcp.hpp"

#include "drivers/av/lookup.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <memory>
#include <system_error>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr Duration glance = 50ms;  // so soon a wait sees that it is to stop

struct Freed {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

/// 0, or the error.
int finish(int fd, Steady until, const std::stop_token& stop) {
  if (!wait_for(fd, false, until, stop)) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Result<int> connect_to(const std::string& numeric, int port, Steady until, const std::stop_token& stop) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(numeric.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return Error{Code::io, "no such host"};
  const std::unique_ptr<addrinfo, Freed> owner(found);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{Code::io, error_words(errno)};
  int error = ::connect(fd, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) error = finish(fd, until, stop);
  const int yes = 1;  // a request is one small packet: it must not wait for company
  if (error == 0 && ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0) error = errno;
  if (error == 0) return fd;
  ::close(fd);
  return Error{Code::io, error_words(error)};
}

}  // namespace

std::string error_words(int error) {
  std::string out = std::generic_category().message(error);
  if (out.size() > 1 && std::islower(static_cast<unsigned char>(out[1])) != 0)
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

bool wait_for(int fd, bool reading, Steady until, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Duration left = until - std::chrono::steady_clock::now();
    if (left <= Duration{}) return false;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::min(left, glance));
    pollfd one{fd, static_cast<short>(reading ? POLLIN : POLLOUT), 0};
    if (::poll(&one, 1, static_cast<int>(wait.count())) > 0) return true;
  }
  return false;
}

Result<int> connect_tcp(const std::string& host, int port, Duration limit, const std::stop_token& stop) {
  const Steady until = std::chrono::steady_clock::now() + limit;
  const Error late{Code::io, "no answer within " + to_text(limit)};
  av::Patience patience;
  patience.begin(limit, stop);
  const auto addresses = av::look_up(host, patience);
  if (!addresses) return patience.expired() ? Error{Code::io, "its name could not be looked up"} : addresses.error();
  Result<int> made = late;
  for (const auto& address : *addresses) {
    made = connect_to(address, port, until, stop);
    if (made) return made;
    if (stop.stop_requested()) return Error{Code::io, "stopped"};
    if (std::chrono::steady_clock::now() >= until) return late;
  }
  return made;
}

}  // namespace kuzet::drivers::modbus
