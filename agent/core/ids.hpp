// SPDX-License-Identifier: Apache-2.0
// Names for things that must be told apart for ever: ULIDs for alerts, plain counting for replay.
#pragma once

#include "agent/core/time.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace kuzet {

/// 48 bits of time and 80 bits of entropy in 26 letters of Crockford's base 32 (github.com/ulid/spec); sorts by time.
std::string ulid(Wall wall, const std::array<std::uint8_t, 10>& entropy);

/// Gives each alert its id.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual std::string next(Wall wall) = 0;
};

/// ULIDs with entropy from the system.
class RandomIds final : public IdSource {
 public:
  std::string next(Wall wall) override;
};

/// The same ids for the same footage: a ULID whose time is zero and whose entropy counts from 1.
class CountedIds final : public IdSource {
 public:
  std::string next(Wall wall) override;

 private:
  std::uint64_t count_ = 0;
};

}  // namespace kuzet
