// SPDX-License-Identifier: Apache-2.0
// A store that cannot be opened at the start (a card that is read-only or full): waited for, told to systemd and to the control
// centre, and never given up.
#pragma once

#include "agent/link/link.hpp"
#include "agent/run/configuration.hpp"
#include "agent/uplink/backoff.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace kuzet::run {

/// Between two tries of the agent to begin. What is raised must be on the disk before anything else happens to it, so that
/// nothing is watched without a store; but nobody shall look for the reason by ssh. The board's retained `state` is "offline"
/// with `why`. One thread; nothing of it is left once it is destroyed.
class StoreWait {
 public:
  StoreWait();
  StoreWait(const StoreWait&) = delete;
  StoreWait& operator=(const StoreWait&) = delete;
  ~StoreWait();

  /// Says it, and returns when it is time for the next try: after a second, then ever later, a minute at most. Fails with `why`
  /// where waiting does not help: a wrong configuration, a store that another agent has, nobody who supervises us.
  Result<> wait(const Error& why, const Configuration& all);
  /// The store is open. The connection ends in good order.
  void over();

 private:
  void tell_centre(const Configuration& all, const std::string& why);
  [[nodiscard]] link::Events events();

  boost::asio::io_context io_{1};
  uplink::Backoff backoff_;
  std::string said_;
  std::unique_ptr<link::Link> link_;
  link::Message state_;
  std::size_t server_ = 0;
  link::Version version_ = link::Version::v5;
  bool connected_ = false;
};

}  // namespace kuzet::run
