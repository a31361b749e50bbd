// SPDX-License-Identifier: Apache-2.0
// Decodes pictures, skips damaged ones, and ends in bounded time whatever the bytes are.
#include "drivers/av/reader.hpp"

#include "drivers/av/decoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kuzet::drivers::av {

namespace {

constexpr int most_steps = 20'000;                         // packets and errors between two pictures
constexpr int most_failures = 100;                         // reads that fail in a row: some containers find their way again
constexpr auto late_end = std::chrono::milliseconds(300);  // containers state their length not more exactly

/// "7.2 s", the same in every locale.
std::string written(Duration duration) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), in_seconds(duration), std::chars_format::fixed, 1).ptr;
  return std::string(text.data(), end) + " s";
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
  auto codec = open_decoder(*input_.video().codecpar, input_.video().time_base);
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
