// SPDX-License-Identifier: Apache-2.0
// Opens sensors once and tells what they read.
#pragma once

#include "agent/run/sensor_schema.hpp"

#include <vector>

namespace kuzet::cli {

/// Opens the lines of these sensors together, waits until each has read all that it measures, at most `watch`, and prints the
/// readings: a block each, or `as_json` a line each. What is wrong goes to standard error. False: at least one gave nothing
/// that can be believed. A terminal is well when it works, whether or not somebody passes.
bool probe_sensors(const std::vector<run::SensorSettings>& sensors, Duration watch, bool as_json);

}  // namespace kuzet::cli
