// SPDX-License-Identifier: Apache-2.0
// Decoders in hardware: which there are, and a decoder that goes on in software when they fail, without losing the stream.
#pragma once

#include "drivers/av/decoder.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::drivers::av {

/// A way to decode that may be there.
struct Hardware {
  std::string name;  ///< "h264_v4l2m2m", "vaapi"
  /// Fails with a few words: "no such device".
  std::function<Result<std::unique_ptr<Decoder>>(const AVCodecParameters& parameters, AVRational time_base)> open;
};

/// What this FFmpeg offers for the codec, the preferred one first. Looks at no device.
std::vector<Hardware> hardware_for(AVCodecID codec);

/// The decoder that `hwaccel` asks for: "none", the one of that name, or with "auto" the first that works; whatever fails, now
/// or later, the next takes over, and software is the last. What failed is not tried again by "auto" as long as the program
/// runs. Fails with `io` when software cannot decode it either, and with `config` when nothing has that name.
Result<std::unique_ptr<Decoder>> choose_decoder(const AVCodecParameters& parameters, AVRational time_base,
                                                const std::string& hwaccel, const std::vector<Hardware>& offers);

}  // namespace kuzet::drivers::av
