// SPDX-License-Identifier: Apache-2.0
// How much of what a device says can be read: what is worth a technician's time, said seldom.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::serial {

/// Counts what was read and what was not. A little damage is normal on a long line and costs nobody's time.
class Tally {
 public:
  /// `lenient`: whatever else comes is no damage as long as something good does, as where a device also writes a log.
  Tally(std::string_view things, bool lenient) : things_(things), lenient_(lenient) {}

  void good() { ++good_; }
  /// `raw`: the beginning of what it was, empty where nobody may see it.
  void bad(std::string_view why, std::string_view raw = {});
  /// "12 of 40 lines could not be read: wrong checksum: \"$GPG\\xff\"" when most are bad; asked often, it answers after three
  /// bad ones and then every 30 s at most.
  std::optional<std::string> verdict(Steady now);
  void forget() { good_ = bad_ = 0; }

 private:
  std::string things_;
  bool lenient_;
  std::uint64_t good_ = 0;
  std::uint64_t bad_ = 0;
  std::string why_;
  std::string raw_;
  std::optional<Steady> judged_;
};

/// A short piece of what came, as a person can read it: whatever is no plain ASCII is written \x41.
std::string excerpt(std::string_view bytes, std::size_t most = 40);

}  // namespace kuzet::drivers::serial
