// SPDX-License-Identifier: Apache-2.0
// Reads the first line of a file.
#include "drivers/net/secret.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace kuzet::drivers::net {

namespace {

constexpr std::size_t longest = 4096;

/// What a regular file, or a credential of systemd, holds at its beginning.
Result<std::string> beginning_of(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a named pipe must not hold us up
  if (fd < 0) return Error{Code::io, std::generic_category().message(errno)};
  std::array<char, longest + 1> bytes{};
  const auto got = ::read(fd, bytes.data(), bytes.size());
  const int failed = errno;
  ::close(fd);
  if (got < 0) return Error{Code::io, std::generic_category().message(failed)};
  return std::string(bytes.data(), static_cast<std::size_t>(got));
}

}  // namespace

Result<std::string> secret(const std::string& setting, const std::string& file) {
  const auto text = beginning_of(file);
  if (!text) return text.error().within(setting + ": " + file);
  auto line = text->substr(0, text->find_first_of("\r\n"));
  if (line.empty()) return Error{Code::io, setting + ": " + file + ": its first line is empty"};
  if (line.size() > longest) return Error{Code::io, setting + ": " + file + ": longer than 4 KiB"};
  return line;
}

}  // namespace kuzet::drivers::net
