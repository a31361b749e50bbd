// SPDX-License-Identifier: Apache-2.0
// Reads as much of H.264's headers as leads to frame_num (ITU-T H.264, 7.3.2.1 and 7.3.3).
#include "drivers/av/continuity.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::av {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// Bits of a unit without the bytes that keep start codes out of it; past the end there are zeros.
class Bits {
 public:
  Bits(Bytes unit, std::size_t most) {
    int zeros = 0;
    for (const auto byte : unit.first(std::min(unit.size(), most))) {
      if (zeros >= 2 && byte == 3) {
        zeros = 0;
        continue;
      }
      zeros = byte == 0 ? zeros + 1 : 0;
      bytes_.push_back(byte);
    }
  }
  unsigned take(int count) {
    unsigned out = 0;
    for (; count > 0; --count, ++at_) out = out << 1 | (at_ / 8 < bytes_.size() ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
    return out;
  }
  unsigned golomb() {
    int zeros = 0;
    while (zeros < 31 && at_ / 8 < bytes_.size() && take(1) == 0) ++zeros;
    return (1U << zeros) - 1 + take(zeros);
  }
  int signed_golomb() {
    const auto code = golomb();
    const int half = static_cast<int>((code + 1) / 2);
    return code % 2 == 1 ? half : -half;
  }
  [[nodiscard]] bool beyond() const { return at_ > bytes_.size() * 8; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

void skip_scaling_list(Bits& bits, int size) {
  int last = 8, next = 8;
  for (int i = 0; i < size; ++i) {
    if (next != 0) next = (last + bits.signed_golomb() + 256) % 256;
    last = next == 0 ? last : next;
  }
}

/// What the higher profiles say about colours; true where the planes are coded apart.
bool skip_colours(Bits& bits) {
  const auto chroma = bits.golomb();
  const bool apart = chroma == 3 && bits.take(1) == 1;
  bits.golomb();
  bits.golomb();
  bits.take(1);
  if (bits.take(1) == 1)
    for (int i = 0; i < (chroma == 3 ? 12 : 8); ++i)
      if (bits.take(1) == 1) skip_scaling_list(bits, i < 6 ? 16 : 64);
  return apart;
}

void skip_order(Bits& bits) {
  const auto kind = bits.golomb();
  if (kind == 0) bits.golomb();
  if (kind != 1) return;
  bits.take(1);
  bits.golomb();
  bits.golomb();
  for (auto left = std::min(bits.golomb(), 255U); left > 0; --left) bits.golomb();
}

}  // namespace

Continuity::Continuity(const AVCodecParameters& parameters) : watched_(parameters.codec_id == AV_CODEC_ID_H264) {
  const Bytes header(parameters.extradata, static_cast<std::size_t>(std::max(parameters.extradata_size, 0)));
  if (!watched_ || header.size() < 8) return;
  if (header[0] != 1) {
    each_unit(header, [this](Bytes unit) { this->parameters(unit); });
    return;
  }
  length_size_ = (header[4] & 3) + 1;  // the container's own form: one size and one unit after another
  const auto size = static_cast<std::size_t>(header[6] << 8 | header[7]);
  if ((header[5] & 31) > 0 && 8 + size <= header.size()) this->parameters(header.subspan(8, size));
}

template <class Take>
void Continuity::each_unit(Bytes packet, const Take& take) const {
  if (length_size_ > 0) {
    for (const auto width = static_cast<std::size_t>(length_size_); packet.size() > width;) {
      std::size_t size = 0;
      for (std::size_t i = 0; i < width; ++i) size = size << 8 | packet[i];
      size = std::min(size, packet.size() - width);
      take(packet.subspan(width, size));
      packet = packet.subspan(width + size);
    }
    return;
  }
  constexpr std::array<std::uint8_t, 3> start{0, 0, 1};
  for (auto at = std::ranges::search(packet, start); !at.empty(); at = std::ranges::search(packet, start)) {
    packet = packet.subspan(static_cast<std::size_t>(at.end() - packet.begin()));
    take(packet);  // it may go on into the next one; only its beginning is read
  }
}

void Continuity::parameters(Bytes unit) {
  constexpr std::array<unsigned, 13> with_colours{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  if (unit.size() < 5 || (unit[0] & 31) != 7) return;
  Bits bits(unit.subspan(1), 512);
  const auto profile = bits.take(8);
  bits.take(16);
  bits.golomb();
  const bool colours = std::ranges::find(with_colours, profile) != with_colours.end();
  const bool apart = colours && skip_colours(bits);
  const auto size = bits.golomb() + 4;
  skip_order(bits);
  bits.golomb();
  const bool gaps = bits.take(1) == 1;
  if (bits.beyond() || size > 16) return;
  number_bits_ = static_cast<int>(size);
  planes_apart_ = apart;
  gaps_allowed_ = gaps;
}

bool Continuity::picture(Bytes unit) {
  const int kind = unit[0] & 31;
  const bool built_on = (unit[0] & 0x60) != 0;
  Bits bits(unit.subspan(1), 24);
  bits.golomb();
  bits.golomb();
  bits.golomb();
  if (planes_apart_) bits.take(2);
  const auto number = bits.take(number_bits_);
  if (bits.beyond()) return true;
  const auto most = 1U << number_bits_;
  const bool follows = kind == 5 || !last_ || gaps_allowed_ || number == *last_ || number == (*last_ + 1) % most;
  if (built_on || !follows) last_ = number;
  return follows;
}

bool Continuity::follows(const AVPacket& packet) {
  if (!watched_ || packet.size <= 0) return true;
  bool follows = true, seen = false;
  each_unit(Bytes(packet.data, static_cast<std::size_t>(packet.size)), [&](Bytes unit) {
    if (unit.empty() || seen) return;
    const int kind = unit[0] & 31;
    if (kind == 7) parameters(unit);
    if ((kind == 1 || kind == 5) && number_bits_ > 0) {
      follows = picture(unit);
      seen = true;  // the other parts of the picture carry the same number
    }
  });
  return follows;
}

}  // namespace kuzet::drivers::av
