// SPDX-License-Identifier: Apache-2.0
// Opens serial ports with termios and connections with sockets; neither ever waits beyond a stop.
#include "drivers/serial/opening.hpp"

#include "drivers/av/lookup.hpp"
#include "drivers/serial/baud.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace kuzet::drivers::serial {

using namespace std::chrono_literals;

namespace {

constexpr Duration connect_limit = 5s;

Error system_error(int number) { return {Code::io, std::generic_category().message(number)}; }

/// A port may be pulled out while it is being set up.
Error tty_error(int number) { return hung_up(number) ? Error{Code::io, "unplugged"} : system_error(number); }

Error cannot_open(int number) {
  switch (number) {
    case ENOENT:
    case ENXIO:
    case ENODEV: return {Code::io, "no such device"};
    case EACCES:
    case EPERM: return {Code::io, "no permission; the user must be in the group of the port, usually dialout"};
    case EBUSY: return {Code::io, "another program uses it"};
    case EISDIR: return {Code::io, "is no serial port"};
    default: return system_error(number);
  }
}

void set(termios& line, const Port& port, speed_t speed) {
  ::cfmakeraw(&line);
  line.c_cflag |= CREAD | CLOCAL;  // modem lines are not looked at: three wires are the rule
  line.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS | CSIZE | CSTOPB | PARENB | PARODD);
  line.c_cflag |= port.data_bits == 7 ? CS7 : CS8;
  if (port.stop_bits == 2) line.c_cflag |= CSTOPB;
  if (port.parity != "none") {
    line.c_cflag |= port.parity == "odd" ? PARENB | PARODD : PARENB;
    line.c_iflag |= INPCK | IGNPAR;  // a character with the wrong parity is dropped
  }
  line.c_cc[VMIN] = 1;
  line.c_cc[VTIME] = 0;
  ::cfsetispeed(&line, speed);
  ::cfsetospeed(&line, speed);
}

Result<> set_line(int fd, const Port& port) {
  termios line{};
  if (::tcgetattr(fd, &line) != 0) return errno == ENOTTY ? Error{Code::io, "is no serial port"} : tty_error(errno);
  const speed_t speed = speed_of(port.baud).value_or(B9600);
  set(line, port, speed);
  if (::tcsetattr(fd, TCSANOW, &line) != 0) return tty_error(errno);
  termios got{};  // tcsetattr() succeeds when any of it could be done
  if (::tcgetattr(fd, &got) != 0 || ::cfgetospeed(&got) != speed)
    return Error{Code::io, "the port cannot do " + std::to_string(port.baud) + " baud"};
  return {};
}

struct Freed {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// Finds out within half a minute that the other side is gone without a word.
void keep_alive(int fd) {
  const auto option = [fd](int level, int name, int value) { (void)::setsockopt(fd, level, name, &value, sizeof value); };
  option(SOL_SOCKET, SO_KEEPALIVE, 1);
  option(IPPROTO_TCP, TCP_KEEPIDLE, 15);
  option(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  option(IPPROTO_TCP, TCP_KEEPCNT, 3);
  option(IPPROTO_TCP, TCP_NODELAY, 1);
}

/// `numeric` is an address already, so that getaddrinfo() asks nobody.
Result<Handle> connect_numeric(const std::string& numeric, const std::string& port, const Bell& bell, Duration limit) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(numeric.c_str(), port.c_str(), &hints, &list) != 0 || list == nullptr)
    return Error{Code::io, "no such host"};
  const std::unique_ptr<addrinfo, Freed> owner(list);
  Handle fd(::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return system_error(errno);
  if (::connect(fd.get(), list->ai_addr, list->ai_addrlen) == 0) return fd;
  if (errno != EINPROGRESS) return system_error(errno);
  if (!bell.wait(fd.get(), POLLOUT, limit)) return Error{Code::io, "no connection within " + to_text(limit)};
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed == ECONNREFUSED) return Error{Code::io, "connection refused"};
  if (failed != 0) return system_error(failed);
  return fd;
}

}  // namespace

Result<Handle> open_port(const Port& port) {
  Handle fd(::open(port.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0) return cannot_open(errno);
  if (::isatty(fd.get()) == 0) return hung_up(errno) ? tty_error(errno) : Error{Code::io, "is no serial port"};
  // The lock is for programs that ask for it (so do gpsd and minicom), root's among them; TIOCEXCL keeps all others out.
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return cannot_open(EBUSY);
  (void)::ioctl(fd.get(), TIOCEXCL);
  if (auto done = set_line(fd.get(), port); !done) return std::move(done).error();
  return fd;
}

Result<Handle> connect_to(const Port& port, std::stop_token stop) {
  const auto address = address_of(port.device);
  if (!address) return address.error();
  av::Patience patience;
  patience.begin(connect_limit, stop);
  const auto found = av::look_up(address->host, patience);
  if (!found) return found.error();
  const Bell bell(stop);
  Result<Handle> last = Error{Code::io, "no such host"};
  for (const auto& numeric : *found) {
    if (patience.over()) break;
    last = connect_numeric(numeric, address->port, bell, std::max(patience.left(), Duration(100ms)));
    if (last) {
      keep_alive(last->get());
      break;
    }
  }
  return last;
}

}  // namespace kuzet::drivers::serial
