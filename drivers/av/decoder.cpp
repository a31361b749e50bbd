// SPDX-License-Identifier: Apache-2.0
// Opens libav's decoders and says how exact they shall be.
#include "drivers/av/decoder.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace kuzet::drivers::av {

namespace {

/// False where the end of a JPEG is missing. Its decoder is content with half a picture and fills the rest with grey.
bool jpeg_ends(const AVPacket& packet) {
  constexpr std::array<std::uint8_t, 2> end_marker{0xFF, 0xD9};
  constexpr std::size_t most_after_it = 64;  // besides the zeros with which cameras fill their buffers
  std::span bytes(packet.data, static_cast<std::size_t>(packet.size));
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  return !std::ranges::search(bytes.last(std::min(bytes.size(), most_after_it)), end_marker).empty();
}

class Plain final : public Decoder {
 public:
  explicit Plain(Owned<AVCodecContext> codec) : codec_(std::move(codec)) {}
  int send(const AVPacket* packet) override {
    if (packet) codec_->err_recognition = strictness(*packet, codec_->codec_id, false);
    return avcodec_send_packet(codec_.get(), packet);
  }
  int receive(AVFrame& picture) override { return avcodec_receive_frame(codec_.get(), &picture); }
  void reset() override { avcodec_flush_buffers(codec_.get()); }
  [[nodiscard]] std::string name() const override { return codec_->codec->name; }
  [[nodiscard]] AVRational rate() const override { return codec_->framerate; }

 private:
  Owned<AVCodecContext> codec_;
};

}  // namespace

Result<Owned<AVCodecContext>> open_decoder(const AVCodecParameters& parameters, AVRational time_base) {
  const auto* decoder = avcodec_find_decoder(parameters.codec_id);
  if (!decoder) return Error{Code::io, std::string("no decoder for its video: ") + avcodec_get_name(parameters.codec_id)};
  return open_decoder(*decoder, parameters, time_base);
}

Result<Owned<AVCodecContext>> open_decoder(const AVCodec& decoder, const AVCodecParameters& parameters, AVRational time_base,
                                           const std::function<bool(AVCodecContext&)>& prepare) {
  Owned<AVCodecContext> codec(avcodec_alloc_context3(&decoder));
  if (!codec || avcodec_parameters_to_context(codec.get(), &parameters) < 0) return Error{Code::io, "out of memory"};
  codec->thread_count = 1;  // the other cores are for the detectors, and frame threads would hold pictures back
  codec->pkt_timebase = time_base;
  codec->max_pixels = max_pixels;
  if ((prepare && !prepare(*codec)) || avcodec_open2(codec.get(), &decoder, nullptr) < 0)
    return Error{Code::io, std::string("its video cannot be decoded: ") + decoder.name};
  return codec;
}

bool intra_only(AVCodecID codec) {
  const auto* about = avcodec_descriptor_get(codec);
  return about && (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
}

int strictness(const AVPacket& packet, AVCodecID codec, bool still) {
  const bool jpeg = codec == AV_CODEC_ID_MJPEG;
  const bool strict = still ? jpeg || codec == AV_CODEC_ID_PNG : jpeg && !jpeg_ends(packet);
  return strict ? AV_EF_CRCCHECK | AV_EF_EXPLODE : 0;
}

std::unique_ptr<Decoder> make_decoder(Owned<AVCodecContext> codec) { return std::make_unique<Plain>(std::move(codec)); }

}  // namespace kuzet::drivers::av
