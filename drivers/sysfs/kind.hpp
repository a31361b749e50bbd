// SPDX-License-Identifier: Apache-2.0
// What the kernel measures in its own units, and what is made of it in ours.
#pragma once

#include "agent/core/reading.hpp"

#include <optional>
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

}  // namespace kuzet::drivers::sysfs
