// SPDX-License-Identifier: Apache-2.0
// Reads and writes with poll(), in pieces that a stop can come between.
#include "drivers/serial/wire.hpp"

#include "drivers/serial/opening.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace kuzet::drivers::serial {

using namespace std::chrono_literals;

namespace {

constexpr Duration window = 100ms;
constexpr std::size_t most_in_window = 128 * 1024;  // 1.25 MiB/s: three times what the fastest serial port can say
constexpr Duration longest_drain = 100ms;           // of what was written last: 19 bytes at 2400 baud take 80 ms

/// Milliseconds for poll(), rounded up so that a wait is never over before it is.
int milliseconds_of(Duration duration) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

/// Lets the kernel send what was written last, and drops what does not go: a close would wait for it up to 30 s (tty_io.c).
void drain(int fd) {
  const Steady end = std::chrono::steady_clock::now() + longest_drain;
  int left = 0;
  while (::ioctl(fd, TIOCOUTQ, &left) == 0 && left > 0 && std::chrono::steady_clock::now() < end) ::poll(nullptr, 0, 5);
  if (left > 0) ::tcflush(fd, TCOFLUSH);  // never otherwise: of a pseudo-terminal it takes what the other end has not read yet
}

}  // namespace

Handle::~Handle() {
  if (fd_ >= 0) ::close(fd_);
}

Bell::Bell(std::stop_token stop)
    : stop_(std::move(stop)), ringing_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), ring_(stop_, [this] {
        const std::uint64_t one = 1;
        (void)!::write(ringing_.get(), &one, sizeof one);  // cannot fail: it is written once
      }) {}

bool Bell::wait(int fd, short events, Duration patience) const {
  const Steady end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::array<pollfd, 2> ask{{{ringing_.get(), POLLIN, 0}, {fd, events, 0}}};
    const int ready = ::poll(ask.data(), ask.size(), milliseconds_of(end - std::chrono::steady_clock::now()));
    if (stop_.stop_requested() || ready == 0) return false;
    if (ready > 0) return ask[1].revents != 0;
    if (errno != EINTR) return true;  // whoever reads will be told what it is
  }
}

Duration Throttle::taken(std::size_t bytes, Steady now) {
  if (now - window_ >= window) {
    window_ = now;
    in_window_ = 0;
  }
  in_window_ += bytes;
  return in_window_ < most_in_window ? Duration::zero() : window_ + window - now;
}

Result<std::unique_ptr<Wire>> Wire::open(const Port& port, std::stop_token stop) {
  auto fd = port.network() ? connect_to(port, stop) : open_port(port);
  if (!fd) return std::move(fd).error().within(port.device);
  return std::make_unique<Wire>(std::move(*fd), port, std::move(stop));
}

Wire::~Wire() {
  if (!port_.network()) drain(fd_.get());
}

Error Wire::lost(int number) const {
  if (port_.network())
    return Error{Code::io, number == 0 ? "closed by the other side" : std::generic_category().message(number)}.within(
        port_.device);
  const bool gone = number == 0 || hung_up(number);
  return Error{Code::io, gone ? "unplugged" : std::generic_category().message(number)}.within(port_.device);
}

Result<std::size_t> Wire::read(std::span<char> into, Duration patience) {
  if (!bell_.wait(fd_.get(), POLLIN, patience)) return std::size_t{0};
  const auto count = ::read(fd_.get(), into.data(), into.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  if (count <= 0) return lost(count == 0 ? 0 : errno);
  const auto came = static_cast<std::size_t>(count);
  if (const auto pause = throttle_.taken(came, std::chrono::steady_clock::now()); pause > Duration::zero())
    bell_.wait(-1, 0, pause);
  return came;
}

Result<> Wire::write(std::string_view bytes, Duration patience) {
  const Steady end = std::chrono::steady_clock::now() + patience;
  while (!bytes.empty()) {
    const auto count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      return lost(errno);
    } else if (!bell_.wait(fd_.get(), POLLOUT, end - std::chrono::steady_clock::now())) {
      return Error{Code::io, "takes no commands: its buffer is full"}.within(port_.device);
    }
  }
  return {};
}

}  // namespace kuzet::drivers::serial
