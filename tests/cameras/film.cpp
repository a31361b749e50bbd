// SPDX-License-Identifier: Apache-2.0
// Films by libav: read from a file, or painted and encoded.
#include "tests/cameras/film.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>

namespace kuzet::test {

namespace {

struct Free {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

int must(int result, const std::string& what) {
  if (result >= 0) return result;
  char why[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(result, why, sizeof why);
  throw std::runtime_error(what + ": " + why);
}

/// Adds packets to a film; `ticks` of their time stamps make one picture.
void add(Film& film, const AVPacket& packet, double ticks) {
  Picture picture;
  picture.bytes.assign(packet.data, packet.data + packet.size);
  picture.moment = static_cast<int>(std::lround(static_cast<double>(packet.pts) / ticks));
  film.pictures.push_back(std::move(picture));
}

/// The first moment is 0.
void settle(Film& film, const std::string& name) {
  if (film.pictures.empty()) throw std::runtime_error(name + ": no pictures");
  const int first = std::ranges::min_element(film.pictures, {}, &Picture::moment)->moment;
  for (auto& picture : film.pictures) picture.moment -= first;
}

/// What makes start codes of lengths, where the container has lengths.
Owned<AVBSFContext> start_codes(const AVStream& stream) {
  const auto codec = stream.codecpar->codec_id;
  const char* name = codec == AV_CODEC_ID_H264 ? "h264_mp4toannexb" : codec == AV_CODEC_ID_HEVC ? "hevc_mp4toannexb" : "null";
  AVBSFContext* made = nullptr;
  must(av_bsf_alloc(av_bsf_get_by_name(name), &made), name);
  Owned<AVBSFContext> filter(made);
  must(avcodec_parameters_copy(made->par_in, stream.codecpar), name);
  made->time_base_in = stream.time_base;
  must(av_bsf_init(made), name);
  return filter;
}

Film read(const std::string& file) {
  AVFormatContext* opened = nullptr;
  must(avformat_open_input(&opened, file.c_str(), nullptr, nullptr), file);
  const Owned<AVFormatContext> format(opened);
  must(avformat_find_stream_info(opened, nullptr), file);
  const int index = must(av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0), file);
  const AVStream& stream = *opened->streams[index];
  Film film{avcodec_get_name(stream.codecpar->codec_id),
            av_q2d(stream.avg_frame_rate),
            stream.codecpar->width,
            stream.codecpar->height,
            {}};
  const double ticks = 1 / (film.rate * av_q2d(stream.time_base));
  const auto filter = start_codes(stream);
  const Owned<AVPacket> packet(av_packet_alloc());
  for (; av_read_frame(opened, packet.get()) >= 0; av_packet_unref(packet.get())) {
    if (packet->stream_index != index) continue;
    must(av_bsf_send_packet(filter.get(), packet.get()), file);
    while (av_bsf_receive_packet(filter.get(), packet.get()) >= 0) add(film, *packet, ticks);
  }
  settle(film, file);
  return film;
}

struct Words {
  std::string codec;
  int width = 0, height = 0, key_every = 0;
  double rate = 25, seconds = 2;
};

/// "h264:1280x720@25/50x4"; nullopt for the name of a file.
std::optional<Words> understood(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  Words out;
  out.codec = text.substr(0, colon);
  if (out.codec != "h264" && out.codec != "hevc" && out.codec != "mjpeg") return std::nullopt;
  int used = 0;
  const char* rest = text.c_str() + colon + 1;
  if (std::sscanf(rest, "%dx%d@%lf%n", &out.width, &out.height, &out.rate, &used) != 3)
    throw std::runtime_error(text + ": must be CODEC:WIDTHxHEIGHT@RATE[/KEY_EVERY][xSECONDS]");
  rest += used;
  if (std::sscanf(rest, "/%d%n", &out.key_every, &used) == 1) rest += used;
  (void)std::sscanf(rest, "x%lf", &out.seconds);
  if (out.key_every == 0) out.key_every = static_cast<int>(std::lround(2 * out.rate));
  return out;
}

Owned<AVCodecContext> encoder(const Words& words) {
  const std::string name = words.codec == "h264" ? "libx264" : words.codec == "hevc" ? "libx265" : "mjpeg";
  const auto* codec = avcodec_find_encoder_by_name(name.c_str());
  if (codec == nullptr) throw std::runtime_error("this FFmpeg has no encoder " + name);
  Owned<AVCodecContext> out(avcodec_alloc_context3(codec));
  out->width = words.width;
  out->height = words.height;
  out->pix_fmt = AV_PIX_FMT_YUV420P;
  out->color_range = name == "mjpeg" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  out->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
  out->time_base = av_inv_q(av_d2q(words.rate, 60'000));
  out->gop_size = words.key_every;
  out->max_b_frames = 0;  // as cameras encode
  out->thread_count = 1;
  out->flags |= AV_CODEC_FLAG_BITEXACT | (name == "mjpeg" ? AV_CODEC_FLAG_QSCALE : 0);
  out->global_quality = name == "mjpeg" ? FF_QP2LAMBDA * 4 : 0;
  av_opt_set(out->priv_data, "preset", "ultrafast", 0);
  av_opt_set(out->priv_data, "forced-idr", "1", 0);
  av_opt_set(out->priv_data, "x264-params", "scenecut=0:keyint_min=1", 0);
  av_opt_set(out->priv_data, "x265-params", "log-level=error:bframes=0:repeat-headers=1", 0);
  av_opt_set(out->priv_data, "huffman", "default", 0);  // RTP knows no other tables
  must(avcodec_open2(out.get(), codec, nullptr), name);
  return out;
}

/// A ramp, and a square that crosses it once.
void paint(AVFrame& frame, int index, int all) {
  const int side = frame.height / 6, left = (frame.width - side) * index / std::max(1, all);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const bool square = x >= left && x < left + side && y >= 2 * side && y < 3 * side;
      frame.data[0][y * frame.linesize[0] + x] = static_cast<std::uint8_t>(square ? 220 : 40 + 120 * x / frame.width);
    }
  for (int plane = 1; plane <= 2; ++plane)
    std::fill_n(frame.data[plane], frame.linesize[plane] * (frame.height / 2), std::uint8_t{128});
}

Film painted(const Words& words) {
  Film film{words.codec, words.rate, words.width, words.height, {}};
  const auto codec = encoder(words);
  const Owned<AVFrame> frame(av_frame_alloc());
  frame->width = words.width;
  frame->height = words.height;
  frame->format = AV_PIX_FMT_YUV420P;
  must(av_frame_get_buffer(frame.get(), 0), "picture");
  const Owned<AVPacket> packet(av_packet_alloc());
  const auto encode = [&](const AVFrame* picture) {
    must(avcodec_send_frame(codec.get(), picture), "encode");
    for (; avcodec_receive_packet(codec.get(), packet.get()) >= 0; av_packet_unref(packet.get())) add(film, *packet, 1);
  };
  const int all = static_cast<int>(std::lround(words.rate * words.seconds));
  for (int i = 0; i < all; ++i) {
    must(av_frame_make_writable(frame.get()), "picture");
    paint(*frame, i, all);
    frame->pts = i;
    frame->quality = codec->global_quality;
    encode(frame.get());
  }
  encode(nullptr);
  settle(film, words.codec);
  return film;
}

}  // namespace

Film film(const std::string& file_or_words) {
  av_log_set_level(AV_LOG_ERROR);
  const auto words = understood(file_or_words);
  return words ? painted(*words) : read(file_or_words);
}

}  // namespace kuzet::test
