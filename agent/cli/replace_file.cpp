// SPDX-License-Identifier: Apache-2.0
// One file for another, without a moment at which there is none, or at which somebody reads it who may not.
#include "agent/cli/replace_file.hpp"

#include "agent/outbox/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace kuzet::cli {

namespace fs = std::filesystem;

namespace {

Error failure(const std::string& doing) { return {Code::io, doing + ": " + std::generic_category().message(errno)}; }

/// A file of its own with the owner and mode of another, flushed.
Result<> write_like(const fs::path& file, const std::string& text, const struct stat& like) {
  ::unlink(file.c_str());  // one that a power cut left
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return failure("create " + file.string());
  struct stat own {};
  bool fit = ::fstat(fd, &own) == 0;
  if (fit && (own.st_uid != like.st_uid || own.st_gid != like.st_gid)) fit = ::fchown(fd, like.st_uid, like.st_gid) == 0;
  fit = fit && ::fchmod(fd, like.st_mode & 07777) == 0;
  for (std::string_view rest = text; fit && !rest.empty();) {
    const auto written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    fit = written >= 0;
    if (fit) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  fit = fit && ::fsync(fd) == 0;
  const auto failed = failure("write " + file.string());
  ::close(fd);
  if (fit) return {};
  ::unlink(file.c_str());
  return failed;
}

}  // namespace

Result<> replace_file(const fs::path& file, const std::string& text, const fs::path& backup) {
  std::error_code failed;
  const auto target = fs::canonical(file, failed);
  struct stat like {};
  if (failed || ::stat(target.c_str(), &like) != 0) return failure("look at " + file.string());
  const auto before = outbox::read_file(target);
  if (!before) return before.error();
  const fs::path part = target.string() + ".part";
  for (const auto& [to, what] : {std::pair(backup, &*before), std::pair(target, &text)}) {
    if (auto written = write_like(part, *what, like); !written) return written;
    if (::rename(part.c_str(), to.c_str()) != 0) return failure("rename " + part.string());
  }
  return outbox::flush_folder(target.parent_path());
}

}  // namespace kuzet::cli
