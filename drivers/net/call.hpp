// SPDX-License-Identifier: Apache-2.0
// One HTTP or HTTPS request to a host that is named, and what it answers.
#pragma once

#include "agent/core/time.hpp"
#include "drivers/net/url.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::drivers::net {

/// Whom we believe over https://, and who we are there.
struct Trust {
  std::string ca = {};        ///< file with the authorities that are trusted; empty: the system's
  std::string ca_text = {};   ///< the same as PEM, instead of a file
  std::string pin = {};       ///< SHA-256 (64 hexadecimal digits) of the certificate or of its public key: only this one is
                              ///< believed, whoever signed it
  std::string identity = {};  ///< file with our own certificate, its chain and its key
};

struct Call {
  Url url;
  std::string method = "GET";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  Trust trust;
  Duration timeout = std::chrono::seconds(5);  ///< of the whole
  std::uint64_t most_answer = 64 * 1024;       ///< bytes; a longer one is cut off and refused
};

struct Answer {
  unsigned status = 0;
  std::string body;
};

/// Success is an answer of 200 to 299, whose body is not waited for; redirects are not followed. `io` with one sentence that
/// names the host but neither path nor header: no such host, refused, a certificate that does not fit, no answer within 5s,
/// answered 500. Ends at once, with `busy`, when `stop` comes.
Result<> make(const Call& call, const std::stop_token& stop);

/// The whole answer, whatever its status; redirects are not followed. Fails as make() does, and where the answer is cut off or
/// too long.
Result<Answer> ask(const Call& call, const std::stop_token& stop);

}  // namespace kuzet::drivers::net
