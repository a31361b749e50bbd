// SPDX-License-Identifier: Apache-2.0
// Opens containers of video and pictures, and refuses everything else.
#include "drivers/av/input.hpp"

#include "drivers/av/lookup.hpp"

extern "C" {
#include <libavutil/avstring.h>
}

#include <string>
#include <vector>

namespace kuzet::drivers::av {

namespace {

// Others would take a text for teletext art, noise for MP3, or read further files that a play list names.
constexpr const char* video_formats =
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,h264,hevc,m4v,mpegvideo,mjpeg,mpjpeg,ivf,obu,ogg,asf,nut,mxf,dhav,gif,apng,"
    "yuv4mpegpipe";
constexpr const char* picture_formats =
    "jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe,pgm_pipe,ppm_pipe,pbm_pipe,pam_pipe,gif_pipe";

const Error nothing_in_it{Code::io, "no video or picture in it"};

/// Looks into the streams as far as libav needs to; false when even that fails.
bool find_streams(AVFormatContext& format) {
  std::vector<AVDictionary*> options(format.nb_streams);
  for (auto& option : options) av_dict_set_int(&option, "max_pixels", max_pixels, 0);
  const int found = avformat_find_stream_info(&format, options.empty() ? nullptr : options.data());
  for (auto& option : options) av_dict_free(&option);
  return found >= 0;
}

}  // namespace

bool is_picture(const AVInputFormat& format) { return av_match_list(format.name, picture_formats, ',') > 0; }
bool is_video(const AVInputFormat& format) { return av_match_list(format.name, video_formats, ',') > 0; }

int refuse_others(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); }

std::optional<Duration> to_duration(std::int64_t value, AVRational unit) {
  constexpr std::int64_t century = 3'155'760'000'000'000'000;  // in nanoseconds
  if (value == no_stamp || unit.num <= 0 || unit.den <= 0) return std::nullopt;
  const auto nanoseconds = av_rescale_q(value, unit, {1, 1'000'000'000});
  if (nanoseconds > century || nanoseconds < -century) return std::nullopt;
  return std::chrono::nanoseconds(nanoseconds);
}

Result<Input> Input::open_file(const std::string& path, Content content, const Patience& patience) {
  silence();
  auto bytes = Bytes::open(path, patience);
  if (!bytes) return bytes.error();
  if ((*bytes)->nothing()) return Error{Code::io, "empty file: no video or picture in it"};
  Input input;
  input.bytes_ = std::move(*bytes);
  if (auto failure = input.start(content, patience)) return open_failed(patience, *std::move(failure));
  return input;
}

std::optional<Error> Input::start(Content content, const Patience& patience) {
  const AVInputFormat* kind = nullptr;
  if (av_probe_input_buffer2(bytes_->context(), &kind, nullptr, nullptr, 0, 0) < 0 || !kind) return nothing_in_it;
  still_ = is_picture(*kind);
  if (!still_ && (content == Content::picture || !is_video(*kind))) return nothing_in_it;

  auto* format = avformat_alloc_context();
  if (!format) return Error{Code::io, "out of memory"};
  format->pb = bytes_->context();
  format->interrupt_callback = patience.callback();
  format->io_open = refuse_others;
  const int opened = avformat_open_input(&format, nullptr, kind, nullptr);  // frees the context when it fails
  format_.reset(opened < 0 ? nullptr : format);
  if (!format_) return Error{Code::io, "no video or picture in it: broken from the start, or cut off before its index"};
  return still_ ? choose_stream() : look_inside();
}

/// Finds the video stream, and how long it says it is: only what stands in the header of the container tells of a cut.
std::optional<Error> Input::look_inside() {
  std::vector<std::int64_t> lengths;
  for (unsigned i = 0; i < format_->nb_streams; ++i) lengths.push_back(format_->streams[i]->duration);
  if (!find_streams(*format_)) return nothing_in_it;
  if (auto failure = choose_stream()) return failure;
  const auto index = static_cast<std::size_t>(video_->index);
  if (index < lengths.size() && lengths[index] > 0) declared_ = to_duration(lengths[index], video_->time_base);
  // The length of the whole is the video's only where there is nothing else, and none where libav guesses it.
  else if (format_->nb_streams == 1 && format_->duration > 0 &&
           format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM)
    declared_ = to_duration(format_->duration, {1, AV_TIME_BASE});
  return std::nullopt;
}

std::optional<Error> Input::choose_stream() {
  const int best = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    format_->streams[i]->discard = static_cast<int>(i) == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  if (best < 0) return nothing_in_it;
  video_ = format_->streams[best];
  if ((video_->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return nothing_in_it;  // the cover of a piece of music
  return std::nullopt;
}

int Input::read(AVPacket& packet) {
  for (int others = 0; others < 10'000; ++others) {
    const int got = av_read_frame(format_.get(), &packet);
    if (got < 0 || packet.stream_index == video_->index) return got;
    av_packet_unref(&packet);
  }
  return AVERROR_INVALIDDATA;
}

Duration Input::nominal() const {
  for (const AVRational rate : {video_->avg_frame_rate, video_->r_frame_rate}) {
    const double per_second = rate.den > 0 ? av_q2d(rate) : 0;
    if (per_second >= 1.0 / 60 && per_second <= 1000) return from_seconds(1 / per_second);
  }
  return std::chrono::milliseconds(40);
}

}  // namespace kuzet::drivers::av
