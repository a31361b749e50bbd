// SPDX-License-Identifier: Apache-2.0
// Decodes what is wanted of a live stream, keeps the rest for a while, and gives no picture that may be smeared.
#include "drivers/av/live.hpp"

#include "drivers/av/input.hpp"
#include "drivers/av/timed.hpp"

extern "C" {
#include <libavutil/version.h>
}

namespace kuzet::drivers::av {

namespace {

using namespace std::chrono_literals;

constexpr Duration longest_doubt = 5s;  // streams that refresh bit by bit have no key frames, and are clean again by then
constexpr double most_decoded = 60, decoded_burst = 300;  // a second; the burst is what a network holds back for seconds
constexpr double most_read = 400, read_burst = 800;       // pictures a second; no camera sends so many
constexpr Duration usual_step = 40ms;                     // from picture to picture, as long as it is not known
constexpr int most_failures = 100;                        // reads that fail in a row: some containers find their way again

Steady now_here() { return std::chrono::steady_clock::now(); }

bool is_key(const AVFrame& picture) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (picture.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return picture.key_frame != 0;
#endif
}

}  // namespace

Live::Live(std::unique_ptr<Feed> feed, const CameraRequest& request, const std::atomic<bool>& key_only, const Clock& clock,
           const Patience& patience)
    : patience_(patience),
      key_only_(key_only),
      clock_(clock),
      feed_(std::move(feed)),
      pace_(request.pace),
      timeout_(request.timeout),
      hwaccel_(request.hwaccel),
      decodes_(most_decoded, decoded_burst),
      reads_(most_read, read_burst),
      origin_(clock.now()),
      waiting_(now_here()),
      last_picture_(now_here()) {}

Result<std::unique_ptr<Live>> Live::open(std::unique_ptr<Feed> feed, const CameraRequest& request,
                                         const std::atomic<bool>& key_only, const Clock& clock, const Patience& patience) {
  std::unique_ptr<Live> live(new Live(std::move(feed), request, key_only, clock, patience));
  auto first = live->next();
  if (!first) return first.error();
  if (!*first) return Error{Code::io, "stopped"};
  live->ahead_ = std::move(*first);
  live->opened_ = true;
  return live;
}

Result<std::optional<Frame>> Live::next() {
  if (ahead_) return std::exchange(ahead_, std::nullopt);
  for (;;) {
    if (patience_.stopped()) return std::nullopt;
    if (patience_.expired()) return failed(AVERROR_EXIT);
    if (decoder_)
      if (auto frame = receive()) return frame;
    if (auto failure = feed()) {
      if (patience_.stopped()) return std::nullopt;
      return *std::move(failure);
    }
  }
}

Error Live::failed(int error) const {
  if (feed_->flooded()) return {Code::io, "it sends data without end, but no picture"};
  if (patience_.expired() && opened_) return {Code::io, "no picture for " + to_text(timeout_)};
  if (error == AVERROR_EOF && !opened_) return {Code::io, "the stream ended before a picture came"};
  return open_failed(patience_, failure_of(error));
}

/// Moves one packet on: from those that were held, or from the network.
std::optional<Error> Live::feed() {
  if (!held_.empty() && !only_keys(now_here())) {
    const auto held = held_.take();
    decode(*held);
    return std::nullopt;
  }
  Owned<AVPacket> packet(av_packet_alloc());
  if (!packet) return Error{Code::io, "out of memory"};
  const int got = feed_->read(*packet);
  if (got == AVERROR_INVALIDDATA && ++failures_ < most_failures) return std::nullopt;
  if (got < 0) return failed(got);
  failures_ = 0;
  if (!decoder_)
    if (auto failure = begin_decoding()) return failure;
  if (feed_->video()->codecpar->codec_id != codec_) return Error{Code::io, "the camera changed the codec of its video"};
  note(*packet);
  sort(std::move(packet));
  while (!reads_.take(now_here())) {  // the network's own flow control holds the camera back meanwhile
    flood_ = true;
    if (!patience_.nap(reads_.wait())) break;
  }
  return std::nullopt;
}

std::optional<Error> Live::begin_decoding() {
  const auto& video = *feed_->video();
  codec_ = video.codecpar->codec_id;
  auto decoder = choose_decoder(*video.codecpar, video.time_base, hwaccel_, hardware_for(codec_));
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  intra_only_ = intra_only(codec_);
  continuity_.emplace(*video.codecpar);
  return std::nullopt;
}

/// Counts the packet and dates its picture. From here on its stamp is its number, by which the picture is known again.
void Live::note(AVPacket& packet) {
  ++counts_.received;
  counts_.bytes += static_cast<std::uint64_t>(packet.size);
  const auto stamp = packet.pts != no_stamp ? packet.pts : packet.dts;
  const auto known = feed_->stamped() ? to_duration(stamp, feed_->video()->time_base) : std::nullopt;
  const auto index = index_++;
  const Steady now = now_here();
  const Steady came = feed_->late() ? came_.value_or(now - usual_step) : now;
  came_ = now;
  records_[static_cast<std::size_t>(index) % records_.size()] = {index, arrival_.taken(known, came)};
  packet.pts = packet.dts = index;
}

/// Decides what becomes of a packet that came just now.
void Live::sort(Owned<AVPacket> packet) {
  const Steady now = now_here();
  if (!continuity_->follows(*packet)) damaged(now);
  if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0) {
    damaged(now);
  } else if ((packet->flags & AV_PKT_FLAG_KEY) != 0) {
    key_frame(std::move(packet), now);
  } else if (!waits_for_key(now)) {
    const bool later = only_keys(now) || !held_.empty();  // those that came before it go first
    if (later ? !held_.keep(std::move(packet)) : !afford(now))
      waiting_ = now;
    else if (!later)
      decode(*packet);
  }
}

/// True as long as what comes cannot be decoded for want of a key frame, though not for ever.
bool Live::waits_for_key(Steady now) {
  if (!waiting_) return false;
  if (now - *waiting_ < std::min(longest_doubt, timeout_ / 2)) return true;
  waiting_.reset();
  return false;
}

void Live::key_frame(Owned<AVPacket> packet, Steady now) {
  if (last_key_) counts_.key_distance = now - *last_key_;
  last_key_ = now;
  held_.clear();
  impatient_ = false;
  waiting_ = afford(now) ? std::nullopt : std::optional(now);
  if (waiting_) return;
  decode(*packet);
  if (only_keys(now)) alone_ = std::move(packet);
}

/// No more pictures a second are decoded than any camera has; what goes beyond waits for a key frame.
bool Live::afford(Steady now) {
  const bool enough = decodes_.take(now);
  flood_ |= !enough;
  return enough;
}

/// True while key frames alone are wanted, and come.
bool Live::only_keys(Steady now) {
  if (!key_only_.load(std::memory_order_relaxed) || intra_only_) return false;
  impatient_ |= now - last_picture_ > timeout_ * 4 / 5;  // key frames are too far apart to be all that there is
  return !impatient_;
}

void Live::decode(const AVPacket& packet) {
  const Timed timed(counts_.decoding);
  if (decoder_->send(&packet) < 0) damaged(now_here());
}

void Live::damaged(Steady now) {
  ++counts_.damaged;
  if (!doubt_) doubt_ = now;  // where it never ends, what there is is given after a while
}

/// What the decoder has ready.
std::optional<Frame> Live::receive() {
  for (;;) {
    Owned<AVFrame> picture(av_frame_alloc());
    const int got = [&] {
      const Timed timed(counts_.decoding);
      return decoder_->receive(*picture);
    }();
    if (got == 0) {
      if (!draining_) alone_.reset();
      if (auto frame = take(std::move(picture))) return frame;
    } else if (got == AVERROR(EAGAIN) && alone_ && !draining_) {
      draining_ = true;  // the decoder waits for a later picture that it will not be given
      decoder_->send(nullptr);
    } else if (std::exchange(draining_, false)) {
      decoder_->reset();
      held_.keep(std::move(alone_));  // to begin with when all are wanted again
      return std::nullopt;
    } else if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) {
      return std::nullopt;
    } else {
      damaged(now_here());
      return std::nullopt;
    }
  }
}

/// A decoded picture as a frame; nullopt when it was given before, or parts of it are guesses.
std::optional<Frame> Live::take(Owned<AVFrame> picture) {
  const auto index = picture->pts;
  if (index <= given_) return std::nullopt;
  if (draining_) given_ = index;
  const Steady now = now_here();
  const bool missed = std::exchange(missed_, missing_references) != missing_references;
  const bool guessed = missed || picture->decode_error_flags != 0 || (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0;
  if (guessed || is_doubtful(is_key(*picture), now)) {
    ++counts_.damaged;
    if (guessed && !doubt_) doubt_ = now;
    return std::nullopt;
  }
  size_ = {picture->width, picture->height};
  auto frame = pictures_.wrap(std::move(picture), intra_only_);
  if (!frame) return ++counts_.damaged, std::nullopt;
  ++counts_.decoded;
  last_picture_ = now;
  date(*frame, index, now);
  return frame;
}

/// After something was lost, pictures are smeared until a key frame comes; streams without any are clean after a while.
bool Live::is_doubtful(bool key, Steady now) {
  if (!doubt_) return false;
  if (!key && now - *doubt_ < longest_doubt) return true;
  doubt_.reset();
  return false;
}

void Live::date(Frame& frame, std::int64_t index, Steady now) {
  const auto& record = records_[static_cast<std::size_t>(index) % records_.size()];
  const Steady taken = index >= 0 && record.index == index ? record.taken : now;
  if (!first_taken_) first_taken_ = taken;
  frame.position = counts_.decoded == 1 ? Duration{} : std::max<Duration>(taken - *first_taken_, last_position_ + 1us);
  last_position_ = frame.position;
  frame.taken = pace_ == Pace::fast ? origin_.before(-frame.position) : clock_.now().before(now - taken);
}

CameraAbout Live::about() const {
  CameraAbout out{"stream", avcodec_get_name(codec_), size_, std::nullopt, decoder_->name(), ""};
  for (const auto rate : {decoder_->rate(), feed_->video()->avg_frame_rate}) {
    const double per_second = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    if (!out.rate && per_second >= 0.001 && per_second <= 240) out.rate = per_second;
  }
  out.remark = decoder_->remark();
  if (flood_) out.remark = "it sends more pictures than any camera does: not all are decoded";
  return out;
}

}  // namespace kuzet::drivers::av
