// SPDX-License-Identifier: Apache-2.0
// Outputs of a Modbus line: written, read back, looked after.
#include "drivers/modbus/modbus_line.hpp"

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr Duration try_again = 5s;  // a write that the slave refused; one that it did not answer waits for the breaker

std::string is_still(const Request& request, int value) {
  const std::string what = std::string(noun(request.spot.table)) + " " + std::to_string(request.spot.first);
  return what + (holds_bits(request.spot.table) ? value != 0 ? " is still on" : " is still off"
                                                : " still holds " + std::to_string(value));
}

}  // namespace

/// Reads the output back: nothing where it is as wanted or its slave lets nobody read it, else why it cannot be believed.
std::optional<std::string> ModbusLine::look(const Wishes::Errand& errand, Reply& reply, const std::stop_token& stop) {
  const std::size_t slave = output_slaves_[errand.output];
  const auto& settings = output(errand.output);
  if (!settings.read_back || unreadable_[errand.output]) return std::nullopt;
  const Request request{slaves_[slave].number, settings.spot(), false, 0};
  reply = ask(party(errand), slave, request, stop);
  if (reply.kind == Reply::Kind::values) {
    if (reply.values[0] == settings.value(errand.on)) return std::nullopt;
    return "slave " + std::to_string(request.slave) + " took the write, but " + is_still(request, reply.values[0]);
  }
  unreadable_[errand.output] = reply.kind == Reply::Kind::exception && reply.exception <= 2;  // by function or by address
  if (unreadable_[errand.output]) return std::nullopt;
  return words(reply, request, slave);
}

Result<> ModbusLine::run(const Wishes::Errand& errand, LineEvents& events, const std::stop_token& stop) {
  const std::size_t slave = output_slaves_[errand.output];
  const auto& settings = output(errand.output);
  const Request write{slaves_[slave].number, settings.spot(), true, settings.value(errand.on)};
  Reply reply{Reply::Kind::values, 0, {}, {}, {}};
  if (!errand.check) reply = ask(party(errand), slave, write, stop);
  auto why = reply.kind == Reply::Kind::values ? look(errand, reply, stop) : words(reply, write, slave);
  if (stop.stop_requested()) return {};
  if (!why) answered(party(errand), slave);
  const bool moved = errand.check && why && reply.kind == Reply::Kind::values;  // somebody else switched it, or power was lost
  const auto now = std::chrono::steady_clock::now();
  wishes_.tried(errand, !why, now + (!why ? settings.check : moved ? 0s : try_again));
  if (why && !moved) events.switched(errand.output, errand.on, Error{Code::io, *why});
  if (!why && !errand.check) events.switched(errand.output, errand.on, {});
  return verdict(reply);
}

}  // namespace kuzet::drivers::modbus
