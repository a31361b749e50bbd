// SPDX-License-Identifier: Apache-2.0
// Reads a file descriptor for libav, interruptibly.
#include "drivers/av/bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kuzet::drivers::av {

namespace {

constexpr int buffer_size = 64 << 10;
constexpr int poll_milliseconds = 50;  // a stop request is seen well within the promised 0.2 s

}  // namespace

Error open_error(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: return {Code::io, "no such file"};
    case EACCES:
    case EPERM: return {Code::io, "permission denied"};
    case ELOOP: return {Code::io, "a link that points to itself"};
    default: return {Code::io, std::generic_category().message(error_number)};
  }
}

Result<std::unique_ptr<Bytes>> Bytes::open(const std::string& path, const Patience& patience) {
  // Without O_NONBLOCK the open of a pipe would wait for a writer, for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return open_error(errno);
  std::unique_ptr<Bytes> bytes(new Bytes(fd, patience));
  if (!bytes->context()) return Error{Code::io, "out of memory"};
  return bytes;
}

Bytes::Bytes(int fd, const Patience& patience) : fd_(fd), patience_(patience) {
  struct stat about {};
  regular_ = fstat(fd_, &about) == 0 && S_ISREG(about.st_mode);
  size_ = about.st_size;
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_size));
  if (!buffer) return;
  context_.reset(avio_alloc_context(buffer, buffer_size, 0, this, &Bytes::read, nullptr, regular_ ? &Bytes::seek : nullptr));
  if (!context_) av_free(buffer);
}

Bytes::~Bytes() { ::close(fd_); }

/// False when patience is over before there is anything to read.
bool Bytes::wait() const {
  if (regular_) return !patience_.over();
  while (!patience_.over()) {
    pollfd ready{fd_, POLLIN, 0};
    // Only after poll() says so is a read of 0 bytes an end: a pipe without a writer yet reads as ended, too.
    if (poll(&ready, 1, poll_milliseconds) > 0) return true;
  }
  return false;
}

int Bytes::read(void* self, std::uint8_t* to, int size) {
  auto& bytes = *static_cast<Bytes*>(self);
  while (bytes.wait()) {
    if (bytes.exhausted()) return AVERROR_EXIT;
    const auto got = ::read(bytes.fd_, to, static_cast<std::size_t>(size));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return AVERROR(errno);
    bytes.left_ -= got;
    return got == 0 ? AVERROR_EOF : static_cast<int>(got);
  }
  return AVERROR_EXIT;
}

std::int64_t Bytes::seek(void* self, std::int64_t offset, int whence) {
  const auto& bytes = *static_cast<const Bytes*>(self);
  if ((whence & AVSEEK_SIZE) != 0) return bytes.size_;
  const auto at = lseek(bytes.fd_, offset, whence & ~AVSEEK_FORCE);
  return at < 0 ? AVERROR(errno) : at;
}

}  // namespace kuzet::drivers::av
