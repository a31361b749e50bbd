// SPDX-License-Identifier: Apache-2.0
// Loads the module that runs networks.
#include "agent/run/engine.hpp"

#include <dlfcn.h>

#include <string>

namespace kuzet::run {

Result<vision::MakeEngine*> onnx_engine(const char* module) {
  const auto failed = [&](const char* why) {
    return Error{Code::config, std::string("the part of Kuzet that runs models (") + module +
                                   ") cannot be loaded: " + (why == nullptr ? "no reason is given" : why)};
  };
  void* loaded = dlopen(module, RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) return failed(dlerror());
  void* found = dlsym(loaded, "kuzet_onnx_engine");
  if (found == nullptr) return failed(dlerror());
  return reinterpret_cast<vision::MakeEngine*>(found);
}

}  // namespace kuzet::run
