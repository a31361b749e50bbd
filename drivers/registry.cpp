// SPDX-License-Identifier: Apache-2.0
// The list of all camera drivers, made from drivers.def.
#include "drivers/camera.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers {

#define KUZET_CAMERA(name) const CameraType& name##_camera();
#include "drivers/drivers.def"
#undef KUZET_CAMERA

std::span<const CameraType* const> camera_types() {
#define KUZET_CAMERA(name) &name##_camera(),
  static const std::array types{
#include "drivers/drivers.def"
  };
#undef KUZET_CAMERA
  return types;
}

const CameraType* find_camera(std::string_view source) {
  const auto types = camera_types();
  const auto found = std::ranges::find_if(types, [source](const CameraType* type) { return type->accepts(source); });
  return found == types.end() ? nullptr : *found;
}

}  // namespace kuzet::drivers
