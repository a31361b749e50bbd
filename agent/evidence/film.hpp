// SPDX-License-Identifier: Apache-2.0
// A film of pictures, each at its time: an MP4 that any browser plays, in a file or in memory.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace kuzet::evidence {

struct FilmOptions {
  int width = 1280;          ///< pixels at most; the first picture decides, and both sides are made even
  double rate = 25;          ///< pictures a second, about: how long the last one is shown
  std::size_t pictures = 0;  ///< in memory: how many there will be at most, for the table at its beginning takes room
};

/// Takes pictures as they are: who films covers them first. H.264 where this FFmpeg can encode it, else MPEG-4 part 2; encoded
/// one by one on the caller's thread, none is kept waiting. The index stands at the beginning ("fast start"). One thread.
class Film {
 public:
  /// Draws over the three planes of a picture before it is encoded (video levels).
  using Paint = std::function<void(cv::Mat& luma, cv::Mat& cb, cv::Mat& cr)>;

  /// An unwritable file is told by the first add(); a film without a picture is no file.
  static Film into_file(std::string file, const FilmOptions& options = {});
  static Film into_memory(const FilmOptions& options);
  Film(Film&&) noexcept;
  Film& operator=(Film&&) noexcept;
  ~Film();

  /// `at`: the picture's time, counted from anywhere; one that is not later than the last is shown a millisecond after it.
  Result<> add(const Frame& frame, Duration at, const Paint& paint = {});
  /// Ends the film; nothing may be added after it.
  Result<> finish();
  /// From the first picture to the end of the last.
  [[nodiscard]] Duration length() const;
  /// Of a film in memory, once it is finished; empty without a picture.
  std::string take();

 private:
  class Maker;
  explicit Film(std::unique_ptr<Maker> maker);
  std::unique_ptr<Maker> maker_;
};

}  // namespace kuzet::evidence
