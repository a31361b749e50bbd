// SPDX-License-Identifier: Apache-2.0
// The lists of all drivers, made from drivers.def.
#include "drivers/camera.hpp"
#include "drivers/line.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kuzet::drivers {

#define KUZET_CAMERA(name) const CameraType& name##_camera();
#define KUZET_DEVICE(name) const DeviceType& name##_device();
#include "drivers/drivers.def"
#undef KUZET_DEVICE
#undef KUZET_CAMERA

std::span<const CameraType* const> camera_types() {
#define KUZET_CAMERA(name) &name##_camera(),
#define KUZET_DEVICE(name)
  static const std::array types{
#include "drivers/drivers.def"
  };
#undef KUZET_DEVICE
#undef KUZET_CAMERA
  return types;
}

const CameraType* find_camera(std::string_view source) {
  const auto types = camera_types();
  const auto found = std::ranges::find_if(types, [source](const CameraType* type) { return type->accepts(source); });
  return found == types.end() ? nullptr : *found;
}

std::span<const DeviceType* const> device_types() {
#define KUZET_CAMERA(name)
#define KUZET_DEVICE(name) &name##_device(),
  static const std::vector<const DeviceType*> types{
#include "drivers/drivers.def"
  };
#undef KUZET_DEVICE
#undef KUZET_CAMERA
  return types;
}

const DeviceType* find_device(std::string_view name) {
  const auto types = device_types();
  const auto found = std::ranges::find(types, name, &DeviceType::name);
  return found == types.end() ? nullptr : *found;
}

}  // namespace kuzet::drivers
