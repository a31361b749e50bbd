// SPDX-License-Identifier: Apache-2.0
// libav's objects as values that free themselves, and how long libav may take; only drivers see libav.
#pragma once

#include "agent/core/time.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace kuzet::drivers::av {

/// Frees each of libav's objects in its own way.
struct Freer {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);  // libav may have put a larger buffer in place of ours
    avio_context_free(&io);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Freer>;

/// AV_NOPTS_VALUE without its old-style cast.
inline constexpr std::int64_t no_stamp = std::numeric_limits<std::int64_t>::min();

/// The largest picture: 8192 x 8192. What declares itself larger is damaged or an attack on the memory of the board.
inline constexpr std::int64_t max_pixels = 8192LL * 8192;

/// How long the call that runs now may take and whether it is still wanted; libav asks while it waits. It reads the steady
/// clock itself: a wait for the outside world ends in real time even where a test holds the agent's clock.
class Patience {
 public:
  /// Starts a call. Must not run while another thread is in a call.
  void begin(Duration timeout, std::stop_token stop) {
    until_ = std::chrono::steady_clock::now() + std::min<Duration>(timeout, std::chrono::hours(24));
    timeout_ = timeout;
    stop_ = std::move(stop);
  }
  [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }
  [[nodiscard]] bool expired() const { return std::chrono::steady_clock::now() >= until_; }
  [[nodiscard]] bool over() const { return stopped() || expired(); }
  [[nodiscard]] Duration timeout() const { return timeout_; }

  /// For AVFormatContext::interrupt_callback; this object must outlive the context.
  [[nodiscard]] AVIOInterruptCB callback() const {
    return {[](void* self) { return static_cast<const Patience*>(self)->over() ? 1 : 0; }, const_cast<Patience*>(this)};
  }

 private:
  Steady until_ = Steady::max();
  Duration timeout_{};
  std::stop_token stop_;
};

/// Keeps libav off standard error, which is for our own sentences. Harmless to call again, from any thread.
inline void silence() {
  av_log_set_callback([](void*, int, const char*, va_list) {});
}

}  // namespace kuzet::drivers::av
