// SPDX-License-Identifier: Apache-2.0
// Pictures of a live stream: which packets are decoded, which are kept for later, and when each picture was taken.
#pragma once

#include "agent/core/frame.hpp"
#include "drivers/av/arrival.hpp"
#include "drivers/av/continuity.hpp"
#include "drivers/av/feed.hpp"
#include "drivers/av/hardware.hpp"
#include "drivers/av/held.hpp"
#include "drivers/av/picture.hpp"
#include "drivers/av/throttle.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace kuzet::drivers::av {

/// An open stream of which at least one picture could be decoded. One thread uses it.
class Live {
 public:
  /// Reads until the first picture is decoded, so that what is no video is refused here. `patience`, `key_only` (set by any
  /// thread) and `clock`, which dates pictures, must outlive the result. Fails with `io` and one sentence.
  static Result<std::unique_ptr<Live>> open(std::unique_ptr<Feed> feed, const CameraRequest& request,
                                            const std::atomic<bool>& key_only, const Clock& clock, const Patience& patience);

  /// The next picture with planes, position and date; nullopt when a stop was requested. Fails with `io`: "the stream ended",
  /// "no picture for 10s".
  Result<std::optional<Frame>> next();

  [[nodiscard]] CameraAbout about() const;
  [[nodiscard]] CameraCounts counts() const { return counts_; }

 private:
  /// What is remembered of a packet until its picture comes out of the decoder.
  struct Record {
    std::int64_t index = -1;
    Steady taken;
  };

  Live(std::unique_ptr<Feed> feed, const CameraRequest& request, const std::atomic<bool>& key_only, const Clock& clock,
       const Patience& patience);
  std::optional<Frame> receive();
  std::optional<Frame> take(Owned<AVFrame> picture);
  void date(Frame& frame, std::int64_t index, Steady now);
  std::optional<Error> feed();
  std::optional<Error> begin_decoding();
  [[nodiscard]] Error failed(int error) const;
  void note(AVPacket& packet);
  void sort(Owned<AVPacket> packet);
  void key_frame(Owned<AVPacket> packet, Steady now);
  void decode(const AVPacket& packet);
  void damaged(Steady now);
  bool afford(Steady now);
  bool waits_for_key(Steady now);
  bool only_keys(Steady now);
  bool is_doubtful(bool key, Steady now);

  const Patience& patience_;
  const std::atomic<bool>& key_only_;
  const Clock& clock_;
  std::unique_ptr<Feed> feed_;
  const Pace pace_;
  const Duration timeout_;
  const std::string hwaccel_;
  std::unique_ptr<Decoder> decoder_;
  AVCodecID codec_ = AV_CODEC_ID_NONE;
  bool intra_only_ = false;
  Pictures pictures_;
  Arrival arrival_;
  std::optional<Continuity> continuity_;
  Held held_;  // packets that continue what the decoder has decoded
  Throttle decodes_, reads_;
  std::array<Record, 1024> records_{};  // more than are ever held back
  std::optional<Frame> ahead_;          // the first picture, decoded by open()
  std::int64_t index_ = 0;              // counts packets
  std::int64_t given_ = -1;             // the last picture that was forced out of the decoder, which will decode it again
  Owned<AVPacket> alone_;               // a key frame that may have to be forced out
  bool draining_ = false;               // it is being forced out
  bool impatient_ = false;              // until the next key frame, because this one lasts too long
  const Moment origin_;
  std::optional<Steady> waiting_;  // since when nothing can be decoded before a key frame comes
  std::optional<Steady> doubt_;    // since when pictures may be smeared
  Steady last_picture_;
  std::optional<Steady> came_;  // when the packet before came
  std::optional<Steady> last_key_, first_taken_;
  Duration last_position_{};
  int failures_ = 0;
  std::uint64_t missed_ = missing_references;
  bool flood_ = false;
  bool opened_ = false;
  PictureSize size_{};
  CameraCounts counts_;
};

}  // namespace kuzet::drivers::av
