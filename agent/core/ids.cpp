// SPDX-License-Identifier: Apache-2.0
// ULIDs.
#include "agent/core/ids.hpp"

#include <algorithm>
#include <random>
#include <string_view>

namespace kuzet {

namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

std::string ulid(Wall wall, const std::array<std::uint8_t, 10>& entropy) {
  std::string text(26, '0');
  auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(0, wall.time_since_epoch().count()));
  for (std::size_t i = 10; i-- > 0; time >>= 5) text[i] = letters[time & 31];
  // Ten bytes are two groups of five, eight letters each.
  for (std::size_t group = 0; group < 2; ++group) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | entropy[group * 5 + i];
    for (std::size_t i = 8; i-- > 0; bits >>= 5) text[10 + group * 8 + i] = letters[bits & 31];
  }
  return text;
}

std::string RandomIds::next(Wall wall) {
  static thread_local std::random_device device;
  std::array<std::uint8_t, 10> entropy{};
  for (auto& byte : entropy) byte = static_cast<std::uint8_t>(device());
  return ulid(wall, entropy);
}

std::string CountedIds::next(Wall) {
  std::array<std::uint8_t, 10> entropy{};
  auto rest = ++count_;
  for (std::size_t i = entropy.size(); i-- > 0; rest >>= 8) entropy[i] = static_cast<std::uint8_t>(rest & 255);
  return ulid(Wall{}, entropy);
}

}  // namespace kuzet
