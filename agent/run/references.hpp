// SPDX-License-Identifier: Apache-2.0
// How zones look when all is well, kept as pictures in the store's folder.
#pragma once

#include "agent/core/result.hpp"
#include "agent/run/configuration.hpp"
#include "vision/scene/reference.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// One kept reference, without its pixels. Its file is CAMERA@ZONE@LIGHT@FROM.jpg, FROM being "technician" or "learned"; the
/// zone of a reference of the whole picture is empty. A technician's goes before a learned one.
struct KeptReference {
  std::string camera;
  std::string zone;
  vision::Light light = vision::Light::day;
  bool learned = false;
  Wall taken;  ///< when the file was written
  std::filesystem::path file;
};

/// The folder `references` of a store. Anybody may ask at any time: it holds no state.
class References {
 public:
  explicit References(const std::filesystem::path& store) : folder_(store / "references") {}

  /// Sorted by name; what is no reference is left alone. Empty where there is no folder.
  [[nodiscard]] std::vector<KeptReference> list() const;
  /// Those of one zone with their pixels, one for each light. A file that cannot be read is left out and told in `faults`.
  [[nodiscard]] std::vector<vision::Reference> load(const std::string& camera, const std::string& zone,
                                                    std::vector<std::string>& faults) const;
  /// Keeps this picture as how `zone` looks; what lies further from the zone than half of its size is painted grey, privacy
  /// zones and people are covered. Replaces the one of the same light and origin. `io`: the disk does not take it.
  [[nodiscard]] Result<KeptReference> keep(const CameraSettings& camera, const std::string& zone,
                                           const vision::Reference& reference) const;
  /// Changes whenever a technician keeps a reference, of this camera where one is named; learned ones do not count.
  [[nodiscard]] std::string mark(const std::string& camera = "") const;

 private:
  std::filesystem::path folder_;
};

}  // namespace kuzet::run
