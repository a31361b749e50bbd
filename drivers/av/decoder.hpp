// SPDX-License-Identifier: Apache-2.0
// What turns packets into pictures: a decoder of libav, in software or in hardware, behind one interface.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/av/handles.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kuzet::drivers::av {

/// A decoder in software that runs on the caller's thread. Fails with `io`: "no decoder for its video: xyz".
Result<Owned<AVCodecContext>> open_decoder(const AVCodecParameters& parameters, AVRational time_base);
/// The same with a decoder that was chosen; `prepare` may set what has to be set before it is opened.
Result<Owned<AVCodecContext>> open_decoder(const AVCodec& decoder, const AVCodecParameters& parameters, AVRational time_base,
                                           const std::function<bool(AVCodecContext&)>& prepare = {});

/// True where each picture stands alone.
bool intra_only(AVCodecID codec);

/// How exact the decoder shall be with this packet. A still is whole or it is damaged (not with TIFF, whose decoder objects to
/// harmless tags); in a video cameras take liberties, but the end must be there.
int strictness(const AVPacket& packet, AVCodecID codec, bool still);

/// A decoder in use; the pictures that it gives are in memory that the processor reads. One thread uses it.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// As avcodec_send_packet(); nullptr: no more, give what you hold.
  virtual int send(const AVPacket* packet) = 0;
  /// As avcodec_receive_frame().
  virtual int receive(AVFrame& picture) = 0;
  /// Forgets all pictures: the next packet is a key frame.
  virtual void reset() = 0;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Pictures a second by the stream's own word, 0/1 where it says nothing.
  [[nodiscard]] virtual AVRational rate() const { return {0, 1}; }
};

/// libav's decoder as it is.
std::unique_ptr<Decoder> make_decoder(Owned<AVCodecContext> codec);

}  // namespace kuzet::drivers::av
