// SPDX-License-Identifier: Apache-2.0
// An address of a host that speaks HTTP, taken apart.
#pragma once

#include "agent/core/result.hpp"

#include <string>

namespace kuzet::drivers::net {

struct Url {
  bool tls = false;
  std::string host;  ///< without the brackets of an IPv6 address
  std::string port;
  std::string target;  ///< "/relay/0?turn=on"

  /// "https://10.0.0.9:8443".
  [[nodiscard]] std::string site() const;
};

/// Fails with a sentence that does not quote it: it may hold what is secret.
Result<Url> parse_url(const std::string& text);

}  // namespace kuzet::drivers::net
