// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what a Modbus slave, or whoever sits on its port, can send: it goes through libmodbus's reader and ours, and
// is taken only where it has the shape of the answer. Run as `modbus_fuzz -max_len=600 CORPUS`.
#include "drivers/modbus/frames.hpp"

#include <modbus.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace kuzet::drivers::modbus;

void must(bool holds) {
  if (!holds) std::abort();
}

/// The first four bytes choose what was asked.
Request request_from(const std::uint8_t* data) {
  Request out;
  out.slave = data[0];
  out.spot = {static_cast<Table>(data[1] % 4), data[2], 1 + data[3] % (data[1] % 4 < 2 ? 250 : 125)};
  out.write = (data[1] & 0x80U) != 0 && (out.spot.table == Table::coil || out.spot.table == Table::holding);
  return out;
}

void decode_all(const std::vector<std::uint16_t>& values, unsigned how) {
  for (int form = 0; form <= static_cast<int>(Form::f64); ++form) {
    const Layout layout{static_cast<Form>(form), (how & 1U) != 0, (how & 2U) != 0, static_cast<int>(how >> 4U)};
    const auto size = static_cast<std::size_t>(registers_of(layout.form));
    if (values.size() < size) continue;
    const auto value = decode(std::span(values).first(size), layout);
    must(!value || *value - *value == 0);  // neither infinite nor no number
  }
}

void judge(std::span<const std::uint8_t> bytes, const Request& request) {
  const auto answer = read_answer(bytes, request);
  if (answer.kind == Answer::Kind::exception) must(!exception_words(answer.exception, request).empty());
  if (answer.kind != Answer::Kind::values) return;
  must(bytes[0] == request.slave);
  must(answer.values.size() == (request.write ? 0U : static_cast<std::size_t>(request.spot.count)));
  decode_all(answer.values, request.spot.first > 0 ? bytes[2] : 0U);
}

/// Over TCP, by libmodbus: the peer says all this and closes.
void receive(std::span<const std::uint8_t> bytes, const Request& request) {
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  must(::send(ends[1], bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  modbus_t* context = modbus_new_tcp("127.0.0.1", 502);
  modbus_set_socket(context, ends[0]);
  modbus_set_byte_timeout(context, 0, 0);
  std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> frame{};
  for (int got = 0; (got = modbus_receive_confirmation(context, frame.data())) > 0;)
    judge(unwrapped(std::span(frame).first(static_cast<std::size_t>(got)), true), request);
  modbus_close(context);
  modbus_free(context);
}

}  // namespace

// The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const Request request = request_from(data);
  const auto bytes = std::span(data, size).subspan(4);
  judge(bytes, request);
  judge(unwrapped(bytes, false), request);
  judge(unwrapped(bytes, true), request);
  receive(bytes, request);
  return 0;
}
