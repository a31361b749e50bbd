// SPDX-License-Identifier: Apache-2.0
// The settings of one entry under `cameras`.
#pragma once

#include "agent/run/configuration.hpp"

#include <string>

namespace kuzet::run {

/// The way to one of a list: "cameras[0]".
inline std::string item(const std::string& key, std::size_t i) { return key + "[" + std::to_string(i) + "]"; }

/// Every setting, for parsing, `describe` and the JSON Schema. What concerns several settings or several cameras is checked by
/// parse().
const Schema<CameraSettings>& camera_schema();

/// Tells that an entry has no `name`, which says what else it may have; where a key is nearly called so, that this one is
/// wrong.
void tell_missing(const Node& entry, const std::string& key, const std::string& name, const std::string& what, Faults& faults);

}  // namespace kuzet::run
