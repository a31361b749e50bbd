// SPDX-License-Identifier: Apache-2.0
// A small store as bytes, and harm done to these bytes as a fuzzer says.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace kuzet::fuzz {

/// The files of a folder by their names in it.
using Files = std::map<std::string, std::string>;

inline Files files_in(const std::filesystem::path& folder) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[std::filesystem::relative(entry.path(), folder).string()] = test::file_bytes(entry.path());
  return files;
}

/// The folder holds these files afterwards and nothing else.
inline void put_files(const std::filesystem::path& folder, const Files& files) {
  std::error_code none;
  std::filesystem::remove_all(folder, none);
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    test::write_file(folder / name, bytes);
  }
}

/// Six bytes of input are one harm: which file, what is done, where (three bytes), and with what.
inline void damage(Files& files, std::span<const std::uint8_t> input, const std::array<std::string, 4>& names) {
  constexpr std::size_t page = 4096;
  for (; input.size() >= 6; input = input.subspan(6)) {
    auto& bytes = files[names[input[0] % 4]];
    if (bytes.empty()) continue;
    const std::size_t at = (std::size_t{input[2]} | std::size_t{input[3]} << 8 | std::size_t{input[4]} << 16) % bytes.size();
    const auto value = static_cast<char>(input[5]);
    const auto run = [&](std::size_t from, std::size_t size) {
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), std::min(size, bytes.size() - from), value);
    };
    switch (input[1] % 5) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ value); break;
      case 1: bytes[at] = value; break;
      case 2: run(at, 16); break;
      case 3: run(at / page * page, page); break;
      default: bytes.resize(at); break;
    }
  }
}

}  // namespace kuzet::fuzz
