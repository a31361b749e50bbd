// SPDX-License-Identifier: Apache-2.0
// What a link that costs money by the byte may carry in a day.
#pragma once

#include "agent/core/day_count.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::uplink {

/// The link as the configuration names it.
struct LinkClass {
  bool metered = false;
  std::uint64_t daily = 0;                           ///< bytes of a day before pictures wait
  std::string kept;                                  ///< what `remember` was given last, in an earlier run
  std::function<void(const std::string&)> remember;  ///< keeps the day's count over restarts
};

/// Counts what was published in the day (UTC): topics, payloads and what MQTT puts around them; TLS and TCP come on top.
/// Alerts, gaps, state and answers always go and are counted; of a metered link a picture goes only when it still fits, and
/// once one did not, pictures wait for the next day. One thread; time is an argument.
class Allowance {
 public:
  explicit Allowance(LinkClass link);

  void spend(std::uint64_t bytes, const Moment& now);
  /// Whether a picture of this size may go now; where not, pictures are held until the next day.
  bool allows(std::uint64_t bytes, const Moment& now);
  /// Pictures wait for the next day.
  [[nodiscard]] bool holds(const Moment& now);
  /// The day's bytes are spent, or a picture did not fit: what can be done without should be.
  [[nodiscard]] bool spent() const { return link_.metered && (holding_ || day_.today() >= link_.daily); }
  [[nodiscard]] bool metered() const { return link_.metered; }
  /// At a stop.
  void save(const Moment& now);
  /// {"class", "today_bytes", "daily", "holding"}.
  [[nodiscard]] boost::json::object report() const;

 private:
  void turn_day(const Moment& now);
  void save_when_due(const Moment& now);

  LinkClass link_;
  DayCount day_;
  bool holding_ = false;
  std::uint64_t saved_ = 0;  // the day's bytes, as they were kept
  std::optional<Steady> saved_at_;
};

}  // namespace kuzet::uplink
