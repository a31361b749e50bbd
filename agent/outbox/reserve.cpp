// SPDX-License-Identifier: Apache-2.0
// A file that only takes room.
#include "agent/outbox/reserve.hpp"

#include "agent/outbox/disk.hpp"

#include <system_error>

namespace kuzet::outbox {

namespace {

constexpr std::uint64_t reserve_bytes = std::uint64_t{1} << 20;

}  // namespace

void make_reserve(const std::filesystem::path& folder) {
  const auto file = folder / "reserve";
  std::error_code failed;
  if (std::filesystem::file_size(file, failed) == reserve_bytes && !failed) return;
  const auto room = free_bytes(folder);
  if (!room || *room < 2 * reserve_bytes) return;
  if (!lengthen(file, reserve_bytes)) std::filesystem::remove(file, failed);
}

bool spend_reserve(const std::filesystem::path& folder) {
  std::error_code failed;
  return std::filesystem::remove(folder / "reserve", failed);
}

}  // namespace kuzet::outbox
