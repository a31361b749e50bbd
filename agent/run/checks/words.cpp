// SPDX-License-Identifier: Apache-2.0
// Figures and small files.
#include "agent/run/checks/words.hpp"

#include "drivers/sysfs/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace kuzet::run::checks {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string figure(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string sized(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 1e9) return figure(value / 1e9, 1) + " GB";
  if (value >= 1e6) return figure(value / 1e6, 0) + " MB";
  return figure(value / 1e3, 0) + " kB";
}

std::string span(Duration duration) {
  const double minutes = in_seconds(duration) / 60;
  if (minutes < 120) return figure(minutes, 0) + " min";
  if (minutes < 48 * 60) return figure(minutes / 60, 0) + " hours";
  return figure(minutes / 60 / 24, 0) + " days";
}

std::string quick(Duration duration) {
  const double seconds = in_seconds(duration);
  return seconds < 1 ? figure(seconds * 1000, 0) + " ms" : figure(seconds, 1) + " s";
}

std::string why(int error) {
  switch (error) {
    case EACCES:
    case EPERM: return "permission denied";
    case ENOENT: return "it is not there";
    case EROFS: return "its file system is read-only";
    default: return drivers::sysfs::why(error);
  }
}

std::string text_of(const fs::path& file) {
  constexpr std::streamsize most = 64 << 10;
  std::ifstream stream(file, std::ios::binary);
  std::string out(most, '\0');
  stream.read(out.data(), most);
  out.resize(static_cast<std::size_t>(stream.gcount()));
  const auto last = out.find_last_not_of(" \t\r\n");
  return last == std::string::npos ? std::string() : out.substr(0, last + 1);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> out;
  std::istringstream stream(text_of(file));
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  std::istringstream stream{std::string(line)};
  for (std::string word; stream >> word;) out.push_back(word);
  return out;
}

std::vector<std::string> names_in(const fs::path& folder) { return drivers::sysfs::names(folder); }

}  // namespace kuzet::run::checks
