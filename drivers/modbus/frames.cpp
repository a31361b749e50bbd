// SPDX-License-Identifier: Apache-2.0
// Bytes of requests and answers.
#include "drivers/modbus/frames.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::modbus {

namespace {

constexpr std::uint8_t refused = 0x80;     // added to the function by a slave that says why not
constexpr std::uint16_t coil_on = 0xFF00;  // section 6.5
constexpr std::uint8_t write_coil = 5, write_register = 6;

std::uint8_t function(const Request& request) {
  if (request.write) return holds_bits(request.spot.table) ? write_coil : write_register;
  constexpr std::array<std::uint8_t, 4> reads{1, 2, 4, 3};  // coil, discrete, input, holding
  return reads.at(static_cast<std::size_t>(request.spot.table));
}

void put(std::vector<std::uint8_t>& out, int word) {
  out.push_back(static_cast<std::uint8_t>((word >> 8) & 0xFF));
  out.push_back(static_cast<std::uint8_t>(word & 0xFF));
}

std::vector<std::uint16_t> registers(std::span<const std::uint8_t> data) {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) out.push_back(static_cast<std::uint16_t>((data[i] << 8) | data[i + 1]));
  return out;
}

std::vector<std::uint16_t> bits(std::span<const std::uint8_t> data, std::size_t count) {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint16_t>((data[i / 8] >> (i % 8)) & 1));
  return out;
}

/// "holding register 40", "input registers 40 to 49".
std::string what(const Spot& spot) {
  const std::string first = std::to_string(spot.first);
  if (spot.count <= 1) return std::string(noun(spot.table)) + " " + first;
  return std::string(noun(spot.table)) + "s " + first + " to " + std::to_string(spot.first + spot.count - 1);
}

}  // namespace

std::vector<std::uint8_t> Request::bytes() const {
  std::vector<std::uint8_t> out{static_cast<std::uint8_t>(slave), function(*this)};
  put(out, spot.first);
  if (write)
    put(out, holds_bits(spot.table) ? (value != 0 ? coil_on : 0) : value);
  else
    put(out, spot.count);
  return out;
}

std::span<const std::uint8_t> unwrapped(std::span<const std::uint8_t> frame, bool tcp) {
  constexpr std::size_t header = 6;  // transaction, protocol and length, each two bytes; the slave's number follows
  constexpr std::size_t crc = 2;
  if (!tcp) return frame.first(frame.size() > crc ? frame.size() - crc : 0);
  if (frame.size() <= header) return {};
  const std::size_t length = static_cast<std::size_t>(frame[4] << 8) + frame[5];
  const bool ours = std::ranges::all_of(frame.first(4), [](std::uint8_t byte) { return byte == 0; });
  return ours && length == frame.size() - header ? frame.subspan(header) : std::span<const std::uint8_t>();
}

Answer read_answer(std::span<const std::uint8_t> bytes, const Request& request) {
  const auto asked = request.bytes();
  if (bytes.size() < 3 || bytes[0] != asked[0]) return {};
  if (bytes[1] == (asked[1] | refused) && bytes.size() == 3 && bytes[2] != 0) return {Answer::Kind::exception, bytes[2], {}};
  if (bytes[1] != asked[1]) return {};
  if (request.write) return {std::ranges::equal(bytes, asked) ? Answer::Kind::values : Answer::Kind::foreign, 0, {}};
  const auto count = static_cast<std::size_t>(request.spot.count);
  const std::size_t length = holds_bits(request.spot.table) ? (count + 7) / 8 : 2 * count;
  const auto data = bytes.subspan(3);
  if (bytes[2] != length || data.size() != length) return {};
  return {Answer::Kind::values, 0, holds_bits(request.spot.table) ? bits(data, count) : registers(data)};
}

std::string exception_words(int exception, const Request& request) {
  const std::string slave = "slave " + std::to_string(request.slave), where = what(request.spot);
  const std::string verb = request.write ? "write" : "read";
  switch (exception) {
    case 1: return slave + " cannot " + verb + " " + std::string(noun(request.spot.table)) + "s (illegal function)";
    case 2: return slave + " has no " + where + " (illegal data address)";
    case 3: return slave + " does not let us " + verb + " " + where + " so (illegal data value)";
    case 4: return slave + " has failed inside (slave device failure)";
    case 5: return slave + " takes its time (acknowledge)";
    case 6: return slave + " is busy (slave device busy)";
    case 7: return slave + " refuses to " + verb + " " + where + " (negative acknowledge)";
    case 8: return slave + " finds its own memory damaged (memory parity error)";
    case 10: return "the gateway knows no way to " + slave + " (gateway path unavailable)";
    case 11: return "the gateway gets no answer from " + slave + " (gateway target failed to respond)";
    default: return slave + " answers with exception " + std::to_string(exception) + " to " + verb + " " + where;
  }
}

}  // namespace kuzet::drivers::modbus
