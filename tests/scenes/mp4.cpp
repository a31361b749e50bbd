// SPDX-License-Identifier: Apache-2.0
// Writes frames into an MP4 file, as the cameras of the field would have recorded them.
#include "tests/scenes/mp4.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <array>
#include <cmath>
#include <cstring>

namespace kuzet::scenes {

namespace {

struct Free {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) avio_closep(&context->pb);
    avformat_free_context(context);
  }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error failure(int code, const std::string& doing) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return {Code::io, doing + ": " + text.data()};
}

const AVCodec* find_encoder() {
  const AVCodec* best = avcodec_find_encoder_by_name("libx264");
  return best != nullptr ? best : avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

void copy_plane(const cv::Mat& from, std::uint8_t* to, int stride) {
  for (int row = 0; row < from.rows; ++row)
    std::memcpy(to + static_cast<std::ptrdiff_t>(row) * stride, from.ptr(row), static_cast<std::size_t>(from.cols));
}

}  // namespace

struct Mp4::State {
  Owned<AVFormatContext> format;
  Owned<AVCodecContext> codec;
  Owned<AVFrame> frame;
  Owned<AVPacket> packet;
  AVStream* stream = nullptr;
  std::int64_t pictures = 0;

  void configure(const AVCodec* encoder, cv::Size size, double fps);
  Result<> open(const std::string& path, cv::Size size, double fps);
  Result<> encode(const AVFrame* picture);
};

void Mp4::State::configure(const AVCodec* encoder, cv::Size size, double fps) {
  codec.reset(avcodec_alloc_context3(encoder));
  codec->width = size.width;
  codec->height = size.height;
  codec->pix_fmt = AV_PIX_FMT_YUV420P;
  codec->time_base = {1000, static_cast<int>(std::lround(fps * 1000))};
  codec->framerate = {static_cast<int>(std::lround(fps * 1000)), 1000};
  codec->gop_size = static_cast<int>(std::lround(fps * 2));
  codec->color_range = AVCOL_RANGE_MPEG;
  codec->colorspace = AVCOL_SPC_SMPTE170M;
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  codec->thread_count = 2;
  codec->log_level_offset = 8;  // its statistics count as debugging; warnings still show
  if (codec->codec_id == AV_CODEC_ID_H264) {
    av_opt_set(codec->priv_data, "preset", "veryfast", 0);
    av_opt_set(codec->priv_data, "crf", "22", 0);
  } else {
    codec->bit_rate = static_cast<std::int64_t>(size.area() * fps * 0.25);
  }
}

Result<> Mp4::State::open(const std::string& path, cv::Size size, double fps) {
  const AVCodec* encoder = find_encoder();
  if (encoder == nullptr) return Error{Code::io, "this FFmpeg has no encoder for H.264 or MPEG-4"};
  AVFormatContext* made = nullptr;
  if (const int code = avformat_alloc_output_context2(&made, nullptr, "mp4", path.c_str()); code < 0)
    return failure(code, path);
  format.reset(made);
  configure(encoder, size, fps);
  if (const int code = avcodec_open2(codec.get(), encoder, nullptr); code < 0) return failure(code, encoder->name);
  stream = avformat_new_stream(format.get(), nullptr);
  stream->time_base = codec->time_base;
  stream->avg_frame_rate = codec->framerate;
  avcodec_parameters_from_context(stream->codecpar, codec.get());
  format->flags |= AVFMT_FLAG_BITEXACT;  // no version, no date: the same scene gives the same file
  if (const int code = avio_open(&format->pb, path.c_str(), AVIO_FLAG_WRITE); code < 0) return failure(code, path);
  if (const int code = avformat_write_header(format.get(), nullptr); code < 0) return failure(code, path);
  frame.reset(av_frame_alloc());
  packet.reset(av_packet_alloc());
  frame->width = size.width;
  frame->height = size.height;
  frame->format = AV_PIX_FMT_YUV420P;
  if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0) return failure(code, path);
  return {};
}

Result<> Mp4::State::encode(const AVFrame* picture) {
  if (const int code = avcodec_send_frame(codec.get(), picture); code < 0) return failure(code, "encode");
  while (true) {
    const int code = avcodec_receive_packet(codec.get(), packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return failure(code, "encode");
    packet->duration = 1;
    av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
    packet->stream_index = stream->index;
    if (const int written = av_interleaved_write_frame(format.get(), packet.get()); written < 0)
      return failure(written, "write");
  }
}

Mp4::Mp4(std::unique_ptr<State> state) : state_(std::move(state)) {}
Mp4::Mp4(Mp4&&) noexcept = default;
Mp4& Mp4::operator=(Mp4&&) noexcept = default;
Mp4::~Mp4() = default;

Result<Mp4> Mp4::create(const std::string& path, cv::Size size, double fps) {
  auto state = std::make_unique<State>();
  if (auto opened = state->open(path, size, fps); !opened) return opened.error();
  return Mp4(std::move(state));
}

Result<> Mp4::add(const Frame& frame) {
  AVFrame& picture = *state_->frame;
  if (frame.width() != picture.width || frame.height() != picture.height)
    return Error{Code::io, "the size of the pictures has changed"};
  if (const int code = av_frame_make_writable(&picture); code < 0) return failure(code, "encode");
  copy_plane(frame.luma, picture.data[0], picture.linesize[0]);
  copy_plane(frame.cb, picture.data[1], picture.linesize[1]);
  copy_plane(frame.cr, picture.data[2], picture.linesize[2]);
  picture.pts = state_->pictures++;
  return state_->encode(&picture);
}

Result<> Mp4::finish() {
  if (auto drained = state_->encode(nullptr); !drained) return drained;
  if (const int code = av_write_trailer(state_->format.get()); code < 0) return failure(code, "finish");
  return {};
}

std::string Mp4::encoder() const { return state_->codec->codec->name; }

}  // namespace kuzet::scenes
