// SPDX-License-Identifier: Apache-2.0
// Reads the small files by which the kernel tells of its devices, whatever they hold.
#pragma once

#include "agent/core/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::sysfs {

/// A file of the kernel is at most a page long; what is longer is no such file.
constexpr std::size_t largest_file = 4096;

/// The text of a file without the white space around it. `io`: it cannot be opened or read; `corrupt`: it is empty, too long,
/// or no text. Never waits for a pipe or a terminal; a file of the kernel is read for as long as its device takes, nobody can
/// interrupt that, and the kernel's driver is what bounds it (1-Wire: 0.8 s).
Result<std::string> read_text(const std::filesystem::path& file);
/// The one number that a file holds, written with a point, whatever the locale says. `corrupt` where it holds no number.
Result<double> read_number(const std::filesystem::path& file);
/// Of the text itself: all of it is one finite decimal number.
std::optional<double> number(std::string_view text);

/// Names in a folder, sorted; none where there is no such folder. At most 1,000: what is no folder of the kernel may hold more.
std::vector<std::string> names(const std::filesystem::path& folder);
/// Whether it is there, links followed.
bool exists(const std::filesystem::path& file);

/// For sentences: a few letters of what a file holds, nothing that could spoil a log.
std::string shown(std::string_view text);
/// For sentences: "; there are: a, b, c and 4 more", "; there is none".
std::string there_are(const std::vector<std::string>& names);
/// What an error number means for the technician: "no permission", "the device does not answer (Input/output error)".
std::string why(int error);

}  // namespace kuzet::drivers::sysfs
