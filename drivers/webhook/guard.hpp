// SPDX-License-Identifier: Apache-2.0
// Who may come in how often: tokens compared in constant time, and a limit for each address.
#pragma once

#include "agent/core/tokens.hpp"

#include <boost/asio/ip/address.hpp>

#include <map>
#include <string>
#include <string_view>

namespace kuzet::drivers::webhook {

/// Takes as long for a token that is wrong in its first letter as for one that is wrong in its last.
bool same_token(std::string_view given, std::string_view expected);

/// Requests of each address. Wrong tokens close no door: one device with an old token must not shut out those behind the same
/// router. Tokens are too long to be guessed at this rate. One thread.
class Doorman {
 public:
  using Address = boost::asio::ip::address;

  /// Whether a request of this address is heard at all.
  bool lets_in(const Address& address, Steady now);

 private:
  static constexpr double most_requests = 50, most_requests_at_once = 200;  // a second, of one address

  struct Guest {
    Tokens requests{most_requests, most_requests_at_once};
    Steady seen{};
  };

  std::map<Address, Guest> guests_;
};

}  // namespace kuzet::drivers::webhook
