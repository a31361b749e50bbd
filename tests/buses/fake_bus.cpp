// SPDX-License-Identifier: Apache-2.0
// Slaves by script.
#include "tests/buses/fake_bus.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace kuzet::test {

namespace {

constexpr int glance = 10;  // milliseconds after which a wait looks whether the test is over

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, glance) > 0 && (one.revents & POLLIN) != 0;
}

int listening(std::atomic<int>& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port.load()));
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, plain, length) != 0 || ::getsockname(fd, plain, &length) != 0 || ::listen(fd, 16) != 0)
    throw std::runtime_error("no port for the test's bus");
  port = ntohs(address.sin_port);
  return fd;
}

/// The master's end of a new pseudo-terminal, under a name that stays the same.
int new_terminal(const std::filesystem::path& name) {
  const int fd = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::array<char, 100> slave{};
  if (fd < 0 || ::grantpt(fd) != 0 || ::unlockpt(fd) != 0 || ::ptsname_r(fd, slave.data(), slave.size()) != 0)
    throw std::runtime_error("no pseudo-terminal for the test's bus");
  termios raw{};
  ::tcgetattr(fd, &raw);
  ::cfmakeraw(&raw);
  ::tcsetattr(fd, TCSANOW, &raw);
  std::filesystem::create_symlink(slave.data(), name);
  return fd;
}

}  // namespace

std::uint16_t modbus_crc(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0xFFFF;
  for (const auto byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
  }
  return static_cast<std::uint16_t>(crc);
}

FakeBus::FakeBus(Kind kind, Script script) : kind_(kind), script_(std::move(script)) {
  if (kind_ == Kind::tcp)
    listening_ = listening(port_);
  else
    fd_ = new_terminal(folder_ / "port");
  thread_ = std::thread([this] { serve(); });
}

FakeBus::~FakeBus() {
  over_ = true;
  thread_.join();
  if (fd_ >= 0) ::close(fd_);
  if (listening_ >= 0) ::close(listening_);
}

std::string FakeBus::address() const {
  return kind_ == Kind::tcp ? "tcp://127.0.0.1:" + std::to_string(port_) : (folder_ / "port").string();
}

std::vector<Octets> FakeBus::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void FakeBus::unplug() {
  plugged_ = false;
  while (port_ >= 0 && !over_) ::usleep(1000 * glance);
}

void FakeBus::plug() { plugged_ = true; }

void FakeBus::hang_up() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  std::error_code left;
  if (kind_ == Kind::serial) std::filesystem::remove(folder_ / "port", left);
}

bool FakeBus::nap(int milliseconds) const {
  for (int left = milliseconds; left > 0 && !over_; left -= glance)
    ::usleep(static_cast<unsigned>(1000 * std::min(left, glance)));
  return !over_;
}

void FakeBus::serve() {
  int kept = port_;
  while (!over_) {
    if (!plugged_) {
      hang_up();
      if (listening_ >= 0) ::close(listening_);
      listening_ = -1;
      port_ = -1;
      while (!plugged_ && !over_) ::usleep(1000 * glance);
      port_ = kept;
      if (kind_ == Kind::tcp && !over_) listening_ = listening(port_);
    }
    if (!over_ && open_port()) talk();
  }
}

bool FakeBus::open_port() {
  if (fd_ >= 0) return true;
  if (kind_ == Kind::serial)
    fd_ = new_terminal(folder_ / "port");
  else if (readable(listening_))
    fd_ = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  return fd_ >= 0;
}

bool FakeBus::take(Octets& bytes, std::size_t count) {
  while (!over_ && plugged_ && fd_ >= 0 && bytes.size() < count) {
    std::array<std::uint8_t, 300> part{};
    if (!readable(fd_)) {
      if (kind_ == Kind::serial) ::usleep(1000);  // nobody has opened it: poll() returns at once
      continue;
    }
    const auto got = ::read(fd_, part.data(), std::min(part.size(), count - bytes.size()));
    if (got > 0)
      bytes.insert(bytes.end(), part.begin(), part.begin() + got);
    else if (kind_ == Kind::tcp || errno != EIO)
      return false;
  }
  return bytes.size() >= count;
}

void FakeBus::talk() {
  const std::size_t head = kind_ == Kind::tcp ? 6 : 0, tail = kind_ == Kind::tcp ? 0 : 2;
  Octets bytes;
  if (!take(bytes, head + 6 + tail)) {  // all that we send has this length
    if (kind_ == Kind::tcp) hang_up();
    return;
  }
  header_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head));
  const Octets asked(bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end() - static_cast<std::ptrdiff_t>(tail));
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
  }
  script_(*this, asked);
}

void FakeBus::answer(const Octets& bytes) {
  Octets out = bytes;
  if (kind_ == Kind::serial) {
    const auto crc = modbus_crc(bytes);
    out.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
    out.push_back(static_cast<std::uint8_t>(crc >> 8U));
  } else {
    out = {header_[0], header_[1], 0, 0, 0, static_cast<std::uint8_t>(bytes.size())};
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  say(out);
}

void FakeBus::say(const Octets& bytes) {
  if (fd_ < 0) return;
  if (kind_ == Kind::serial)
    (void)!::write(fd_, bytes.data(), bytes.size());
  else
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void answer_well(FakeBus& bus, const Octets& asked) {
  const int function = asked[1], first = asked[2] * 256 + asked[3], count = asked[4] * 256 + asked[5];
  if (function == 5 || function == 6) return bus.answer(asked);
  Octets out{asked[0], asked[1], static_cast<std::uint8_t>(function <= 2 ? (count + 7) / 8 : 2 * count)};
  for (int i = 0; function > 2 && i < count; ++i) {
    const int value = 100 * asked[0] + first + i;
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
  }
  out.resize(static_cast<std::size_t>(3 + out[2]));
  bus.answer(out);
}

}  // namespace kuzet::test
