// SPDX-License-Identifier: Apache-2.0
// Makes frames of what lies in a device's buffers: planes in some order, or a compressed picture.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"
#include "drivers/av/picture.hpp"
#include "drivers/v4l2/device.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace kuzet::drivers::v4l2 {

/// Copies: the buffer may go back to the driver as soon as a call returns. One thread uses it.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// A frame with planes and hold. nullopt: a video decoder needs more before it gives a picture. Fails where the bytes are no
  /// picture.
  virtual Result<std::optional<Frame>> unpack(std::span<const std::uint8_t> bytes) = 0;
  /// Forgets what it holds; the pictures until the next key frame are not wanted.
  virtual void skip() {}
  /// libav's name of the decoder; empty where there is none.
  [[nodiscard]] virtual std::string decoder() const { return {}; }
};

/// Fails with `io` where libav lacks the decoder.
Result<std::unique_ptr<Unpacker>> make_unpacker(const Layout& layout);

/// Whether this is a picture that needs no other: always but for H.264 and H.265, in which it is looked for.
bool is_key(std::uint32_t fourcc, std::span<const std::uint8_t> bytes);

}  // namespace kuzet::drivers::v4l2
