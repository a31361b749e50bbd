// SPDX-License-Identifier: Apache-2.0
// Decodes pictures, skips damaged ones, and ends in bounded time whatever the bytes are.
#include "drivers/av/reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace kuzet::drivers::av {

namespace {

constexpr int most_steps = 20'000;                         // packets and errors between two pictures
constexpr int most_failures = 100;                         // reads that fail in a row: some containers find their way again
constexpr auto late_end = std::chrono::milliseconds(300);  // containers state their length not more exactly

/// One thread: the other cores are for the detectors, and frame threads would hold pictures back.
Result<Owned<AVCodecContext>> open_decoder(const AVStream& stream) {
  const auto* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
  if (!decoder) return Error{Code::io, std::string("no decoder for its video: ") + avcodec_get_name(stream.codecpar->codec_id)};
  Owned<AVCodecContext> codec(avcodec_alloc_context3(decoder));
  if (!codec || avcodec_parameters_to_context(codec.get(), stream.codecpar) < 0) return Error{Code::io, "out of memory"};
  codec->thread_count = 1;
  codec->pkt_timebase = stream.time_base;
  codec->max_pixels = max_pixels;
  if (avcodec_open2(codec.get(), decoder, nullptr) < 0)
    return Error{Code::io, std::string("its video cannot be decoded: ") + decoder->name};
  return codec;
}

/// "7.2 s", the same in every locale.
std::string written(Duration duration) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), in_seconds(duration), std::chars_format::fixed, 1).ptr;
  return std::string(text.data(), end) + " s";
}

bool intra_only(AVCodecID id) {
  const auto* about = avcodec_descriptor_get(id);
  return about && (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
}

/// False where the end of a JPEG is missing. Its decoder is content with half a picture and fills the rest with grey.
bool jpeg_ends(const AVPacket& packet) {
  constexpr std::array<std::uint8_t, 2> end_marker{0xFF, 0xD9};
  constexpr std::size_t most_after_it = 64;  // besides the zeros with which cameras fill their buffers
  std::span bytes(packet.data, static_cast<std::size_t>(packet.size));
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  return !std::ranges::search(bytes.last(std::min(bytes.size(), most_after_it)), end_marker).empty();
}

/// How exact the decoder shall be. A still is whole or it is damaged (not with TIFF, whose decoder objects to harmless tags);
/// in a video cameras take liberties, but the end must be there.
int strictness(const AVPacket& packet, AVCodecID codec, bool still) {
  const bool jpeg = codec == AV_CODEC_ID_MJPEG;
  const bool strict = still ? jpeg || codec == AV_CODEC_ID_PNG : jpeg && !jpeg_ends(packet);
  return strict ? AV_EF_CRCCHECK | AV_EF_EXPLODE : 0;
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open_file(const std::string& path, Content content, const Patience& patience) {
  auto input = Input::open_file(path, content, patience);
  if (!input) return input.error();
  std::unique_ptr<Reader> reader(new Reader(std::move(*input), patience));
  if (auto failure = reader->start()) return *std::move(failure);
  return reader;
}

std::optional<Error> Reader::start() {
  auto codec = open_decoder(input_.video());
  if (!codec) return codec.error();
  codec_ = std::move(*codec);
  grey_is_full_ = intra_only(codec_->codec_id);
  auto first = decode();
  if (!first) return first.error();
  if (!*first && patience_.stopped()) return Error{Code::io, "stopped"};
  if (!*first) return Error{Code::io, "no video or picture in it that can be decoded"};
  ahead_ = std::move(*first);
  return std::nullopt;
}

Result<std::optional<Frame>> Reader::next() {
  if (ahead_) return std::exchange(ahead_, std::nullopt);
  if (ended_) return std::nullopt;
  input_.grant();
  return decode();
}

Result<std::optional<Frame>> Reader::decode() {
  for (int step = 0; step < most_steps && !input_.exhausted(); ++step) {
    if (patience_.stopped()) return std::nullopt;
    if (patience_.expired()) return Error{Code::io, "timed out: no picture within " + to_text(patience_.timeout())};
    Owned<AVFrame> picture(av_frame_alloc());
    const int got = avcodec_receive_frame(codec_.get(), picture.get());
    if (got == AVERROR(EAGAIN)) {
      feed();
    } else if (got == AVERROR_EOF) {
      break;
    } else if (got < 0) {
      damaged();
    } else if (auto frame = take(std::move(picture))) {
      return frame;
    }
  }
  ended_ = true;
  return std::nullopt;
}

/// A decoded picture as a frame; nullopt when parts of it are guesses.
std::optional<Frame> Reader::take(Owned<AVFrame> picture) {
  const auto stamp = to_duration(picture->best_effort_timestamp, input_.video().time_base);
  const bool guessed = picture->decode_error_flags != 0 || (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0;
  auto frame = guessed ? std::nullopt : pictures_.wrap(std::move(picture), grey_is_full_);
  if (frame)
    frame->position = timeline_.place(stamp);
  else
    damaged();
  return frame;
}

/// Gives the decoder one packet, or the word that there are no more.
void Reader::feed() {
  const int got = drained_ ? AVERROR_EOF : input_.read(*packet_);
  if (got == 0) {
    failures_ = 0;
    send();
    av_packet_unref(packet_.get());
  } else if (got == AVERROR_EOF || ++failures_ >= most_failures) {
    last_damaged_ |= got != AVERROR_EOF;
    drained_ = true;
    avcodec_send_packet(codec_.get(), nullptr);
  }
}

void Reader::send() {
  const auto& video = input_.video();
  const auto stamp = to_duration(packet_->pts != no_stamp ? packet_->pts : packet_->dts, video.time_base);
  if (stamp) {
    first_ = std::min(first_.value_or(*stamp), *stamp);
    reached_ = std::max(reached_, *stamp + to_duration(packet_->duration, video.time_base).value_or(Duration{}));
  }
  codec_->err_recognition = strictness(*packet_, codec_->codec_id, input_.still());
  // A packet that its container cut off would decode to a picture of which the lower part is missing.
  const bool whole = (packet_->flags & AV_PKT_FLAG_CORRUPT) == 0;
  if (whole && avcodec_send_packet(codec_.get(), packet_.get()) >= 0)
    last_damaged_ = false;
  else
    damaged();
}

void Reader::damaged() {
  ++damaged_;
  last_damaged_ = true;
}

/// True when the container promised more than there was.
bool Reader::cut_short() const {
  const auto declared = input_.declared();
  return ended_ && declared && first_ && *declared > reached_ - *first_ + std::max<Duration>(late_end, 3 * timeline_.nominal());
}

std::string Reader::damage() const {
  const bool in_the_middle = ended_ && last_damaged_;
  const auto skipped = damaged_ - (in_the_middle && damaged_ > 0 ? 1 : 0);
  std::string said;
  if (skipped > 0) said = std::to_string(skipped) + (skipped == 1 ? " damaged picture skipped" : " damaged pictures skipped");
  if (!in_the_middle && !cut_short()) return said;
  if (!said.empty()) said += "; ";
  if (in_the_middle) return said + "ends in the middle of a picture after " + written(length());
  return said + "only " + written(length()) + " of " + written(*input_.declared()) + " can be read";
}

}  // namespace kuzet::drivers::av
