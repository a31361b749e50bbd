// SPDX-License-Identifier: Apache-2.0
// Turns a decoded picture of any pixel format into a Frame, without copying where the format allows.
#pragma once

#include "agent/core/frame.hpp"
#include "drivers/av/handles.hpp"

#include <optional>

namespace kuzet::drivers::av {

/// Keeps the scaler between pictures of one size and format. One thread uses it.
class Pictures {
 public:
  /// Planes, levels and hold of the frame, nothing else. 4:2:0 and grey pictures of 8 bits are not copied; others are
  /// converted, RGB to full range. `grey_is_full`: what a grey picture is that does not tell its range. nullopt: no such
  /// conversion.
  std::optional<Frame> wrap(Owned<AVFrame> picture, bool grey_is_full);

 private:
  Owned<AVFrame> convert(const AVFrame& picture, bool full_range);
  SwsContext* scaler(const AVFrame& picture, bool full_range);

  struct Key {
    int width = 0, height = 0, format = AV_PIX_FMT_NONE;
    bool full_range = false;
    friend bool operator==(const Key&, const Key&) = default;
  };
  Key key_;
  Owned<SwsContext> scaler_;
};

}  // namespace kuzet::drivers::av
