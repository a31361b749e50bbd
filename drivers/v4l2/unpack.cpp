// SPDX-License-Identifier: Apache-2.0
// Planes are pointed at and copied once; compressed pictures go through libav's decoder.
#include "drivers/v4l2/unpack.hpp"

#include "drivers/av/decoder.hpp"
#include "drivers/av/held.hpp"
#include "drivers/av/picture.hpp"
#include "drivers/v4l2/formats.hpp"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstring>

namespace kuzet::drivers::v4l2 {

namespace {

const Error damaged{Code::io, "damaged picture"};

/// Planes as the driver lays them out: chroma rows of planar formats are half as long as those of luma (the V4L2
/// specification).
class Raw final : public Unpacker {
 public:
  Raw(const Layout& layout, const Format& format) : layout_(layout), format_(format) {
    const int least = av_image_get_linesize(format.pixels, layout.size.width, 0);
    row_ = std::max(layout.row, least);  // 0 where a driver does not tell
  }

  void put(std::span<const std::uint8_t> bytes, Steady taken, bool) override {
    picture_ = unpack(bytes);
    if (picture_) picture_->taken.steady = taken;
    waits_ = true;
  }

  Result<std::optional<Frame>> get(Decode) override {
    if (std::exchange(waits_, false) && !picture_) return damaged;
    return std::exchange(picture_, std::nullopt);
  }

  [[nodiscard]] bool busy(Decode) const override { return waits_; }

 private:
  using Owned = av::Owned<AVFrame>;

  std::optional<Frame> unpack(std::span<const std::uint8_t> bytes) {
    Owned picture(av_frame_alloc());
    if (!picture || !point_at(*picture, bytes)) return std::nullopt;
    picture->color_range = layout_.full_range.value_or(false) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    if (format_.effort != Effort::converted && !(picture = copied(*picture))) return std::nullopt;
    return pictures_.wrap(std::move(picture), true);
  }

  /// False where the bytes are too few.
  bool point_at(AVFrame& picture, std::span<const std::uint8_t> bytes) const {
    picture.width = layout_.size.width;
    picture.height = layout_.size.height;
    picture.format = format_.pixels;
    picture.linesize[0] = row_;
    const bool one_chroma = format_.pixels == AV_PIX_FMT_NV12 || format_.pixels == AV_PIX_FMT_NV21;
    const int planes = av_pix_fmt_count_planes(format_.pixels);
    for (int i = 1; i < planes; ++i) picture.linesize[i] = one_chroma ? row_ : row_ / 2;
    std::array<std::ptrdiff_t, 4> steps{};
    std::copy_n(std::begin(picture.linesize), 4, steps.begin());
    std::array<std::size_t, 4> sizes{};
    if (av_image_fill_plane_sizes(sizes.data(), format_.pixels, picture.height, steps.data()) < 0) return false;
    std::size_t at = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(planes); ++i) {
      picture.data[i] = const_cast<std::uint8_t*>(bytes.data()) + at;  // libav's frames know no const; nobody writes
      at += sizes[i];
    }
    if (format_.fourcc == V4L2_PIX_FMT_YVU420) std::swap(picture.data[1], picture.data[2]);
    return at <= bytes.size();
  }

  static Owned copied(const AVFrame& picture) {
    Owned out(av_frame_alloc());
    if (!out) return out;
    out->width = picture.width;
    out->height = picture.height;
    out->format = picture.format;
    out->color_range = picture.color_range;
    if (av_frame_get_buffer(out.get(), 0) < 0 || av_frame_copy(out.get(), &picture) < 0) out.reset();
    return out;
  }

  Layout layout_;
  Format format_;
  int row_ = 0;
  av::Pictures pictures_;
  bool waits_ = false;
  std::optional<Frame> picture_;
};

/// JPEG, or a video that the camera itself compresses. A packet's stamp is when it was taken, in nanoseconds.
class Compressed final : public Unpacker {
 public:
  Compressed(std::unique_ptr<av::Decoder> decoder, AVCodecID codec)
      : decoder_(std::move(decoder)), alone_(av::intra_only(codec)) {}

  void put(std::span<const std::uint8_t> bytes, Steady taken, bool key) override {
    key |= alone_;
    if (!key && blind_) return;
    av::Owned<AVPacket> packet(av_packet_alloc());
    if (!packet || av_new_packet(packet.get(), static_cast<int>(bytes.size())) < 0) return lost();
    std::ranges::copy(bytes, packet->data);
    packet->pts = packet->dts = std::chrono::nanoseconds(taken.time_since_epoch()).count();
    packet->flags = key ? AV_PKT_FLAG_KEY : 0;
    if (alone_) {
      only_ = std::move(packet);  // of any size: a JPEG of 4K is larger than all that is held of a video
      return;
    }
    if (key) held_.clear();
    first_is_key_ = key || (first_is_key_ && !held_.empty());
    blind_ = !held_.keep(std::move(packet));
  }

  void lost() override {
    if (alone_) return;
    held_.clear();
    blind_ = true;
  }

  Result<std::optional<Frame>> get(Decode what) override {
    if (!busy(what)) return std::nullopt;
    const auto packet = alone_ ? std::move(only_) : held_.take();
    first_is_key_ = false;
    if (decoder_->send(packet.get()) < 0) return spoiled();
    av::Owned<AVFrame> picture(av_frame_alloc());
    if (!picture) return spoiled();
    const int got = decoder_->receive(*picture);
    if (got == AVERROR(EAGAIN)) return std::nullopt;
    if (got < 0 || picture->decode_error_flags != 0 || (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0) return spoiled();
    const auto stamp = picture->pts;
    auto frame = pictures_.wrap(std::move(picture), alone_);
    if (!frame) return spoiled();
    frame->taken.steady = Steady(std::chrono::nanoseconds(stamp));
    return frame;
  }

  [[nodiscard]] bool busy(Decode what) const override {
    return only_ || (!held_.empty() && (what == Decode::all || first_is_key_));
  }
  [[nodiscard]] std::string decoder() const override { return decoder_->name(); }

 private:
  /// What follows would be smeared.
  Error spoiled() {
    lost();
    return damaged;
  }

  std::unique_ptr<av::Decoder> decoder_;
  bool alone_;  ///< each picture can be read without the one before
  av::Pictures pictures_;
  av::Owned<AVPacket> only_;  ///< the newest of those that stand alone
  av::Held held_;
  bool first_is_key_ = false;
  bool blind_ = true;  ///< until a key frame comes
};

Result<std::unique_ptr<Unpacker>> make_compressed(const Layout& layout, AVCodecID codec) {
  av::silence();
  const std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters(
      avcodec_parameters_alloc(), [](AVCodecParameters* one) { avcodec_parameters_free(&one); });
  if (!parameters) return Error{Code::io, "out of memory"};
  parameters->codec_type = AVMEDIA_TYPE_VIDEO;
  parameters->codec_id = codec;
  parameters->width = layout.size.width;
  parameters->height = layout.size.height;
  auto context = av::open_decoder(*parameters, {1, 1'000'000'000});
  if (!context) return context.error();
  return std::make_unique<Compressed>(av::make_decoder(std::move(*context)), codec);
}

}  // namespace

Result<std::unique_ptr<Unpacker>> make_unpacker(const Layout& layout) {
  const auto* format = find_format(layout.fourcc);
  if (format == nullptr) return Error{Code::io, "its format " + text_of(layout.fourcc) + " cannot be read"};
  if (format->raw()) return std::make_unique<Raw>(layout, *format);
  return make_compressed(layout, format->codec);
}

bool is_key(std::uint32_t fourcc, std::span<const std::uint8_t> bytes) {
  const bool h265 = fourcc == V4L2_PIX_FMT_HEVC;
  if (!h265 && fourcc != V4L2_PIX_FMT_H264) return true;
  constexpr std::array<std::uint8_t, 3> start{0, 0, 1};
  for (auto rest = bytes;;) {
    const auto found = std::ranges::search(rest, start);
    const auto at = static_cast<std::size_t>(found.end() - rest.begin());
    if (found.empty() || at >= rest.size()) return false;
    const int unit = h265 ? (rest[at] >> 1) & 0x3F : rest[at] & 0x1F;
    if (h265 ? unit >= 16 && unit <= 21 : unit == 5) return true;  // a slice of a picture that needs no other
    if (h265 ? unit < 10 : unit >= 1 && unit <= 4) return false;   // a slice of another one
    rest = rest.subspan(at);
  }
}

}  // namespace kuzet::drivers::v4l2
