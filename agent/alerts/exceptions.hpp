// SPDX-License-Identifier: Apache-2.0
// Report by exception with a heartbeat: which readings are told now, and what is told of each minute.
#pragma once

#include "agent/alerts/channel_order.hpp"
#include "agent/core/alert.hpp"
#include "agent/core/figures.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kuzet::alerts {

/// {"observation": "reading", "reading": "pm2_5", "value": 21.3, "unit": "ug/m3", "quality": "good"}; of a bad one the value is
/// null, and of one that is not good `why` says why.
Observation reading_told(const Reading& reading);
/// {"observation": "minute", "reading": "pm2_5", "from": "2026-11-22T04:30:00.000Z", "min": 20.1, "mean": 21.3, "max": 22,
/// "n": 60, "unit": "ug/m3", "quality": "good"}; where no reading was good the values are null; `bad`, `uncertain` and `why`
/// stand there where there is something to say.
Observation minute_told(const MinuteFigures& minute);

/// Remembers what was told of each channel. A reading is told when its quality is another one than was told, and, for a channel
/// with a deadband, when its value has moved by so much; of everything else each minute's figures are enough. Pure; one thread.
class Exceptions {
 public:
  std::optional<Observation> see(const Reading& reading, const std::optional<double>& deadband);

 private:
  struct Told {
    Quality quality = Quality::good;
    std::string why;
    double value = 0;  // the last that could be used
    bool valued = false;
  };
  std::map<std::pair<std::string, std::string>, Told, ChannelOrder> told_;
};

}  // namespace kuzet::alerts
