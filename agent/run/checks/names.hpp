// SPDX-License-Identifier: Apache-2.0
// The hosts that a configuration names, and whether their names are found.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"
#include "agent/run/configuration.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace kuzet::run::checks {

/// Somebody on the network.
struct Peer {
  enum class Kind { broker, camera, device };
  Kind kind = Kind::device;
  std::string subject;  ///< "mqtts://mqtt.city.example:8883", "camera yard"; no secrets
  std::string host;
  int port = 0;
  bool tls = false;
};
/// Each once, brokers first.
std::vector<Peer> peers_of(const Configuration& all);

/// Numeric addresses of a host; blocks for as long as it takes. The system's where none is given.
using Resolver = std::function<Result<std::vector<std::string>>(const std::string& host)>;

struct Found {
  std::string host;
  Result<std::vector<std::string>> addresses;
  Duration took{};
};
/// All at once, none longer than `patience`, nor than until a stop is requested.
std::vector<Found> find_names(const std::vector<Peer>& peers, Duration patience, const Resolver& resolver = {},
                              const std::stop_token& stop = {});

Remarks check_names(const Roots& roots, const std::vector<Peer>& peers, const std::vector<Found>& found);
/// Whether the board knows a way out of its own network.
Remarks check_way(const Roots& roots);

}  // namespace kuzet::run::checks
