// SPDX-License-Identifier: Apache-2.0
// Writes frames into an MP4 file, as the cameras of the field would have recorded them.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"

#include <memory>
#include <string>

namespace kuzet::scenes {

/// H.264 where this FFmpeg can write it, MPEG-4 part 2 elsewhere; one key picture every two seconds. One thread uses it.
class Mp4 {
 public:
  /// Fails with `io` when the file cannot be written or no encoder is there. `size` must be even; `fps` is kept to 1/1000.
  static Result<Mp4> create(const std::string& path, cv::Size size, double fps);
  Mp4(Mp4&&) noexcept;
  Mp4& operator=(Mp4&&) noexcept;
  ~Mp4();  ///< without finish() the file is damaged

  /// Adds one picture of the size that was promised.
  Result<> add(const Frame& frame);
  /// Writes what is still held back, and the index.
  Result<> finish();
  /// The encoder's name as FFmpeg knows it: libx264 or mpeg4.
  [[nodiscard]] std::string encoder() const;

 private:
  struct State;
  explicit Mp4(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kuzet::scenes
