// SPDX-License-Identifier: Apache-2.0
// The list of all detectors, made from detectors.def.
#include "vision/detector.hpp"

#include <algorithm>
#include <array>

namespace kuzet::vision {

#define KUZET_DETECTOR(name) const DetectorType& name##_detector();
#include "vision/detectors.def"
#undef KUZET_DETECTOR

std::span<const DetectorType* const> detector_types() {
#define KUZET_DETECTOR(name) &name##_detector(),
  static const std::array types{
#include "vision/detectors.def"
  };
#undef KUZET_DETECTOR
  return types;
}

const DetectorType* find_detector(std::string_view name) {
  const auto types = detector_types();
  const auto found = std::ranges::find(types, name, &DetectorType::name);
  return found == types.end() ? nullptr : *found;
}

}  // namespace kuzet::vision
