// SPDX-License-Identifier: Apache-2.0
// Figures in the words of a technician.
#pragma once

#include "agent/core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run::checks {

/// With so many digits after the point.
std::string figure(double value, int digits);
/// "12.3 GB", "480 MB", "12 kB": decimal, as disks and cards are sold.
std::string sized(std::uint64_t bytes);
/// "12 days", "3 hours", "40 min".
std::string span(Duration duration);
/// "12 ms", "1.3 s".
std::string quick(Duration duration);
/// Of a file: "permission denied", "there is no such file".
std::string why(int error);

/// A small file of the kernel or the system without the white space around it; empty where it cannot be read. At most 64 kB.
std::string text_of(const std::filesystem::path& file);
std::vector<std::string> lines_of(const std::filesystem::path& file);
/// Words between spaces and tabs.
std::vector<std::string> words_of(std::string_view line);
/// Names in a folder, sorted; none where there is no such folder.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace kuzet::run::checks
