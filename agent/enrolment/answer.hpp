// SPDX-License-Identifier: Apache-2.0
// What the city's enrolment service answers, read and judged before anything of it is believed.
#pragma once

#include "agent/core/time.hpp"
#include "agent/enrolment/certificate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kuzet::enrolment {

/// The body of an answer 200 (config/schema/enrolled.schema.json).
struct Granted {
  Chain chain;            ///< this board's certificate, and those that lead to its authority
  std::string authority;  ///< whom to believe at the broker, as PEM; empty: the system's authorities
  std::string node, site;
  std::vector<std::string> servers;
  std::string renew;  ///< where it is renewed; empty: at the same address with /renew behind
};

/// Reads it; `corrupt` with one sentence that names the field.
Result<Granted> parse_answer(std::string_view text);

/// Whether it is good for the key whose public_mark() this is, now: `corrupt` with one sentence otherwise.
Result<> judge(const Granted& granted, const std::string& mark, Wall now);

/// Why the service refuses, from the body of any other answer: {"why": "..."}, cut to one line that fits a screen; empty where
/// it does not say.
std::string reason_in(std::string_view text);

/// `https://` and what drivers::net takes for an address; the sentence does not quote it.
Result<> check_address(const std::string& url);

}  // namespace kuzet::enrolment
