// SPDX-License-Identifier: Apache-2.0
// A container that is open (a recording, a picture), reduced to the packets of its one video stream.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/av/bytes.hpp"
#include "drivers/av/handles.hpp"

#include <memory>
#include <optional>
#include <string>

namespace kuzet::drivers::av {

/// What may be in a file.
enum class Content { any, picture };

/// An open container. One thread uses it; `patience` must outlive it and ends every wait.
class Input {
 public:
  /// Opens a file whatever its name is: the format is found by content, among those that carry pictures. Fails with `io`:
  /// "no such file", "no video or picture in it".
  static Result<Input> open_file(const std::string& path, Content content, const Patience& patience);

  /// Reads the next packet of the video stream. 0 or one of libav's error codes, AVERROR_EOF at the end.
  int read(AVPacket& packet);

  [[nodiscard]] const AVStream& video() const { return *video_; }
  /// How long a picture lasts by the container's word, 1/25 s where that is not sane.
  [[nodiscard]] Duration nominal() const;
  /// How long the video is by the container's word, where that can be relied on.
  [[nodiscard]] std::optional<Duration> declared() const { return declared_; }
  /// True where the file is a picture.
  [[nodiscard]] bool still() const { return still_; }

  /// Allows some more bytes to be read; see Bytes::grant().
  void grant() const { bytes_->grant(); }
  /// True when those were read without success.
  [[nodiscard]] bool exhausted() const { return bytes_->exhausted(); }

 private:
  Input() = default;
  std::optional<Error> start(Content content, const Patience& patience);
  std::optional<Error> look_inside();
  std::optional<Error> choose_stream();

  std::unique_ptr<Bytes> bytes_;  // freed after format_, which reads from it
  Owned<AVFormatContext> format_;
  AVStream* video_ = nullptr;
  std::optional<Duration> declared_;
  bool still_ = false;
};

/// Whether a format is one of those that carry pictures and do what they are told.
bool is_picture(const AVInputFormat& format);
bool is_video(const AVInputFormat& format);
/// For AVFormatContext::io_open: a container may name other files; we read the one that we were given.
int refuse_others(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**);

/// A stamp or a duration of libav's in ours; nullopt where it is none or beyond a hundred years.
std::optional<Duration> to_duration(std::int64_t value, AVRational unit);

}  // namespace kuzet::drivers::av
