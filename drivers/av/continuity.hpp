// SPDX-License-Identifier: Apache-2.0
// Whether pictures of an H.264 stream are missing, by the numbers that they carry: the decoder fills such gaps and says
// nothing.
#pragma once

#include "drivers/av/handles.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kuzet::drivers::av {

/// Watches the packets of one stream in the order in which they come. Other codecs always follow. One thread uses it.
class Continuity {
 public:
  explicit Continuity(const AVCodecParameters& parameters);

  /// False when a picture that others are built on is missing before this one.
  bool follows(const AVPacket& packet);

 private:
  using Bytes = std::span<const std::uint8_t>;
  void parameters(Bytes unit);
  bool picture(Bytes unit);
  template <class Take>
  void each_unit(Bytes packet, const Take& take) const;

  bool watched_ = false;
  int length_size_ = 0;  ///< of the units in a packet; 0: they are separated by start codes
  int number_bits_ = 0;  ///< 0 as long as the stream has not said
  bool planes_apart_ = false;
  bool gaps_allowed_ = false;
  std::optional<unsigned> last_;  ///< the number of the last picture that others may be built on
};

}  // namespace kuzet::drivers::av
