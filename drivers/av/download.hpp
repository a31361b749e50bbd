// SPDX-License-Identifier: Apache-2.0
// The bytes that a camera sends over HTTP, counted and slowed down, so that no camera can flood the board.
#pragma once

#include "drivers/av/address.hpp"
#include "drivers/av/bytes.hpp"

#include <memory>
#include <string>

namespace kuzet::drivers::av {

/// Which way a name was found and what to call the camera there.
struct Way {
  Address address;
  std::string host;  ///< the numeric address
};

/// An answer of a camera that is being read. One thread uses it.
class Download final : public ByteSource {
 public:
  /// Asks for the address; `interrupt` ends any wait. Fails with `io`; see failure_of().
  static Result<std::unique_ptr<Download>> open(const Way& way, const Patience& patience, AVIOInterruptCB interrupt);

  [[nodiscard]] AVIOContext* context() const override { return context_.get(); }
  void grant() override { left_ = most; }
  [[nodiscard]] bool exhausted() const override { return left_ <= 0; }
  /// What the camera says that it sends: "multipart/x-mixed-replace", in small letters; empty where it does not say.
  [[nodiscard]] const std::string& kind() const { return kind_; }

  /// For one picture: four times an 8K picture in its best quality.
  static constexpr std::int64_t most = 64LL << 20;

 private:
  struct Closer {
    void operator()(AVIOContext* io) const { avio_closep(&io); }
  };
  Download(std::unique_ptr<AVIOContext, Closer> inner, const Patience& patience);
  static int read(void* self, std::uint8_t* to, int size);
  [[nodiscard]] bool pace(int got);

  std::unique_ptr<AVIOContext, Closer> inner_;
  const Patience& patience_;
  std::string kind_;
  std::int64_t left_ = most;
  Steady window_{};
  std::int64_t in_window_ = 0;
  Owned<AVIOContext> context_;
};

/// What went wrong in words for a technician, after a call of libav's failed.
Error failure_of(int error);

}  // namespace kuzet::drivers::av
