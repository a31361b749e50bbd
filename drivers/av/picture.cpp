// SPDX-License-Identifier: Apache-2.0
// Wraps planes of a decoded picture, converts those of other pixel formats.
#include "drivers/av/picture.hpp"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <span>

namespace kuzet::drivers::av {

namespace {

bool is_420(const AVFrame& picture) {
  return picture.format == AV_PIX_FMT_YUV420P || picture.format == AV_PIX_FMT_YUVJ420P || picture.format == AV_PIX_FMT_YUVA420P;
}

/// Planes that run bottom up cannot be a cv::Mat.
bool top_down(const AVFrame& picture) {
  return std::ranges::all_of(std::span(picture.linesize, 3), [](int step) { return step >= 0; });
}

bool is_rgb(const AVPixFmtDescriptor& format) { return (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0; }

bool is_full_range(const AVFrame& picture, const AVPixFmtDescriptor& format, bool grey_is_full) {
  if (is_rgb(format)) return true;  // as we convert it: no level is lost
  if (picture.color_range != AVCOL_RANGE_UNSPECIFIED) return picture.color_range == AVCOL_RANGE_JPEG;
  switch (picture.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ411P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P: return true;
    default: return format.nb_components < 3 && grey_is_full;
  }
}

cv::Mat plane(const AVFrame& picture, int index, int width, int height) {
  return {height, width, CV_8UC1, picture.data[index], static_cast<std::size_t>(picture.linesize[index])};
}

Frame planes(Owned<AVFrame> picture, bool full_range) {
  Frame frame;
  const int width = picture->width, height = picture->height;
  const int half_width = (width + 1) / 2, half_height = (height + 1) / 2;
  frame.luma = plane(*picture, 0, width, height);
  if (picture->format == AV_PIX_FMT_GRAY8) {
    frame.cb = cv::Mat(half_height, half_width, CV_8UC1, cv::Scalar(128));
    frame.cr = frame.cb;
  } else {
    frame.cb = plane(*picture, 1, half_width, half_height);
    frame.cr = plane(*picture, 2, half_width, half_height);
  }
  frame.full_range = full_range;
  frame.hold = std::shared_ptr<AVFrame>(std::move(picture));
  return frame;
}

}  // namespace

std::optional<Frame> Pictures::wrap(Owned<AVFrame> picture, bool grey_is_full) {
  const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture->format));
  if (!format || picture->width < 1 || picture->height < 1) return std::nullopt;
  const bool full_range = is_full_range(*picture, *format, grey_is_full);
  if (!top_down(*picture) || !(is_420(*picture) || picture->format == AV_PIX_FMT_GRAY8)) {
    picture = convert(*picture, full_range);
    if (!picture) return std::nullopt;
  }
  return planes(std::move(picture), full_range);
}

Owned<AVFrame> Pictures::convert(const AVFrame& picture, bool full_range) {
  SwsContext* scaler = this->scaler(picture, full_range);
  Owned<AVFrame> out(av_frame_alloc());
  if (!scaler || !out) return nullptr;
  out->width = picture.width;
  out->height = picture.height;
  out->format = AV_PIX_FMT_YUV420P;
  // libav's own buffer, not a cv::Mat's: the scaler writes up to a vector's width past the end of a row.
  if (av_frame_get_buffer(out.get(), 0) < 0) return nullptr;
  const int rows = sws_scale(scaler, picture.data, picture.linesize, 0, picture.height, out->data, out->linesize);
  return rows == picture.height ? std::move(out) : nullptr;
}

SwsContext* Pictures::scaler(const AVFrame& picture, bool full_range) {
  const Key key{picture.width, picture.height, picture.format, full_range};
  if (scaler_ && key == key_) return scaler_.get();
  key_ = key;
  scaler_.reset();
  if (!sws_isSupportedInput(static_cast<AVPixelFormat>(picture.format))) return nullptr;
  scaler_.reset(sws_alloc_context());
  if (!scaler_) return nullptr;
  const std::pair<const char*, int> options[] = {
      {"srcw", key.width},
      {"srch", key.height},
      {"dstw", key.width},
      {"dsth", key.height},
      {"src_format", key.format},
      {"dst_format", AV_PIX_FMT_YUV420P},
      {"src_range", key.full_range},
      {"dst_range", key.full_range},  // the same range in and out, no levels are lost
      {"sws_flags", SWS_BILINEAR | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND | SWS_BITEXACT},
      {"threads", 1}};
  for (const auto& [name, value] : options) av_opt_set_int(scaler_.get(), name, value, 0);
  if (sws_init_context(scaler_.get(), nullptr, nullptr) < 0) scaler_.reset();
  return scaler_.get();
}

}  // namespace kuzet::drivers::av
