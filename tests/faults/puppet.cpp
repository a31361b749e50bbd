// SPDX-License-Identifier: Apache-2.0
// A TCP server with one guest.
#include "tests/faults/puppet.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <utility>

namespace kuzet::test {

namespace {

/// False when `stop` became readable first.
bool readable(int fd, int stop) {
  std::array<pollfd, 2> both{{{fd, POLLIN, 0}, {stop, POLLIN, 0}}};
  return ::poll(both.data(), both.size(), -1) > 0 && both[1].revents == 0;
}

}  // namespace

Puppet::Puppet(std::vector<std::string> answers, End end) : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listening_, std::bit_cast<const sockaddr*>(&address), length) != 0 || ::listen(listening_, 1) != 0 ||
      ::getsockname(listening_, std::bit_cast<sockaddr*>(&address), &length) != 0 || ::pipe(stop_) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, answers = std::move(answers), end] { serve(answers, end); });
}

Puppet::~Puppet() {
  ::close(stop_[1]);  // readable for all who look
  thread_.join();
  ::close(stop_[0]);
  ::close(listening_);
}

void Puppet::serve(const std::vector<std::string>& answers, End end) const {
  if (!readable(listening_, stop_[0])) return;
  const int guest = ::accept(listening_, nullptr, nullptr);
  std::array<char, 4096> heard{};
  for (const auto& answer : answers) {
    if (!readable(guest, stop_[0]) || ::recv(guest, heard.data(), heard.size(), 0) <= 0) break;
    if (::send(guest, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
  }
  if (answers.empty() && readable(guest, stop_[0])) (void)::recv(guest, heard.data(), heard.size(), 0);
  if (end == End::stays_silent) {
    pollfd stop{stop_[0], POLLIN, 0};
    (void)::poll(&stop, 1, -1);
  }
  ::close(guest);
}

}  // namespace kuzet::test
