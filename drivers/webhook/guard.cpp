// SPDX-License-Identifier: Apache-2.0
// Limits for each address, and tokens.
#include "drivers/webhook/guard.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace kuzet::drivers::webhook {

namespace {

constexpr std::size_t most_guests = 1024;  // addresses that are remembered: a few hundred kB

std::array<unsigned char, SHA256_DIGEST_LENGTH> digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  const std::basic_string<unsigned char> bytes(text.begin(), text.end());
  SHA256(bytes.data(), bytes.size(), out.data());
  return out;
}

}  // namespace

bool same_token(std::string_view given, std::string_view expected) {
  const auto one = digest(given), other = digest(expected);  // of one length, whatever was given
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

bool Doorman::lets_in(const Address& address, Steady now) {
  if (guests_.size() >= most_guests && !guests_.contains(address))
    guests_.erase(std::ranges::min_element(guests_, {}, [](const auto& one) { return one.second.seen; }));
  auto& guest = guests_[address];
  guest.seen = now;
  return guest.requests.take(now);
}

}  // namespace kuzet::drivers::webhook
