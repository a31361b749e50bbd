// SPDX-License-Identifier: Apache-2.0
// The address of a camera, taken apart: who, where and what, so that a name can be looked up and a password written rightly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::av {

struct Address {
  std::string scheme;  ///< "rtsp", in small letters
  std::string user, password;
  std::string host;  ///< without the brackets of an IPv6 address
  std::string port;  ///< as it was written; empty: the usual one
  std::string rest;  ///< "/sub?a=b", with the slash where there is anything

  /// The host as it stands in an address, port included: "[::1]:8554".
  [[nodiscard]] std::string where() const;
  /// The whole, with this host in the place of its own; name and password percent-encoded, as libav wants them.
  [[nodiscard]] std::string at(std::string_view other_host) const;
  /// True where the host is an address already.
  [[nodiscard]] bool numeric() const;
};

/// nullopt where it is no "scheme://host". A password may hold an "@" or a "/", encoded or not.
std::optional<Address> parse_address(std::string_view source);

}  // namespace kuzet::drivers::av
