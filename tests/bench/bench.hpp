// SPDX-License-Identifier: Apache-2.0
// What is measured; every part prints its table.
#pragma once

#include "agent/core/geometry.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::bench {

/// Footage and the zone in it in which nobody may park.
struct Footage {
  std::filesystem::path file;
  Polygon zone;
};

struct Request {
  std::vector<Footage> footage;  ///< at least one
  std::filesystem::path folder;  ///< empty, for what is written
  std::chrono::seconds duration{30};
  int pairs = 3;
};

/// A configuration in which `detectors` watch one camera, those that need it in the zone `yard`.
std::string configuration(const Footage& footage, const std::filesystem::path& store,
                          const std::vector<std::string>& detectors);

/// The agent as it runs on a board against bare decoding of the same footage at the same pace.
void measure_whole(const Request& request);
/// One look of each detector, and one picture of evidence, against decoding of one picture and against MOG2.
void measure_looks(const Request& request);

}  // namespace kuzet::bench
