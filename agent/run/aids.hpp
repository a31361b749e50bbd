// SPDX-License-Identifier: Apache-2.0
// What the detectors of one camera may use beside its pictures: its object detector, and how its zones look when all is well.
#pragma once

#include "agent/run/eye.hpp"
#include "agent/run/orders.hpp"
#include "agent/run/references.hpp"

#include <string>
#include <vector>

namespace kuzet::run {

/// Opens the models that the cameras name and keeps them in their settings. `config` and one line for each that cannot be used
/// ("kuzet.yaml:12:7: cameras[0].model: ..."); `name` is the configuration's.
Result<> open_models(Configuration& all, const std::string& name);

/// load() and open_models() in one: a configuration that can be run.
Result<Configuration> load_with_models(const std::string& file);

/// For the Eye of this camera, whose model (if it has one) is open. A detector that is made a second time (each picture alone)
/// begins with a fresh budget, of which `orders` (may be none) leave less on a busy board. References are read now; what is
/// wrong with one goes into `faults`. One thread.
Eye::AidsFor aids_for(const CameraSettings& camera, const References& references, std::vector<std::string>& faults,
                      const SharedOrders& orders = nullptr);

}  // namespace kuzet::run
