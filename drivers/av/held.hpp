// SPDX-License-Identifier: Apache-2.0
// Packets that came and were not decoded, kept until they are wanted after all, or not worth it any more.
#pragma once

#include "drivers/av/handles.hpp"

#include <cstddef>
#include <deque>

namespace kuzet::drivers::av {

/// In the order in which they came; bounded in number and in bytes.
class Held {
 public:
  /// False when there is no more room: everything is gone then, because what is left could not be decoded without the rest.
  bool keep(Owned<AVPacket> packet) {
    bytes_ += static_cast<std::size_t>(packet->size);
    packets_.push_back(std::move(packet));
    if (packets_.size() <= most_packets && bytes_ <= most_bytes) return true;
    clear();
    return false;
  }
  /// The oldest; nullptr where there is none.
  Owned<AVPacket> take() {
    if (packets_.empty()) return nullptr;
    auto packet = std::move(packets_.front());
    packets_.pop_front();
    bytes_ -= static_cast<std::size_t>(packet->size);
    return packet;
  }
  void clear() {
    packets_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] bool empty() const { return packets_.empty(); }

  static constexpr std::size_t most_packets = 300;     // 12 s at 25/s
  static constexpr std::size_t most_bytes = 2U << 20;  // 4 s of a stream of 4 Mbit/s

 private:
  std::deque<Owned<AVPacket>> packets_;
  std::size_t bytes_ = 0;
};

}  // namespace kuzet::drivers::av
