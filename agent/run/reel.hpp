// SPDX-License-Identifier: Apache-2.0
// The last seconds of a camera as compressed pictures: what a film shows of the time before its alert.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::run {

/// One compressed picture, with what is private covered before it was compressed. Films share its bytes.
struct Still {
  Moment taken;
  std::shared_ptr<const std::string> jpeg;
};

/// A ring: what is older than `keeps`, counted from the newest, goes, and the oldest beyond `most` bytes. One thread.
class Reel {
 public:
  explicit Reel(Duration keeps, std::size_t most = most_bytes) : keeps_(keeps), most_(most) {}

  void add(Still still);
  /// Those taken at `from` or later, oldest first.
  [[nodiscard]] std::vector<Still> since(Steady from) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return stills_.size(); }

  static constexpr std::size_t most_bytes = std::size_t{8} << 20;  // of a camera: 30 s at 640 x 360, 4 a second, are 4 MiB

 private:
  Duration keeps_;
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::deque<Still> stills_;
};

}  // namespace kuzet::run
