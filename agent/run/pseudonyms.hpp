// SPDX-License-Identifier: Apache-2.0
// Persons become pseudonyms of a day: a keyed hash whose key nobody can make again.
#pragma once

#include "agent/alerts/passer.hpp"
#include "agent/core/result.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::run {

/// Bytes that are overwritten when they are not needed any more.
class Secret {
 public:
  static constexpr std::size_t size = 32;
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  [[nodiscard]] unsigned char* data() { return bytes_.data(); }
  [[nodiscard]] const unsigned char* data() const { return bytes_.data(); }

 private:
  std::array<unsigned char, size> bytes_{};
};

/// Turns persons into pseudonyms: the first 64 bits of HMAC-SHA256(day key, person). One thread.
///
/// The day key is HMAC-SHA256(site key, label, site, day, 32 random bytes), and the random bytes exist only while it is made.
/// What this is good for, and what not:
/// - Cards have 26 to 56 bits: who has a key and a pseudonym finds the card by trying all of them within minutes. So pseudonyms
///   never leave this process's memory, nothing on the disk can be turned back, and who takes the board, its card or its site
///   key has counts, and no persons, neither of today nor of earlier days.
/// - Who can read the memory of the running agent (root) can find out who is inside now, and can as well listen to the
///   terminal. Of those who left before the day's key was changed he learns nothing.
/// - A count with its time tells that somebody passed. Who sees the door at that moment, or the picture of a camera there,
/// knows
///   who it was: counts are no secret, and cameras at terminals are for the site to think about.
/// - The raw person is overwritten here. Copies in the buffers of a driver's library stand until what comes next overwrites
/// them;
///   where the board swaps to its card, `MemorySwapMax=0` in the unit keeps both off it.
class Pseudonyms {
 public:
  /// The site key from `file` (at least 32 bytes; only its owner, and a group that may not write, can have access), or, where
  /// `make` and there is none, a new one of mode 0600. `config`: it is too short or open to others; `io`: it cannot be read.
  static Result<Pseudonyms> open(const std::filesystem::path& file, bool make, std::string site);

  /// A new key; the one until now stays as yesterday's.
  void rotate(int day);
  /// Yesterday's key is not needed any more.
  void forget_yesterday() { yesterday_.reset(); }

  /// Blanks around the name are none of it; nobody, where nothing else is there. `person` is overwritten and empty afterwards.
  [[nodiscard]] alerts::Passer of(std::string& person) const;

 private:
  Pseudonyms(const Secret& site_key, std::string site) : site_key_(site_key), site_(std::move(site)) {}
  Secret site_key_;
  std::string site_;
  std::optional<Secret> today_, yesterday_;
};

/// Overwrites a text, its spare room included, and makes it empty.
void wipe(std::string& text);

}  // namespace kuzet::run
