// SPDX-License-Identifier: Apache-2.0
// The settings of one entry under `cameras`.
#pragma once

#include "agent/run/configuration.hpp"

namespace kuzet::run {

/// Every setting, for parsing, `describe` and the JSON Schema. What concerns several settings or several cameras is checked by
/// parse().
const Schema<CameraSettings>& camera_schema();

}  // namespace kuzet::run
