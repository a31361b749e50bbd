// SPDX-License-Identifier: Apache-2.0
// Modbus frames over libmodbus.
#include "drivers/modbus/bus.hpp"

#include "drivers/modbus/tcp.hpp"

#include <modbus.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr Duration slow_frame = 1s;            // once a frame has begun, the rest of it comes within that
constexpr Duration after_noise = 100ms;        // so long a sound answer may still follow on damaged bytes
constexpr Duration calm = 20ms;                // what comes within that belongs to the same noise
constexpr int babble = 3;                      // what looks like so many frames of other slaves while one is asked is noise
constexpr std::size_t most_stale = 64 * 1024;  // bytes: who sends more without being asked does not speak Modbus

Steady now() { return std::chrono::steady_clock::now(); }

bool line_is_gone(int error) {
  constexpr std::array gone{EIO,      ENXIO,    ENODEV,      ECONNRESET,   EPIPE, EBADF,
                            ENOTCONN, ENETDOWN, ENETUNREACH, EHOSTUNREACH, EAGAIN};
  return std::ranges::find(gone, error) != gone.end();
}

}  // namespace

void Bus::Freed::operator()(_modbus* context) const {
  modbus_close(context);
  modbus_free(context);
}

Bus::Bus(std::string name, Address address, Serial serial)
    : name_(std::move(name)), address_(std::move(address)), serial_(std::move(serial)) {}

Bus::~Bus() { close(); }

void Bus::close() {
  if (context_ && !tcp()) ::tcflush(fd_, TCIOFLUSH);  // or closing waits for what a vanished adapter never sends
  context_.reset();
  fd_ = -1;
}

std::string Bus::gone(int error) const {
  if (tcp())
    return name_ + ": " + (error == 0 || error == ECONNRESET ? "connection closed by the other side" : error_words(error));
  if (error == ENOENT || ::access(address_.device.c_str(), F_OK) != 0) return name_ + ": no such device";
  if (error == EACCES) return name_ + ": no permission (members of the group dialout have it)";
  if (error == ENOTTY || error == EINVAL) return name_ + ": no serial port, or not at this speed";
  return name_ + ": unplugged or out of order" + (error == 0 ? "" : " (" + error_words(error) + ")");
}

Result<> Bus::open(Duration limit, const std::stop_token& stop) {
  close();
  auto opened = tcp() ? open_tcp(limit, stop) : open_serial();
  if (!opened) return opened;
  fd_ = modbus_get_socket(context_.get());
  if (fd_ < 0 || fd_ >= FD_SETSIZE) {  // libmodbus waits with select()
    context_.reset();
    return Error{Code::io, name_ + ": too many files are open"};
  }
  modbus_set_error_recovery(context_.get(), MODBUS_ERROR_RECOVERY_NONE);
  modbus_set_byte_timeout(context_.get(), 0, 0);  // the whole frame within the response time-out, however it drips
  last_ = now();
  auto set = set_direction();
  if (!set) close();
  return set;
}

Result<> Bus::open_tcp(Duration limit, const std::stop_token& stop) {
  const auto socket = connect_tcp(address_.host, address_.port, limit, stop);
  if (!socket) return socket.error().within(name_);
  context_.reset(modbus_new_tcp("127.0.0.1", 502));  // not used: it gets a socket that is connected
  if (!context_) {
    ::close(*socket);
    return Error{Code::io, name_ + ": out of memory"};
  }
  modbus_set_socket(context_.get(), *socket);
  return {};
}

Result<> Bus::open_serial() {
  context_.reset(modbus_new_rtu(address_.device.c_str(), serial_.baud, serial_.parity, 8, serial_.stop_bits));
  if (!context_) return Error{Code::io, gone(errno)};
  if (modbus_connect(context_.get()) == 0) return {};
  const int error = errno;
  context_.reset();
  return Error{Code::io, gone(error)};
}

Result<> Bus::set_direction() {
  if (tcp() || serial_.rs485 == "adapter") return {};
  const bool kernel = serial_.rs485 == "kernel";
  const int done =
      kernel ? modbus_rtu_set_serial_mode(context_.get(), MODBUS_RTU_RS485)
             : modbus_rtu_set_rts(context_.get(), serial_.rs485 == "rts_up" ? MODBUS_RTU_RTS_UP : MODBUS_RTU_RTS_DOWN);
  if (done == 0) return {};
  return Error{Code::io, name_ + ": the port does not take `rs485: " + serial_.rs485 + "` (" + error_words(errno) + ")"};
}

bool Bus::hung_up() const {
  pollfd one{fd_, static_cast<short>(tcp() ? POLLRDHUP : 0), 0};
  return ::poll(&one, 1, 0) > 0 && (one.revents & (POLLHUP | POLLERR | POLLRDHUP | POLLNVAL)) != 0;
}

/// What lies there unread is no answer to what will be asked now. False: it does not end.
bool Bus::throw_away() {
  if (!tcp()) {
    ::tcflush(fd_, TCIFLUSH);  // where that fails, so does the sending that follows, and tells why
    return true;
  }
  std::array<char, 4096> part{};
  for (std::size_t got = 0; got < most_stale;) {
    const auto more = ::recv(fd_, part.data(), part.size(), MSG_DONTWAIT);
    if (more <= 0) return true;
    got += static_cast<std::size_t>(more);
  }
  return false;
}

/// Serial frames are told apart by 3.5 characters of silence, 1.75 ms at least (Modbus over Serial Line 1.02, section 2.5.1.1).
void Bus::rest() const {
  if (tcp()) return;
  const Duration silence = std::max<Duration>(1750us, from_seconds(3.5 * 11 / serial_.baud));
  if (const Duration left = last_ + silence - now(); left > Duration{}) std::this_thread::sleep_for(left);
}

Reply Bus::send(const Request& request) {
  rest();
  Reply out;
  if (!throw_away()) {
    out.kind = Reply::Kind::broken;
    out.why = name_ + ": sends without end and without being asked";
    return out;
  }
  const auto bytes = request.bytes();
  modbus_set_slave(context_.get(), request.slave);
  const int sent = modbus_send_raw_request(context_.get(), bytes.data(), static_cast<int>(bytes.size()));
  last_ = now();
  if (sent > 0) return out;
  out.kind = Reply::Kind::broken;
  out.why = gone(errno);
  return out;
}

/// One frame, of which something is there already.
Reply Bus::receive(const Request& request, Steady until) {
  const auto left = std::chrono::ceil<std::chrono::microseconds>(std::clamp<Duration>(until - now(), 1ms, slow_frame));
  modbus_set_response_timeout(context_.get(), static_cast<std::uint32_t>(left / 1s),
                              static_cast<std::uint32_t>((left % 1s) / 1us));
  std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> frame{};
  const int got = modbus_receive_confirmation(context_.get(), frame.data());
  const int error = errno;
  last_ = now();
  Reply out;
  out.kind = Reply::Kind::damaged;
  if (got < 0 && line_is_gone(error)) {
    out.kind = Reply::Kind::broken;
    out.why = gone(error);
  }
  if (got <= 0) {
    if (got == 0) out.kind = Reply::Kind::silent;  // of another slave: libmodbus passes over it
    return out;
  }
  const auto answer = read_answer(unwrapped(std::span(frame).first(static_cast<std::size_t>(got)), tcp()), request);
  if (answer.kind == Answer::Kind::foreign) return out;
  out.kind = answer.kind == Answer::Kind::values ? Reply::Kind::values : Reply::Kind::exception;
  out.exception = answer.exception;
  out.values = answer.values;
  return out;
}

Reply Bus::listen(const Request& request, Steady until, const std::stop_token& stop) {
  Reply out;
  int others = 0;
  while (wait_for(fd_, true, until, stop)) {
    auto heard = receive(request, until);
    if (heard.kind == Reply::Kind::silent && ++others < babble) continue;
    if (heard.kind == Reply::Kind::silent) heard.kind = Reply::Kind::damaged;
    if (heard.kind != Reply::Kind::damaged || tcp()) return heard;  // TCP damages nothing: the other side is out of step
    if (out.kind != Reply::Kind::damaged) until = std::min(until, now() + after_noise);
    out.kind = Reply::Kind::damaged;
    std::this_thread::sleep_for(calm);
    throw_away();
  }
  return out;
}

Reply Bus::exchange(const Request& request, Duration patience, const std::stop_token& stop) {
  const Steady begin = now();
  Reply out = send(request);
  if (out.kind != Reply::Kind::broken) out = listen(request, begin + patience, stop);
  out.took = now() - begin;
  if (tcp() && (out.kind == Reply::Kind::silent || out.kind == Reply::Kind::damaged))
    close();  // its answer may still come: libmodbus gives every question the same number, a new connection has no old answers
  return out;
}

}  // namespace kuzet::drivers::modbus
