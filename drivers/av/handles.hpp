// SPDX-License-Identifier: Apache-2.0
// libav's objects as values that free themselves; only drivers see libav.
#pragma once

#include "drivers/av/patience.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

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

/// How often a decoder on this thread missed a picture that it needed. H.265's says so in its log alone.
inline thread_local std::uint64_t missing_references = 0;

/// Keeps libav off standard error, which is for our own sentences. Harmless to call again, from any thread.
inline void silence() {
  av_log_set_callback([](void*, int, const char* format, va_list) {
    if (std::string_view(format).starts_with("Could not find ref with POC")) ++missing_references;
  });
}

}  // namespace kuzet::drivers::av
