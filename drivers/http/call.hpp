// SPDX-License-Identifier: Apache-2.0
// One HTTP or HTTPS request to a host that is named, and whether it was taken.
#pragma once

#include "agent/core/time.hpp"

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::drivers::http {

/// An address, taken apart.
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

struct Call {
  Url url;
  std::string method = "GET";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string ca;  ///< file with the authorities that are trusted; empty: the system's
  Duration timeout = std::chrono::seconds(5);
};

/// Success is an answer of 200 to 299; redirects are not followed. `io` with one sentence that names the host but neither path
/// nor header: no such host, refused, a certificate that does not fit, no answer within 5s, answered 500. Ends at once, with
/// `busy`, when `stop` comes.
Result<> make(const Call& call, const std::stop_token& stop);

}  // namespace kuzet::drivers::http
