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
#ifdef KUZET_MODULE_FOLDER  // sanitizers call dlopen in our place, and their library has not our run path
  const auto path = std::string(module).find('/') == std::string::npos ? KUZET_MODULE_FOLDER + std::string(module) : module;
#else
  const std::string path = module;
#endif
  void* loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) return failed(dlerror());
  void* found = dlsym(loaded, "kuzet_onnx_engine");
  if (found == nullptr) return failed(dlerror());
  return reinterpret_cast<vision::MakeEngine*>(found);
}

}  // namespace kuzet::run
