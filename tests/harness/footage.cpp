// SPDX-License-Identifier: Apache-2.0
// Encodes painted pictures with libav.
#include "tests/harness/footage.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <stdlib.h>

#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace kuzet::test {

namespace {

struct Freer {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(AVFormatContext* format) const {
    avio_closep(&format->pb);
    avformat_free_context(format);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Freer>;

int check(int result, const char* what) {
  if (result >= 0) return result;
  std::array<char, AV_ERROR_MAX_STRING_SIZE> why{};
  av_strerror(result, why.data(), why.size());
  throw std::runtime_error(std::string("footage: ") + what + ": " + why.data());
}

template <class T>
T* check(T* pointer, const char* what) {
  if (!pointer) throw std::runtime_error(std::string("footage: ") + what);
  return pointer;
}

bool full_range(AVPixelFormat format) {
  const auto* about = av_pix_fmt_desc_get(format);
  return std::string_view(about->name).starts_with("yuvj") || about->nb_components < 3 ||
         (about->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

/// Blue, green, red to what the encoder wants, ITU-R BT.601.
Owned<AVFrame> convert(const cv::Mat& canvas, AVPixelFormat format) {
  Owned<AVFrame> out(check(av_frame_alloc(), "out of memory"));
  out->width = canvas.cols;
  out->height = canvas.rows;
  out->format = format;
  check(av_frame_get_buffer(out.get(), 0), "picture buffer");
  Owned<SwsContext> scaler(check(sws_alloc_context(), "scaler"));
  const std::pair<const char*, int> options[] = {
      {"srcw", canvas.cols},
      {"srch", canvas.rows},
      {"src_format", AV_PIX_FMT_BGR24},
      {"src_range", 1},
      {"dstw", canvas.cols},
      {"dsth", canvas.rows},
      {"dst_format", format},
      {"dst_range", full_range(format)},
      {"sws_flags", SWS_BILINEAR | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND | SWS_BITEXACT}};
  for (const auto& [name, value] : options) av_opt_set_int(scaler.get(), name, value, 0);
  check(sws_init_context(scaler.get(), nullptr, nullptr), "scaler");
  const std::array<const std::uint8_t*, 4> from{canvas.data};
  const std::array<int, 4> step{static_cast<int>(canvas.step)};
  check(sws_scale(scaler.get(), from.data(), step.data(), 0, canvas.rows, out->data, out->linesize), "conversion");
  return out;
}

Owned<AVFrame> paint(int width, int height, int index, const Painter& painter, AVPixelFormat format) {
  cv::Mat canvas(height, width, CV_8UC3, cv::Scalar());
  painter(canvas, index);
  auto frame = convert(canvas, format);
  frame->pts = index;
  return frame;
}

/// An encoder of best quality, the same bytes each time.
Owned<AVCodecContext> open_encoder(const std::string& name, AVPixelFormat format, int width, int height,
                                   const Encoding& encoding, AVRational rate, bool header_apart) {
  const auto* encoder = check(avcodec_find_encoder_by_name(name.c_str()), ("no encoder " + name).c_str());
  Owned<AVCodecContext> codec(check(avcodec_alloc_context3(encoder), "encoder"));
  codec->width = width;
  codec->height = height;
  codec->pix_fmt = format;
  codec->time_base = av_inv_q(rate);
  codec->framerate = rate;
  codec->gop_size = encoding.key_every;
  codec->max_b_frames = encoding.b_pictures;
  codec->thread_count = 1;
  codec->color_range = full_range(format) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  codec->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT | (header_apart ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  codec->global_quality = FF_QP2LAMBDA * 2;
  codec->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
  // Key pictures come when they are asked for, not when a painter jumps; only some encoders have this.
  av_opt_set_int(codec.get(), "sc_threshold", 0, AV_OPT_SEARCH_CHILDREN);
  av_opt_set(codec.get(), "x265-params", "log-level=none:scenecut=0:pools=none:frame-threads=1", AV_OPT_SEARCH_CHILDREN);
  check(avcodec_open2(codec.get(), encoder, nullptr), "open encoder");
  return codec;
}

/// Takes all packets that the encoder has ready; `frame` nullptr asks for the last ones.
template <class Take>
void encode(AVCodecContext& codec, const AVFrame* frame, const Take& take) {
  check(avcodec_send_frame(&codec, frame), "encode");
  const Owned<AVPacket> packet(check(av_packet_alloc(), "out of memory"));
  for (int got = 0; (got = avcodec_receive_packet(&codec, packet.get())) >= 0; av_packet_unref(packet.get())) take(*packet);
}

Owned<AVFormatContext> open_container(const std::filesystem::path& path, const AVCodecContext& codec) {
  const std::string name = "file:" + path.string();
  AVFormatContext* opened = nullptr;
  check(avformat_alloc_output_context2(&opened, nullptr, nullptr, name.c_str()), "no such container");
  Owned<AVFormatContext> format(opened);
  auto* stream = check(avformat_new_stream(format.get(), nullptr), "stream");
  check(avcodec_parameters_from_context(stream->codecpar, &codec), "stream");
  stream->time_base = codec.time_base;
  stream->avg_frame_rate = codec.framerate;
  format->flags |= AVFMT_FLAG_BITEXACT;
  check(avio_open(&format->pb, name.c_str(), AVIO_FLAG_WRITE), name.c_str());
  return format;
}

void write_header(AVFormatContext& format, const Encoding& encoding) {
  AVDictionary* options = nullptr;
  if (encoding.index_first) av_dict_set(&options, "movflags", "faststart", 0);
  const int written = avformat_write_header(&format, &options);
  av_dict_free(&options);
  check(written, "header");
}

AVPixelFormat pixel_format(const std::string& name) { return av_get_pix_fmt(name.c_str()); }

std::pair<std::string, std::string> codec_and_pixels(const std::filesystem::path& path) {
  const auto extension = path.extension();
  if (extension == ".png") return {"png", "rgb24"};
  if (extension == ".bmp") return {"bmp", "bgr24"};
  if (extension == ".tif" || extension == ".tiff") return {"tiff", "rgb24"};
  if (extension == ".pgm") return {"pgm", "gray"};
  if (extension == ".ppm") return {"ppm", "rgb24"};
  if (extension == ".webp") return {"libwebp", "yuv420p"};
  return {"mjpeg", "yuvj420p"};
}

}  // namespace

void write_video(const std::filesystem::path& path, int width, int height, double fps, int frames, const Painter& painter,
                 const Encoding& encoding) {
  av_log_set_level(AV_LOG_ERROR);
  const auto rate = av_d2q(fps, 60'000);
  const auto format = pixel_format(!encoding.pixels.empty()    ? encoding.pixels
                                   : encoding.codec == "mjpeg" ? "yuvj420p"
                                                               : "yuv420p");
  const auto codec = open_encoder(encoding.codec, format, width, height, encoding, rate,
                                  path.extension() != ".ts" && path.extension() != ".h264");
  const auto container = open_container(path, *codec);
  write_header(*container, encoding);
  const auto* stream = container->streams[0];
  const auto write = [&](AVPacket& packet) {
    if (packet.duration == 0) packet.duration = 1;
    av_packet_rescale_ts(&packet, codec->time_base, stream->time_base);
    check(av_interleaved_write_frame(container.get(), &packet), "write");
  };
  for (int index = 0; index < frames; ++index) encode(*codec, paint(width, height, index, painter, format).get(), write);
  encode(*codec, nullptr, write);
  check(av_write_trailer(container.get()), "trailer");
}

void write_picture(const std::filesystem::path& path, int width, int height, const Painter& painter,
                   const std::string& pixels) {
  const auto [name, usual] = codec_and_pixels(path);
  const auto format = pixel_format(pixels.empty() ? usual : pixels);
  const auto codec = open_encoder(name, format, width, height, {}, {25, 1}, false);
  std::ofstream file(path, std::ios::binary);
  const auto write = [&](const AVPacket& packet) { file.write(reinterpret_cast<const char*>(packet.data), packet.size); };
  auto frame = paint(width, height, 0, painter, format);
  frame->quality = codec->global_quality;
  encode(*codec, frame.get(), write);
  encode(*codec, nullptr, write);
  if (!file.flush()) throw std::runtime_error("footage: write: " + path.string());
}

void paint_black(cv::Mat& canvas, int) { canvas.setTo(cv::Scalar()); }

void paint_red(cv::Mat& canvas, int) { canvas.setTo(cv::Scalar(0, 0, 255)); }

void paint_ramp(cv::Mat& canvas, int index) {
  for (int x = 0; x < canvas.cols; ++x) canvas.col(x).setTo(cv::Scalar::all((x * 4 + index) % 256));
}

}  // namespace kuzet::test
