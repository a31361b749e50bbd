// SPDX-License-Identifier: Apache-2.0
// Files that are on the disk when the call returns.
#include "agent/outbox/disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace kuzet::outbox {

namespace {

Error failure(const std::string& doing, int code) {
  return {code == ENOSPC || code == EDQUOT ? Code::full : Code::io, doing + ": " + std::generic_category().message(code)};
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0640)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<> write_all(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write " + name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return failure("flush " + name, errno);
  return {};
}

}  // namespace

Result<> flush_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) return failure("flush " + folder.string(), errno);
  return {};
}

namespace {

std::string part_of(const std::filesystem::path& file) { return file.string() + ".part"; }

/// Under a temporary name first. One of that name that a power cut left may have other permissions, or be a link of somebody's.
Result<> write_whole(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
  const auto part = part_of(file);
  ::unlink(part.c_str());
  Result<> written;
  {
    const Descriptor descriptor(part, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (descriptor.get() < 0) return failure("create " + part, errno);
    written = write_all(descriptor.get(), bytes, part);
  }
  if (written && ::rename(part.c_str(), file.c_str()) != 0) written = failure("rename " + part, errno);
  if (written) return flush_folder(file.has_parent_path() ? file.parent_path() : ".");
  ::unlink(part.c_str());
  return written;
}

}  // namespace

Result<> write_durably(const std::filesystem::path& file, std::string_view bytes) { return write_whole(file, bytes, 0640); }

Result<> write_secretly(const std::filesystem::path& file, std::string_view bytes) { return write_whole(file, bytes, 0600); }

Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return failure("read " + file.string(), errno);
  std::string bytes;  // read() and no iterators of the buffer, which throw where the file is a folder
  for (std::array<char, 16384> part{}; stream.read(part.data(), part.size()) || stream.gcount() > 0;)
    bytes.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) return failure("read " + file.string(), errno);
  return bytes;
}

Result<std::uint64_t> free_bytes(const std::filesystem::path& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return failure("look at the disk of " + folder.string(), errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<> lengthen(const std::filesystem::path& file, std::uint64_t bytes) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_APPEND);
  const auto length = descriptor.get() < 0 ? -1 : ::lseek(descriptor.get(), 0, SEEK_END);
  if (length < 0) return failure("lengthen " + file.string(), errno);
  const auto there = static_cast<std::uint64_t>(length);
  if (there >= bytes) return {};
  return write_all(descriptor.get(), std::string(bytes - there, '\0'), file.string());
}

Result<> make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(folder, failed);
  if (failed) return failure("create folder " + folder.string(), failed.value());
  using std::filesystem::perms;
  if (made) std::filesystem::permissions(folder, perms::owner_all | perms::group_read | perms::group_exec, failed);
  if (failed) return failure("set permissions of " + folder.string(), failed.value());
  return {};
}

Result<int> lock_folder(const std::filesystem::path& folder) {
  const auto file = folder / "lock";
  Descriptor descriptor(file, O_RDWR | O_CREAT);
  if (descriptor.get() < 0) return failure("open " + file.string(), errno);
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{Code::busy, "another kuzet is running on " + folder.string()};
    return failure("lock " + file.string(), errno);
  }
  return descriptor.release();
}

}  // namespace kuzet::outbox
