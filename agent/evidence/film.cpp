// SPDX-License-Identifier: Apache-2.0
// Encoding and packing of films by libav.
#include "agent/evidence/film.hpp"

#include <opencv2/imgproc.hpp>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

namespace kuzet::evidence {

namespace {

constexpr AVRational milliseconds{1, 1000};
constexpr std::size_t index_of_picture =
    48;  // bytes of an index entry at most: its time, its size, its place, whether it is key
constexpr std::size_t index_itself = 4096;
constexpr int io_buffer = 32 << 10;

struct CloseCodec {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeOptions {
  void operator()(AVDictionary* options) const { av_dict_free(&options); }
};
struct FreeIo {
  void operator()(AVIOContext* io) const {
    av_freep(static_cast<void*>(&io->buffer));
    avio_context_free(&io);
  }
};

/// Bytes that can be written anywhere, as a file can.
struct Store {
  std::string bytes;
  std::size_t at = 0;

#if LIBAVFORMAT_VERSION_MAJOR >= 61
  static int write(void* self, const std::uint8_t* data, int count){
#else
  static int write(void* self, std::uint8_t* data, int count) {
#endif
      auto& store = *static_cast<Store*>(self);
  const auto end = store.at + static_cast<std::size_t>(count);
  if (end > store.bytes.size()) store.bytes.resize(end);
  std::memcpy(store.bytes.data() + store.at, data, static_cast<std::size_t>(count));
  store.at = end;
  return count;
} static std::int64_t seek(void* self, std::int64_t offset, int whence) {
  auto& store = *static_cast<Store*>(self);
  const auto size = static_cast<std::int64_t>(store.bytes.size());
  if (whence == AVSEEK_SIZE) return size;
  const std::int64_t base = whence == SEEK_CUR ? static_cast<std::int64_t>(store.at) : whence == SEEK_END ? size : 0;
  if (base + offset < 0) return AVERROR(EINVAL);
  store.at = static_cast<std::size_t>(base + offset);
  return base + offset;
}
};  // namespace

/// Video levels from 0..255; planes of the film's own.
void narrow(cv::Mat& luma, cv::Mat& cb, cv::Mat& cr) {
  luma.convertTo(luma, CV_8U, 219.0 / 255.0, 16);
  for (cv::Mat* plane : {&cb, &cr}) plane->convertTo(*plane, CV_8U, 224.0 / 255.0, 128 - 128.0 * 224.0 / 255.0);
}

}  // namespace kuzet::evidence

class Film::Maker {
 public:
  Maker(std::optional<std::string> file, const FilmOptions& options) : file_(std::move(file)), options_(options) {}
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;
  ~Maker() { close(); }

  Result<> add(const Frame& frame, Duration at, const Paint& paint) {
    if (frame.empty()) return {};
    if (format_ == nullptr)
      if (auto opened = open(frame.luma.size()); !opened) {
        close();  // nothing half open for the next picture or for finish()
        return opened;
      }
    draw(frame, paint);
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
    if (!first_) first_ = time;
    last_ = last_ ? std::max<std::int64_t>(*last_ + 1, time) : time;
    picture_->pts = *last_ - *first_;
    return send(picture_.get());
  }

  Result<> finish() {
    if (format_ == nullptr) return {};
    if (auto flushed = send(nullptr); !flushed) return flushed;
    if (const int code = av_write_trailer(format_); code < 0) return failure("finish", code);
    if (const int code = format_->pb->error; code < 0) return failure("write", code);
    close();
    return {};
  }

  [[nodiscard]] Duration length() const {
    return last_ ? std::chrono::milliseconds(*last_ - *first_ + last_shown()) : Duration::zero();
  }
  std::string take() { return std::move(store_.bytes); }

 private:
  [[nodiscard]] std::int64_t last_shown() const { return std::max<std::int64_t>(40, std::lround(1000 / options_.rate)); }

  void close() {
    if (format_ == nullptr) return;
    if (file_)
      avio_closep(&format_->pb);
    else if (format_->pb != nullptr)
      avio_flush(format_->pb);
    avformat_free_context(format_);
    format_ = nullptr;
    memory_.reset();
    codec_.reset();
  }

  [[nodiscard]] Error failure(const std::string& doing, int code) const {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    const Code kind = code == AVERROR(ENOSPC) ? Code::full : Code::io;
    return {kind, file_.value_or("film") + ": " + doing + ": " + text.data()};
  }

  Result<> open(const cv::Size& size) {
    const double scale = std::min(1.0, static_cast<double>(options_.width) / size.width);
    const auto even = [scale](int value) { return std::max(16, static_cast<int>(std::lround(value * scale / 2)) * 2); };
    av_log_set_level(AV_LOG_ERROR);  // encoders like to tell everything they do
    if (const int code = avformat_alloc_output_context2(&format_, nullptr, "mp4", file_ ? file_->c_str() : nullptr); code < 0)
      return failure("make", code);
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_H264);
    if (encoder == nullptr) encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    if (encoder == nullptr) return failure("this FFmpeg can encode neither H.264 nor MPEG-4", AVERROR_ENCODER_NOT_FOUND);
    codec_.reset(avcodec_alloc_context3(encoder));
    codec_->width = even(size.width);
    codec_->height = even(size.height);
    set_up_encoder();
    if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) return failure("encoder", code);
    return open_output();
  }

  void set_up_encoder() {
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->color_range = AVCOL_RANGE_MPEG;
    codec_->time_base = milliseconds;
    codec_->thread_count = 1;
    codec_->gop_size = 50;
    codec_->max_b_frames = 0;  // a picture is written when it comes
    // Two bits for each ten pixels: clean enough to recognise what is seen; x264 goes by its quality and keeps below it.
    const double rate = std::clamp(options_.rate, 1.0, 25.0);
    codec_->bit_rate = std::lround(0.2 * codec_->width * codec_->height * rate);
    codec_->rc_max_rate = codec_->bit_rate;
    codec_->rc_buffer_size = static_cast<int>(2 * codec_->bit_rate);
    if ((format_->oformat->flags & AVFMT_GLOBALHEADER) != 0) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    // Only x264 knows these; others ignore them.
    av_opt_set(codec_->priv_data, "preset", "superfast", 0);
    av_opt_set(codec_->priv_data, "tune", "zerolatency", 0);
    av_opt_set(codec_->priv_data, "crf", "26", 0);
  }

  Result<> open_output() {
    AVStream* stream = avformat_new_stream(format_, nullptr);
    avcodec_parameters_from_context(stream->codecpar, codec_.get());
    stream->time_base = milliseconds;
    if (file_) {
      const std::string url = "file:" + *file_;
      if (const int code = avio_open(&format_->pb, url.c_str(), AVIO_FLAG_WRITE); code < 0) return failure("write", code);
    } else {
      auto* buffer = static_cast<unsigned char*>(av_malloc(io_buffer));
      memory_.reset(avio_alloc_context(buffer, io_buffer, 1, &store_, nullptr, &Store::write, &Store::seek));
      format_->pb = memory_.get();
      format_->flags |= AVFMT_FLAG_CUSTOM_IO;
    }
    AVDictionary* raw = nullptr;
    if (file_)
      av_dict_set(&raw, "movflags", "+faststart", 0);
    else
      av_dict_set_int(&raw, "moov_size", static_cast<std::int64_t>(index_itself + index_of_picture * options_.pictures), 0);
    const int code = avformat_write_header(format_, &raw);
    const std::unique_ptr<AVDictionary, FreeOptions> left(raw);
    if (code < 0) return failure("write", code);
    picture_->format = AV_PIX_FMT_YUV420P;
    picture_->width = codec_->width;
    picture_->height = codec_->height;
    if (const int memory = av_frame_get_buffer(picture_.get(), 0); memory < 0) return failure("memory", memory);
    return {};
  }

  cv::Mat plane(int index) {
    const int width = index == 0 ? codec_->width : codec_->width / 2, height = index == 0 ? codec_->height : codec_->height / 2;
    return {height, width, CV_8UC1, picture_->data[index], static_cast<std::size_t>(picture_->linesize[index])};
  }

  void draw(const Frame& frame, const Paint& paint) {
    av_frame_make_writable(picture_.get());
    std::array<cv::Mat, 3> planes{plane(0), plane(1), plane(2)};
    const std::array<const cv::Mat*, 3> from{&frame.luma, &frame.cb, &frame.cr};
    for (std::size_t i = 0; i < planes.size(); ++i) cv::resize(*from[i], planes[i], planes[i].size(), 0, 0, cv::INTER_AREA);
    if (frame.full_range) narrow(planes[0], planes[1], planes[2]);
    if (paint) paint(planes[0], planes[1], planes[2]);
  }

  Result<> send(const AVFrame* frame) {
    if (const int code = avcodec_send_frame(codec_.get(), frame); code < 0) return failure("encode", code);
    for (;;) {
      const int code = avcodec_receive_packet(codec_.get(), packet_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
      if (code < 0) return failure("encode", code);
      packet_->duration = last_shown();  // of the last one: a picture that lasts no time is not played
      av_packet_rescale_ts(packet_.get(), milliseconds, format_->streams[0]->time_base);
      if (const int written = av_write_frame(format_, packet_.get()); written < 0) return failure("write", written);
      av_packet_unref(packet_.get());
    }
  }

  std::optional<std::string> file_;  // none: in memory
  FilmOptions options_;
  Store store_;
  std::unique_ptr<AVIOContext, FreeIo> memory_;
  AVFormatContext* format_ = nullptr;
  std::unique_ptr<AVCodecContext, CloseCodec> codec_;
  std::unique_ptr<AVFrame, FreeFrame> picture_{av_frame_alloc()};
  std::unique_ptr<AVPacket, FreePacket> packet_{av_packet_alloc()};
  std::optional<std::int64_t> first_, last_;
};

Film::Film(std::unique_ptr<Maker> maker) : maker_(std::move(maker)) {}
Film::Film(Film&&) noexcept = default;
Film& Film::operator=(Film&&) noexcept = default;
Film::~Film() = default;

Film Film::into_file(std::string file, const FilmOptions& options) {
  return Film(std::make_unique<Maker>(std::move(file), options));
}
Film Film::into_memory(const FilmOptions& options) { return Film(std::make_unique<Maker>(std::nullopt, options)); }
Result<> Film::add(const Frame& frame, Duration at, const Paint& paint) { return maker_->add(frame, at, paint); }
Result<> Film::finish() { return maker_->finish(); }
Duration Film::length() const { return maker_->length(); }
std::string Film::take() { return maker_->take(); }

}  // namespace kuzet::evidence
