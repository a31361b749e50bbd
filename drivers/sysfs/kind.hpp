// SPDX-License-Identifier: Apache-2.0
// What the kernel measures in its own units, and what is made of it in ours.
#pragma once

#include "drivers/channels.hpp"
#include "drivers/line.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::sysfs {

/// One kind of channel: the kernel's value times `factor` is in `unit`.
struct Kind {
  std::string_view name;
  std::string_view unit;  ///< ours; empty: a plain number
  double factor = 1;
  std::optional<double> least = {};
  std::optional<double> most = {};
};

/// Unit and limits of its kind, where the technician says nothing; limits only where the value stays in the kind's unit.
inline void complete(Channel& channel, const Kind& kind) {
  if (channel.unit.empty()) channel.unit = kind.unit;
  if (channel.scale != 1 || channel.unit != kind.unit) return;
  if (!channel.least) channel.least = kind.least;
  if (!channel.most) channel.most = kind.most;
}

/// A sensor whose readings are named by the technician: each gets what follows from its kind; of one that has no kind
/// `fault_of` says what is wrong.
template <class Settings, class KindOf, class FaultOf>
Device sensor_of(std::shared_ptr<Settings> own, const Node& entry, const std::string& key, Faults& faults, KindOf kind_of,
                 FaultOf fault_of) {
  const Node* list = entry.find("readings");
  Device out{.id = {}, .line = own->root, .channels = {}, .passages = false, .every = own->every, .settings = own};
  for (std::size_t i = 0; i < own->readings.size(); ++i) {
    auto& reading = own->readings[i];
    if (const auto* kind = kind_of(reading))
      complete(reading, *kind);
    else if (!reading.channel.empty())
      faults.add(list->items[i].at, key + ".readings[" + std::to_string(i) + "].channel", fault_of(reading));
    out.channels.push_back(reading);
  }
  check_names(out.channels, key, entry.at, faults);
  return out;
}

}  // namespace kuzet::drivers::sysfs
