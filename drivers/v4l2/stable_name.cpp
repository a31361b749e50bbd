// SPDX-License-Identifier: Apache-2.0
// Looks for a link that leads to the device.
#include "drivers/v4l2/stable_name.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace kuzet::drivers::v4l2 {

namespace fs = std::filesystem;

std::string advice_on_name(const std::string& device, const fs::path& names) {
  if (!fs::path(device).filename().string().starts_with("video")) return {};
  std::vector<std::string> links;
  std::error_code failed;
  for (fs::directory_iterator entry(names, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code gone;
    if (fs::equivalent(entry->path(), device, gone)) links.push_back(entry->path().string());
  }
  if (links.empty()) return {};
  std::ranges::sort(links);
  return device + " may be another camera after it is plugged in again: write " + links[0];
}

}  // namespace kuzet::drivers::v4l2
