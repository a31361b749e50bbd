// SPDX-License-Identifier: Apache-2.0
// Makes frames of what lies in a device's buffers: planes in some order, or a compressed picture.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"
#include "drivers/camera.hpp"
#include "drivers/v4l2/device.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace kuzet::drivers::v4l2 {

/// Copies what it is given: the buffer may go back to the driver at once. One thread uses it.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// Takes in what the camera gave; `key`: it needs no picture before it.
  virtual void put(std::span<const std::uint8_t> bytes, Steady taken, bool key) = 0;
  /// Something between the pictures was lost.
  virtual void lost() {}
  /// A picture with planes, hold and `taken.steady`, if there is one that is wanted; decodes one at most, so that nobody waits
  /// long. Key frames are always given; what comes between them is kept until all pictures are wanted again, or the next key
  /// frame. Fails where what was put in is no picture.
  virtual Result<std::optional<Frame>> get(Decode what) = 0;
  /// Whether another get() may give a picture.
  [[nodiscard]] virtual bool busy(Decode what) const = 0;
  /// libav's name of the decoder; empty where there is none.
  [[nodiscard]] virtual std::string decoder() const { return {}; }
};

/// Fails with `io` where libav lacks the decoder.
Result<std::unique_ptr<Unpacker>> make_unpacker(const Layout& layout);

/// Whether this is a picture that needs no other: always but for H.264 and H.265, in which it is looked for.
bool is_key(std::uint32_t fourcc, std::span<const std::uint8_t> bytes);

}  // namespace kuzet::drivers::v4l2
