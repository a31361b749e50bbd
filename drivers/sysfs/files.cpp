// SPDX-License-Identifier: Apache-2.0
// Small files, their numbers, and the sentences about them.
#include "drivers/sysfs/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>

namespace kuzet::drivers::sysfs {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_names = 1000;
constexpr std::size_t most_listed = 12;  // as many as a technician reads
constexpr std::size_t most_shown = 40;

Error failure(Code code, const fs::path& file, const std::string& what) { return {code, shown(file.string()) + ": " + what}; }

class Descriptor {
 public:
  /// O_NONBLOCK: a pipe without a writer must not hold up the line. Files of the kernel do not care.
  explicit Descriptor(const fs::path& file) : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool is_file(int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

/// Reads up to one byte more than is allowed; the error number of what went wrong, or 0.
int read_all(int fd, std::string& out) {
  out.resize(largest_file + 1);
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t got = ::read(fd, out.data() + have, out.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

}  // namespace

Result<std::string> read_text(const fs::path& file) {
  const Descriptor open(file);
  if (open.get() < 0) return failure(Code::io, file, why(errno));
  if (!is_file(open.get())) return failure(Code::io, file, "is no file");
  std::string text;
  if (const int error = read_all(open.get(), text); error != 0) return failure(Code::io, file, why(error));
  if (text.size() > largest_file) return failure(Code::corrupt, file, "is longer than any file of the kernel");
  if (text.find('\0') != std::string::npos) return failure(Code::corrupt, file, "holds no text");
  const auto inner = trimmed(text);
  if (inner.empty()) return failure(Code::corrupt, file, "is empty");
  return std::string(inner);
}

Result<double> read_number(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (const auto value = number(*text)) return *value;
  return failure(Code::corrupt, file, "holds no number but \"" + shown(*text) + "\"");
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (out.size() == most_names) break;
    out.push_back(entry->path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

bool exists(const fs::path& file) {
  std::error_code failed;
  return fs::exists(file, failed) && !failed;
}

std::string shown(std::string_view text) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  const std::size_t most = text.starts_with('/') ? 200 : most_shown;  // ways are told in full
  std::string out;
  for (const char c : text.substr(0, most)) out += printable(c) ? c : '?';
  return text.size() > most ? out + "..." : out;
}

std::string there_are(const std::vector<std::string>& names) {
  if (names.empty()) return "; there is none";
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most_listed); ++i)
    out += (i == 0 ? "; there are: " : ", ") + shown(names[i]);
  if (names.size() > most_listed) out += " and " + std::to_string(names.size() - most_listed) + " more";
  return out;
}

std::string why(int error) {
  const std::string plain = std::generic_category().message(error);
  switch (error) {
    case ENOENT: return "no such file";
    case ENODEV:
    case ENXIO: return "no such device (any more)";
    case EACCES:
    case EPERM: return "no permission to read it";
    case EIO:
    case ETIMEDOUT:
    case EREMOTEIO: return "the device does not answer (" + plain + ")";
    case EBUSY: return "somebody else is reading it (" + plain + ")";
    default: return plain;
  }
}

}  // namespace kuzet::drivers::sysfs
