// SPDX-License-Identifier: Apache-2.0
// Drawing on pictures and writing them as a film.
#include "agent/evidence/overlay.hpp"

#include "agent/evidence/drawing.hpp"
#include "agent/evidence/picture.hpp"

#include <opencv2/imgproc.hpp>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>

namespace kuzet::evidence {

namespace {

constexpr AVRational milliseconds{1, 1000};
constexpr int least_shown = 40;  // milliseconds

struct CloseFormat {
  void operator()(AVFormatContext* context) const {
    avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
struct CloseCodec {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

class Mp4 final : public Overlay {
 public:
  explicit Mp4(std::string file) : file_(std::move(file)) {}

  Result<> add(const Frame& frame, const std::vector<Polygon>& zones, const std::vector<Polygon>& privacy,
               const std::vector<Mark>& marks) override {
    if (frame.empty()) return {};
    if (!format_)
      if (auto opened = open(frame.luma.size()); !opened) {
        format_.reset();  // nothing half open for the next picture or for finish()
        return opened;
      }
    paint(covered(frame, privacy), zones, marks);
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(frame.position).count();
    picture_->pts = last_ = std::max<std::int64_t>(last_ + 1, at);
    return send(picture_.get());
  }

  Result<> finish() override {
    if (!format_) return {};
    if (auto flushed = send(nullptr); !flushed) return flushed;
    if (const int code = av_write_trailer(format_.get()); code < 0) return failure("finish", code);
    return {};
  }

 private:
  [[nodiscard]] Error failure(const std::string& doing, int code) const {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    return {Code::io, file_ + ": " + doing + ": " + text};
  }

  Result<> open(const cv::Size& size) {
    const double scale = std::min(1.0, 1280.0 / size.width);
    const auto even = [scale](int value) { return std::max(16, static_cast<int>(std::lround(value * scale / 2)) * 2); };
    av_log_set_level(AV_LOG_ERROR);  // encoders like to tell everything they do
    AVFormatContext* raw = nullptr;
    if (const int code = avformat_alloc_output_context2(&raw, nullptr, "mp4", file_.c_str()); code < 0)
      return failure("make", code);
    format_.reset(raw);
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_H264);
    if (encoder == nullptr) encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    if (encoder == nullptr) return Error{Code::io, file_ + ": this FFmpeg can encode neither H.264 nor MPEG-4"};
    codec_.reset(avcodec_alloc_context3(encoder));
    codec_->width = even(size.width);
    codec_->height = even(size.height);
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->time_base = milliseconds;
    codec_->bit_rate = 3'000'000;
    if ((format_->oformat->flags & AVFMT_GLOBALHEADER) != 0) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(codec_->priv_data, "preset", "veryfast", 0);  // only x264 knows it; others ignore it
    if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) return failure("encoder", code);
    return open_file();
  }

  Result<> open_file() {
    AVStream* stream = avformat_new_stream(format_.get(), nullptr);
    avcodec_parameters_from_context(stream->codecpar, codec_.get());
    stream->time_base = milliseconds;
    const std::string url = "file:" + file_;
    if (const int code = avio_open(&format_->pb, url.c_str(), AVIO_FLAG_WRITE); code < 0) return failure("write", code);
    if (const int code = avformat_write_header(format_.get(), nullptr); code < 0) return failure("write", code);
    picture_->format = AV_PIX_FMT_YUV420P;
    picture_->width = codec_->width;
    picture_->height = codec_->height;
    if (const int code = av_frame_get_buffer(picture_.get(), 0); code < 0) return failure("memory", code);
    return {};
  }

  cv::Mat plane(int index) {
    const int width = index == 0 ? codec_->width : codec_->width / 2, height = index == 0 ? codec_->height : codec_->height / 2;
    return {height, width, CV_8UC1, picture_->data[index], static_cast<std::size_t>(picture_->linesize[index])};
  }

  void paint(const Frame& frame, const std::vector<Polygon>& zones, const std::vector<Mark>& marks) {
    av_frame_make_writable(picture_.get());
    const cv::Mat* from[] = {&frame.luma, &frame.cb, &frame.cr};
    for (int i = 0; i < 3; ++i) {
      cv::Mat to = plane(i);
      cv::resize(*from[i], to, to.size(), 0, 0, cv::INTER_AREA);
    }
    const Canvas canvas{plane(0), plane(1), plane(2)};
    for (const auto& zone : zones) outline(canvas, zone, white, 1);
    for (const auto& mark : marks) {
      const Box& b = mark.box;
      outline(canvas, {{b.x, b.y}, {b.x + b.width, b.y}, {b.x + b.width, b.y + b.height}, {b.x, b.y + b.height}},
              mark.alert ? red : yellow, mark.alert ? 3 : 1);
      write(canvas, {b.x, b.y}, mark.text);
    }
  }

  Result<> send(const AVFrame* frame) {
    if (const int code = avcodec_send_frame(codec_.get(), frame); code < 0) return failure("encode", code);
    for (;;) {
      const int code = avcodec_receive_packet(codec_.get(), packet_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
      if (code < 0) return failure("encode", code);
      packet_->duration = least_shown;  // of the last one: a picture that lasts no time is not played
      av_packet_rescale_ts(packet_.get(), milliseconds, format_->streams[0]->time_base);
      if (const int written = av_interleaved_write_frame(format_.get(), packet_.get()); written < 0)
        return failure("write", written);
    }
  }

  std::string file_;
  std::unique_ptr<AVFormatContext, CloseFormat> format_;
  std::unique_ptr<AVCodecContext, CloseCodec> codec_;
  std::unique_ptr<AVFrame, FreeFrame> picture_{av_frame_alloc()};
  std::unique_ptr<AVPacket, FreePacket> packet_{av_packet_alloc()};
  std::int64_t last_ = -1;
};

}  // namespace

std::unique_ptr<Overlay> make_overlay(const std::string& file) { return std::make_unique<Mp4>(file); }

}  // namespace kuzet::evidence
