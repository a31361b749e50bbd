// SPDX-License-Identifier: Apache-2.0
// What is counted at a site with terminals, what is an alert there, and whether it is open.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::alerts {

/// What is counted at one site, and what is an alert there.
struct PresenceSettings {
  std::string id;
  std::vector<std::string> terminals;
  std::int64_t limit = 0;  ///< more inside than this is crowding; 0: there is none
  Duration grace = std::chrono::minutes(30);
  Duration silent{};  ///< zero: a terminal may be silent
  Duration double_read = std::chrono::seconds(5);
  Duration meal_again = std::chrono::minutes(30);
  std::optional<int> empty_at;  ///< minute of the day at which certainly nobody is inside
  bool has_hours = false;       ///< it is closed at times
};

/// Whether the site is open, and since when at least.
struct Opening {
  bool open = true;
  Duration lasting{};
  bool known = true;  ///< the wall clock can be believed
};

}  // namespace kuzet::alerts
