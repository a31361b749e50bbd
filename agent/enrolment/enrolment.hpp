// SPDX-License-Identifier: Apache-2.0
// Asking the city for this board's certificate, the first time with a token and later with the certificate itself.
#pragma once

#include "agent/enrolment/identity.hpp"

#include <stop_token>
#include <string>

namespace kuzet::enrolment {

/// What is asked the first time.
struct Petition {
  std::string url, token;
  drivers::net::Trust trust;
  std::string owner;  ///< the common name in the request: an id that the city may give, or the board's own number
  std::string version;
};

/// The identity that `folder` holds after it: asked for, judged and put in force. The pending key stays until the caller has
/// done what follows from it (forget_pending). `io`: nobody answers, or not now; `config`: the city refuses, or the address is
/// no good; `corrupt`: the answer is no good. The sentence never holds the token. Blocks for at most half a minute; ends with
/// `busy` when `stop` comes or another process works on the folder.
Result<Record> enroll(const IdentityFolder& folder, const Petition& petition, Wall now, const std::stop_token& stop = {});

/// The next certificate, for a new key, asked for with the present one. Fails as enroll() does; then the present one stays. A
/// city that gives the board another name is refused: this takes a person and `kuzet enroll`.
Result<Record> renew(const IdentityFolder& folder, const std::string& version, Wall now, const std::stop_token& stop);

}  // namespace kuzet::enrolment
