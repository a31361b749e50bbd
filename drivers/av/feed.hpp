// SPDX-License-Identifier: Apache-2.0
// A camera on the network that is open, reduced to the packets of its one video stream.
#pragma once

#include "drivers/av/download.hpp"
#include "drivers/av/lookup.hpp"
#include "drivers/camera.hpp"

#include <memory>
#include <optional>
#include <string>

namespace kuzet::drivers::av {

/// An open stream. One thread uses it; `patience` must outlive it and ends every wait.
class Feed {
 public:
  /// Looks the name up, connects, and reads what the camera says about its streams. Fails with `io` and one sentence.
  static Result<std::unique_ptr<Feed>> open(const Address& address, Transport transport, const Patience& patience,
                                            const Resolver& resolver = system_look_up);
  /// Says good-bye, but takes no longer than a tenth of a second.
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// The next packet of the video stream. 0 or one of libav's error codes.
  int read(AVPacket& packet);

  /// The stream; nullptr until the first packet where the container does not say at its start.
  [[nodiscard]] const AVStream* video() const { return video_; }
  /// False where the stamps are made up because the container has none.
  [[nodiscard]] bool stamped() const { return stamped_; }
  /// True where the address answers with one picture.
  [[nodiscard]] bool still() const { return still_; }
  /// True when it sent data without end, and no picture.
  [[nodiscard]] bool flooded() const { return patience_.flooded() || (bytes_ && bytes_->exhausted()); }

 private:
  explicit Feed(const Patience& patience) : patience_(patience), asked_(&patience) {}
  [[nodiscard]] AVIOInterruptCB interrupt();
  std::optional<Error> start(const Way& way, Transport transport);
  std::optional<Error> start_rtsp(const Way& way, Transport transport);
  std::optional<Error> start_http(const Way& way);
  int open_format(const char* url, const AVInputFormat* kind, AVDictionary** options);
  void choose_stream();

  const Patience& patience_;
  const Patience* asked_;  // whom libav asks whether to go on
  std::unique_ptr<Download> bytes_;
  Owned<AVFormatContext> format_;
  AVStream* video_ = nullptr;
  bool stamped_ = true;
  bool still_ = false;
};

}  // namespace kuzet::drivers::av
