// SPDX-License-Identifier: Apache-2.0
// Which server is tried next, with which version of MQTT, and when.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/version_choice.hpp"
#include "agent/uplink/backoff.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::uplink {

/// The servers in order, the next one after each failure. Without a fixed version each is tried with MQTT 5 first, and with
/// 3.1.1 when it does not speak that; what worked is remembered for each, but 5 is tried again after an hour, since 3.1.1 tells
/// less: there a message that the broker refused looks like an accepted one. One thread.
class Servers {
 public:
  Servers(const std::vector<std::string>& names, std::optional<link::Version> fixed, Backoff backoff);

  [[nodiscard]] const std::string& name() const { return here().name; }
  [[nodiscard]] link::Version version() const { return here().version.version(); }
  [[nodiscard]] bool due(Steady now) const { return now >= next_attempt_; }
  /// An attempt begins.
  void begin(Steady now);
  /// The broker welcomed us.
  void connected();
  /// It has shown itself to be good: it took a message, or lasted.
  void good() { backoff_.succeeded(); }
  /// The attempt failed.
  void refused(const link::Loss& loss, Steady now);
  /// The connection ended.
  void lost(Steady now);
  /// As soon as may be, with the same server.
  void hurry(Steady now);

 private:
  struct Server {
    std::string name;
    link::VersionChoice version;
  };

  [[nodiscard]] Server& here() { return servers_[at_]; }
  [[nodiscard]] const Server& here() const { return servers_[at_]; }
  void next(Steady now);

  std::vector<Server> servers_;
  Backoff backoff_;
  std::size_t at_ = 0;
  Steady last_attempt_ = Steady::min();
  Steady next_attempt_ = Steady::min();
};

}  // namespace kuzet::uplink
