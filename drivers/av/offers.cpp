// SPDX-License-Identifier: Apache-2.0
// The decoders in hardware that this FFmpeg knows: V4L2's, and those behind a graphics device.
#include "drivers/av/hardware.hpp"

#include <unistd.h>

#include <array>

extern "C" {
#include <libavutil/hwcontext.h>
}

namespace kuzet::drivers::av {

namespace {

struct Unref {
  void operator()(AVBufferRef* buffer) const { av_buffer_unref(&buffer); }
};

/// A decoder whose pictures are fetched from the device's memory.
class Device final : public Decoder {
 public:
  Device(Owned<AVCodecContext> codec, std::string name) : codec_(std::move(codec)), name_(std::move(name)) {}
  int send(const AVPacket* packet) override { return avcodec_send_packet(codec_.get(), packet); }
  int receive(AVFrame& picture) override {
    const int got = avcodec_receive_frame(codec_.get(), &picture);
    if (got < 0 || !picture.hw_frames_ctx) return got;
    Owned<AVFrame> fetched(av_frame_alloc());
    if (!fetched) return AVERROR(ENOMEM);
    if (const int failed = av_hwframe_transfer_data(fetched.get(), &picture, 0); failed < 0) return failed;
    av_frame_copy_props(fetched.get(), &picture);
    av_frame_unref(&picture);
    av_frame_move_ref(&picture, fetched.get());
    return 0;
  }
  void reset() override { avcodec_flush_buffers(codec_.get()); }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] AVRational rate() const override { return codec_->framerate; }

 private:
  Owned<AVCodecContext> codec_;
  std::string name_;
};

/// nullptr where the codec cannot be decoded with such a device.
const AVCodecHWConfig* config_of(const AVCodec& decoder, AVHWDeviceType type) {
  for (int i = 0;; ++i) {
    const auto* config = avcodec_get_hw_config(&decoder, i);
    if (!config) return nullptr;
    if (config->device_type == type && (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) return config;
  }
}

/// The pictures of the device or none: a decoder that falls back by itself would do so in silence.
AVPixelFormat device_format(AVCodecContext* codec, const AVPixelFormat* formats) {
  const auto* device = reinterpret_cast<const AVHWDeviceContext*>(codec->hw_device_ctx->data);
  const auto* config = config_of(*codec->codec, device->type);
  for (; config && *formats != AV_PIX_FMT_NONE; ++formats)
    if (*formats == config->pix_fmt) return *formats;
  return AV_PIX_FMT_NONE;
}

Result<std::unique_ptr<Decoder>> open_device(AVHWDeviceType type, const AVCodecParameters& parameters, AVRational time_base) {
  if (::access("/dev/dri", F_OK) != 0) return Error{Code::io, "no such device"};  // without loading any graphics driver
  const auto* decoder = avcodec_find_decoder(parameters.codec_id);
  if (!decoder || !config_of(*decoder, type)) return Error{Code::io, "not for this codec"};
  AVBufferRef* made = nullptr;
  if (av_hwdevice_ctx_create(&made, type, nullptr, nullptr, 0) < 0) return Error{Code::io, "no such device"};
  const std::unique_ptr<AVBufferRef, Unref> device(made);
  auto codec = open_decoder(*decoder, parameters, time_base, [&](AVCodecContext& context) {
    context.hw_device_ctx = av_buffer_ref(device.get());
    context.get_format = &device_format;
    return context.hw_device_ctx != nullptr;
  });
  if (!codec) return codec.error();
  return std::make_unique<Device>(std::move(*codec), av_hwdevice_get_type_name(type));
}

Result<std::unique_ptr<Decoder>> open_named(const AVCodec& decoder, const AVCodecParameters& parameters, AVRational time_base) {
  auto codec = open_decoder(decoder, parameters, time_base);
  if (!codec) return Error{Code::io, "no such device"};
  return std::make_unique<Device>(std::move(*codec), decoder.name);
}

}  // namespace

std::vector<Hardware> hardware_for(AVCodecID codec) {
  std::vector<Hardware> out;
  const auto named = std::string(avcodec_get_name(codec)) + "_v4l2m2m";
  if (const auto* decoder = avcodec_find_decoder_by_name(named.c_str()))
    out.push_back({named, [decoder](const AVCodecParameters& parameters, AVRational time_base) {
                     return open_named(*decoder, parameters, time_base);
                   }});
  const auto* software = avcodec_find_decoder(codec);
  for (const auto type : {AV_HWDEVICE_TYPE_DRM, AV_HWDEVICE_TYPE_VAAPI})
    if (software && config_of(*software, type))
      out.push_back({av_hwdevice_get_type_name(type), [type](const AVCodecParameters& parameters, AVRational time_base) {
                       return open_device(type, parameters, time_base);
                     }});
  return out;
}

}  // namespace kuzet::drivers::av
