// SPDX-License-Identifier: Apache-2.0
// The time of the day and the date where the board stands, for rules with hours and calendars.
#pragma once

#include "agent/core/calendar.hpp"
#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <string>

namespace kuzet::run {

/// Whether this system knows the zone (a name of the IANA data base, such as Asia/Almaty). `config` and a sentence with the
/// nearest right name; UTC is always known.
Result<> check_time_zone(const std::string& name);

/// Makes it the zone of this process; before there are other threads.
void set_time_zone(const std::string& name);

/// Minutes since midnight in the zone of this process, 0 to 1439.
int minute_of_day(Wall wall);
/// The same with the date, for calendars.
LocalTime local_time(Wall wall);

}  // namespace kuzet::run
