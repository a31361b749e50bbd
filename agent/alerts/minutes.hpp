// SPDX-License-Identifier: Apache-2.0
// From readings to the figures of each minute.
#pragma once

#include "agent/alerts/channel_order.hpp"
#include "agent/core/figures.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// Adds readings up, by the minute of the wall clock in which they were taken, or of the steady clock while the other is not
/// set. A clock that jumps ends a minute early; if it comes by the same minute again, that is told again with what came since,
/// so that no reading is lost or counts twice. Pure; one thread.
class Minutes {
 public:
  void see(const Reading& reading);
  /// The minutes that are over at `now`, in the order of their channels: two seconds after their end, since readings of
  /// different threads do not come in order.
  std::vector<MinuteFigures> take(const Moment& now);
  /// All that there is, also of the minute that runs: for a stop.
  std::vector<MinuteFigures> take_all(const Moment& now);

 private:
  /// Which minute: of the wall clock, or of the steady clock.
  struct Minute {
    bool wall = false;
    std::int64_t number = 0;
    bool operator==(const Minute&) const = default;
  };
  struct Open {
    Minute minute;
    Steady touched;
    Figures figures;
    std::string why;
  };
  struct Channel {
    std::string unit;
    std::vector<Open> open;  // one, for two seconds two
  };

  static Minute minute_of(const Moment& at);
  static Moment begin_of(const Minute& minute, const Moment& now);
  std::vector<MinuteFigures> take(const Moment& now, Duration grace, bool all);

  std::map<std::pair<std::string, std::string>, Channel, ChannelOrder> channels_;
};

}  // namespace kuzet::alerts
