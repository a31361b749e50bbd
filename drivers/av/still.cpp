// SPDX-License-Identifier: Apache-2.0
// Single pictures: JPEG and PNG, found by their first bytes, whatever the camera calls them.
#include "drivers/av/still.hpp"

#include "drivers/av/decoder.hpp"

namespace kuzet::drivers::av {

namespace {

AVCodecID codec_of(const AVPacket& packet) {
  if (packet.size > 4 && packet.data[0] == 0xFF && packet.data[1] == 0xD8) return AV_CODEC_ID_MJPEG;
  if (packet.size > 4 && packet.data[0] == 0x89 && packet.data[1] == 'P') return AV_CODEC_ID_PNG;
  return AV_CODEC_ID_NONE;
}

/// Everything that comes, in pieces, so that only what came takes memory.
int read_all(AVIOContext& io, AVPacket& packet) {
  constexpr int piece = 256 << 10;
  int got = av_get_packet(&io, &packet, piece);
  while (got == piece) got = av_append_packet(&io, &packet, piece);
  return got == AVERROR_EOF || got > 0 ? 0 : got;
}

std::optional<Frame> decode(AVPacket& packet, AVCodecID id, Pictures& pictures) {
  AVCodecParameters parameters{};
  parameters.codec_type = AVMEDIA_TYPE_VIDEO;
  parameters.codec_id = id;
  parameters.format = -1;
  const auto codec = open_decoder(parameters, {1, 1});
  Owned<AVFrame> picture(av_frame_alloc());
  if (!codec || !picture) return std::nullopt;
  (*codec)->err_recognition = strictness(packet, id, true);
  if (avcodec_send_packet(codec->get(), &packet) < 0) return std::nullopt;
  if (avcodec_receive_frame(codec->get(), picture.get()) < 0) return std::nullopt;
  if (picture->decode_error_flags != 0 || (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0) return std::nullopt;
  return pictures.wrap(std::move(picture), true);
}

}  // namespace

Result<Still> read_still(const Feed& feed, Pictures& pictures, const Patience& patience) {
  Owned<AVPacket> packet(av_packet_alloc());
  if (!packet) return Error{Code::io, "out of memory"};
  const int got = read_all(*feed.bytes(), *packet);
  if (feed.flooded()) return Error{Code::io, "it sends data without end, but no picture"};
  if (patience.over()) return open_failed(patience, {Code::io, "stopped"});
  if (got < 0) return failure_of(got);
  const auto id = codec_of(*packet);
  if (id == AV_CODEC_ID_NONE) return Error{Code::io, "what it sends is no picture"};
  return Still{decode(*packet, id, pictures), avcodec_get_name(id), static_cast<std::uint64_t>(packet->size)};
}

}  // namespace kuzet::drivers::av
