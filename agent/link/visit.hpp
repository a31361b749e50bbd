// SPDX-License-Identifier: Apache-2.0
// A visit to a server, as far as its door: connects, shakes hands by TLS, looks at its certificate, and leaves without a word.
#pragma once

#include "agent/link/certificate.hpp"
#include "agent/link/link.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kuzet::link {

/// What was seen on the way.
struct Visit {
  std::string address;                     ///< that was reached; empty: none
  Duration connecting{};                   ///< how long that took
  std::string failure;                     ///< why nothing was reached, or the handshake failed; empty: neither
  std::optional<Certificate> certificate;  ///< the server's, whether it is believed or not
  bool right_name = false;                 ///< it is for the host that was asked for
  std::string distrust;                    ///< why its chain is not believed; empty: it is
  std::string protocol;                    ///< "TLSv1.3"
};

struct Target {
  std::string host;                    ///< as it was written: what the certificate has to be for
  std::vector<std::string> addresses;  ///< numeric; tried in this order
  int port = 0;
  bool tls = false;
  std::string ca, certificate, key;  ///< files, as in Connection; they can be read (unusable_file)
};

/// Takes no longer than `patience` in all, and ends soon after a stop is requested. A certificate that is not believed does not
/// end the visit: all of it is told.
Visit visit(const Target& target, Duration patience, const std::stop_token& stop = {});

}  // namespace kuzet::link
