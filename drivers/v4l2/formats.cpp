// SPDX-License-Identifier: Apache-2.0
// The table of pixel formats.
#include "drivers/v4l2/formats.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace kuzet::drivers::v4l2 {

namespace {

constexpr std::array formats{
    Format{V4L2_PIX_FMT_YUV420, Effort::copied, AV_PIX_FMT_YUV420P},
    Format{V4L2_PIX_FMT_YVU420, Effort::copied, AV_PIX_FMT_YUV420P},  // V before U
    Format{V4L2_PIX_FMT_NV12, Effort::converted, AV_PIX_FMT_NV12},
    Format{V4L2_PIX_FMT_NV21, Effort::converted, AV_PIX_FMT_NV21},
    Format{V4L2_PIX_FMT_YUYV, Effort::converted, AV_PIX_FMT_YUYV422},
    Format{V4L2_PIX_FMT_UYVY, Effort::converted, AV_PIX_FMT_UYVY422},
    Format{V4L2_PIX_FMT_YVYU, Effort::converted, AV_PIX_FMT_YVYU422},
    Format{V4L2_PIX_FMT_YUV422P, Effort::converted, AV_PIX_FMT_YUV422P},
    Format{V4L2_PIX_FMT_RGB24, Effort::converted, AV_PIX_FMT_RGB24},
    Format{V4L2_PIX_FMT_BGR24, Effort::converted, AV_PIX_FMT_BGR24},
    Format{V4L2_PIX_FMT_MJPEG, Effort::jpeg, AV_PIX_FMT_NONE, AV_CODEC_ID_MJPEG},
    Format{V4L2_PIX_FMT_JPEG, Effort::jpeg, AV_PIX_FMT_NONE, AV_CODEC_ID_MJPEG},
    Format{V4L2_PIX_FMT_H264, Effort::video, AV_PIX_FMT_NONE, AV_CODEC_ID_H264},
    Format{V4L2_PIX_FMT_HEVC, Effort::video, AV_PIX_FMT_NONE, AV_CODEC_ID_HEVC},
    Format{V4L2_PIX_FMT_GREY, Effort::grey, AV_PIX_FMT_GRAY8},
};

}  // namespace

const Format* find_format(std::uint32_t fourcc) {
  const auto* found = std::ranges::find(formats, fourcc, &Format::fourcc);
  return found == formats.end() ? nullptr : found;
}

std::string text_of(std::uint32_t fourcc) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    const auto letter = static_cast<unsigned char>((fourcc >> (8 * i)) & 0x7F);  // the highest bit tells the byte order
    out += std::isprint(letter) != 0 ? static_cast<char>(letter) : '?';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::optional<std::uint32_t> parse_fourcc(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto letter = static_cast<unsigned char>(i < text.size() ? text[i] : ' ');
    out |= static_cast<std::uint32_t>(std::toupper(letter)) << (8 * i);
  }
  return out;
}

}  // namespace kuzet::drivers::v4l2
