// SPDX-License-Identifier: Apache-2.0
// The module that runs networks, loaded when the first model is opened and never before.
#pragma once

#include "agent/core/result.hpp"
#include "vision/scene/engine.hpp"

namespace kuzet::run {

/// Looks beside the installed program (../lib/kuzet) or in the build folder: where the program's run path says. `config` and
/// one sentence when the module is missing or does not fit. It stays loaded to the end. Any thread.
Result<vision::MakeEngine*> onnx_engine(const char* module = "libkuzet-objects.so");

}  // namespace kuzet::run
