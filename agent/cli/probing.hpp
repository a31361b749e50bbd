// SPDX-License-Identifier: Apache-2.0
// Opens a camera once, watches it for a while, and measures what it gives and costs.
#pragma once

#include "agent/cli/advice.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/references.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::cli {

struct Probed {
  std::string shown;  ///< the source without secrets
  std::optional<Error> failure;
  Measured measured;
  Use use;
  std::optional<SubStream> sub;
  std::vector<std::string> advice;
};

/// Takes at most the camera's time-out and `watch`, and as much again where a sub-stream is looked for. Any thread; throws
/// nothing but what libraries throw.
Probed probe(const run::CameraSettings& camera, const run::References& references, Duration watch);

}  // namespace kuzet::cli
