// SPDX-License-Identifier: Apache-2.0
// Certificates that end, do not fit, or are not there.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/certificate.hpp"
#include "agent/link/link.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"

namespace kuzet::run::checks {

/// How long it is still good: warned of 30 days before its end, bad 3 days before; of one that was made for a short time,
/// 3 tenths and a tenth of it, since such are renewed by a program. `whose`: "the broker's certificate".
Remark judge_end(const link::Certificate& certificate, const std::string& subject, const std::string& whose, const Moment& now,
                 const std::string& remedy);

/// The files of a connection: authorities, own certificate and key.
Remarks check_certificates(const Roots& roots, const link::Connection& connection, const std::string& identity, bool tls,
                           const Moment& now);

}  // namespace kuzet::run::checks
