// SPDX-License-Identifier: Apache-2.0
// What the detectors of one camera may use beside its pictures: its object detector.
#pragma once

#include "agent/run/eye.hpp"

namespace kuzet::run {

/// Opens the models that the cameras name and keeps them in their settings. `config` and one line for each that cannot be used
/// ("kuzet.yaml:12:7: cameras[0].model: ..."); `name` is the configuration's.
Result<> open_models(Configuration& all, const std::string& name);

/// For the Eye of this camera, whose model (if it has one) is open. A detector that is made a second time (each picture alone)
/// begins with a fresh budget. One thread.
Eye::AidsFor aids_for(const CameraSettings& camera);

}  // namespace kuzet::run
