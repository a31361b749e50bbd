// SPDX-License-Identifier: Apache-2.0
// What a certificate says: whose it is, for which key, and from when until when.
#pragma once

#include "agent/core/time.hpp"

#include <string>
#include <string_view>

namespace kuzet::enrolment {

struct Certificate {
  std::string owner;  ///< the common name of its subject; empty where it has none
  std::string mark;   ///< SHA-256 of its public key, as public_mark() says it
  Wall from{}, until{};
  bool for_clients = false;  ///< it may be shown to a server, and is no authority's
};

/// Certificates as PEM, the first one looked into; what else `pem` holds is passed over.
struct Chain {
  Certificate first;
  std::string pem;  ///< the certificates alone, written anew
  std::size_t count = 0;
};

/// `corrupt`, with one sentence: there is no certificate, one that cannot be read, or more than eight.
Result<Chain> read_chain(std::string_view pem);

}  // namespace kuzet::enrolment
