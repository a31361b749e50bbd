// SPDX-License-Identifier: Apache-2.0
// Reads pictures from a container, one by one, on one thread, and keeps account of what was damaged.
#pragma once

#include "agent/core/frame.hpp"
#include "agent/core/result.hpp"
#include "drivers/av/input.hpp"
#include "drivers/av/picture.hpp"
#include "drivers/av/timeline.hpp"

#include <memory>
#include <optional>
#include <string>

namespace kuzet::drivers::av {

/// An open recording or picture of which at least one picture could be decoded. One thread uses it.
class Reader {
 public:
  /// Opens the file and decodes its first picture, so that garbage is refused here. `patience` must outlive the result.
  /// Fails with `io` and one sentence; see Input::open_file().
  static Result<std::unique_ptr<Reader>> open_file(const std::string& path, Content content, const Patience& patience);

  /// The next picture with planes and position, the rest left empty; nullopt at the end or when a stop was requested. A damaged
  /// picture is skipped. Fails with `io` when patience is over.
  Result<std::optional<Frame>> next();

  /// How long the pictures that were read last.
  [[nodiscard]] Duration length() const { return timeline_.end(); }
  /// What was wrong, one sentence; empty when nothing was.
  [[nodiscard]] std::string damage() const;

 private:
  Reader(Input input, const Patience& patience) : patience_(patience), input_(std::move(input)), timeline_(input_.nominal()) {}
  std::optional<Error> start();
  Result<std::optional<Frame>> decode();
  std::optional<Frame> take(Owned<AVFrame> picture);
  void feed();
  void send();
  void damaged();
  [[nodiscard]] bool cut_short() const;

  const Patience& patience_;
  Input input_;
  Timeline timeline_;
  Pictures pictures_;
  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_{av_packet_alloc()};
  std::optional<Frame> ahead_;  ///< the first picture, decoded by open_file()
  bool grey_is_full_ = false;
  bool drained_ = false;                ///< no more packets
  bool ended_ = false;                  ///< no more pictures
  bool last_damaged_ = false;           ///< the last packet was no good
  std::optional<Duration> first_;       ///< the earliest stamp of a packet
  Duration reached_ = Duration::min();  ///< where the last packet ends
  int failures_ = 0;                    ///< reads that failed, in a row
  std::uint64_t damaged_ = 0;           ///< pictures that were skipped
};

}  // namespace kuzet::drivers::av
