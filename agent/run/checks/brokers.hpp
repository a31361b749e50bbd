// SPDX-License-Identifier: Apache-2.0
// The brokers of the uplink: reached, believed, and what they allow this board.
#pragma once

#include "agent/link/visit.hpp"
#include "agent/run/checks/login.hpp"
#include "agent/run/checks/names.hpp"

#include <optional>

namespace kuzet::run::checks {

/// How a server is visited: as far as its door, or with a login.
struct Manner {
  bool log_in = true;
  Duration patience = std::chrono::seconds(5);  ///< for each step
  std::stop_token stop = {};
};

/// Each server of the uplink, one after the other.
Remarks check_brokers(const Configuration& all, const std::vector<Peer>& peers, const std::vector<Found>& found,
                      const Manner& manner, const Moment& now);

/// Whether cameras and devices on the network take a connection, all of them at once; `kuzet probe` looks closer.
Remarks check_reach(const std::vector<Peer>& peers, const std::vector<Found>& found, Duration patience);

// What was seen, judged.
Remarks judge_visit(const link::Visit& visit, const Peer& peer, const Moment& now);
Remarks judge_login(const Login& login, const Configuration& all, const std::string& subject);
/// Of the running agent's own connection, as its status tells it.
Remarks judge_agent(const boost::json::object& uplink);

}  // namespace kuzet::run::checks
