// SPDX-License-Identifier: Apache-2.0
// The board's private key, and the request for a certificate that is made with it.
#pragma once

#include "agent/core/result.hpp"

#include <string>
#include <string_view>

namespace kuzet::enrolment {

/// A new private key on the curve P-256, as PEM (PKCS#8, without a password). `io`: the system has no randomness.
Result<std::string> new_key();

/// A certificate signing request (PKCS#10, PEM, SHA-256) whose subject is `CN=owner` and nothing else. `corrupt`: `key` is no
/// private key.
Result<std::string> signing_request(const std::string& key, const std::string& owner);

/// The SHA-256 of the public key that belongs to the first private key in `pem`, 64 hexadecimal digits; `corrupt`: there is
/// none.
Result<std::string> public_mark(std::string_view pem);

}  // namespace kuzet::enrolment
