// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, a pipe or a device for libav, opened by us, so that no letter in a name means anything to libav.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/av/handles.hpp"
#include "drivers/av/patience.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace kuzet::drivers::av {

/// Bytes that libav reads, so many and no more.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// What libav reads from; lives as long as this object.
  [[nodiscard]] virtual AVIOContext* context() const = 0;
  /// Allows some more bytes to be read: endless garbage must not be read for ever.
  virtual void grant() = 0;
  [[nodiscard]] virtual bool exhausted() const = 0;
};

/// An open file. Reads of a pipe or a device wait no longer than Patience allows. One thread uses it.
class Bytes final : public ByteSource {
 public:
  /// Opens without waiting (a pipe may have no writer yet). Fails with `io`: "no such file", "permission denied".
  /// `patience` must outlive the result.
  static Result<std::unique_ptr<Bytes>> open(const std::string& path, const Patience& patience);
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() override;

  [[nodiscard]] AVIOContext* context() const override { return context_.get(); }
  void grant() override { left_ = most; }
  [[nodiscard]] bool exhausted() const override { return left_ <= 0; }
  /// True for a regular file without a single byte.
  [[nodiscard]] bool nothing() const { return regular_ && size_ == 0; }

  /// More than the largest index of a day-long recording, less than a second of reading from memory.
  static constexpr std::int64_t most = 256LL << 20;

 private:
  Bytes(int fd, const Patience& patience);
  static int read(void* self, std::uint8_t* to, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
  [[nodiscard]] bool wait() const;

  int fd_;
  const Patience& patience_;
  bool regular_ = false;
  std::int64_t size_ = 0;
  std::int64_t left_ = most;
  Owned<AVIOContext> context_;
};

/// The failure for errno after a file could not be opened.
Error open_error(int error_number);

}  // namespace kuzet::drivers::av
