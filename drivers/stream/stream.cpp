// SPDX-License-Identifier: Apache-2.0
// Cameras on the network: RTSP, and motion JPEG, MPEG-TS, FLV or single pictures over HTTP.
#include "drivers/av/live.hpp"
#include "drivers/av/still.hpp"
#include "drivers/camera.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view schemes[] = {"rtsp", "rtsps", "http", "https"};

bool accepts(std::string_view source) {
  const auto address = av::parse_address(source);
  return address && std::ranges::find(schemes, address->scheme) != std::end(schemes);
}

/// The address with the name and password that were given beside it, where there are any.
std::optional<av::Address> address_of(const CameraRequest& request) {
  auto address = av::parse_address(request.source);
  if (address && !request.username.empty()) {
    address->user = request.username;
    address->password = request.password;
  } else if (address && !request.password.empty()) {
    address->password = request.password;
  }
  return address;
}

/// libav looks at the clock ten times a second: so it has given up in time, and not a tenth of a second after it.
void begin(av::Patience& patience, Duration timeout, std::stop_token stop) {
  patience.begin(timeout - std::min<Duration>(50ms, timeout / 10), std::move(stop));
  patience.said(timeout);
}

/// A stream of pictures.
class Stream final : public Camera {
 public:
  Stream(const CameraRequest& request, const Clock& clock, std::unique_ptr<av::Patience> patience)
      : request_(request), clock_(clock), key_only_(request.decode == Decode::key), patience_(std::move(patience)) {}

  std::optional<Error> start(std::unique_ptr<av::Feed> feed) {
    auto live = av::Live::open(std::move(feed), request_, key_only_, clock_, *patience_);
    if (!live) return live.error();
    live_ = std::move(*live);
    return std::nullopt;
  }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    begin(*patience_, request_.timeout, std::move(stop));
    auto frame = live_->next();
    if (frame && *frame) (*frame)->number = number_++;
    return frame;
  }

  void want(Decode what) override { key_only_.store(what == Decode::key, std::memory_order_relaxed); }
  [[nodiscard]] CameraAbout about() const override { return live_->about(); }
  [[nodiscard]] CameraCounts counts() const override { return live_->counts(); }

 private:
  const CameraRequest request_;
  const Clock& clock_;
  std::atomic<bool> key_only_;
  std::unique_ptr<av::Patience> patience_;  // the stream asks it, so it goes last
  std::unique_ptr<av::Live> live_;
  std::uint64_t number_ = 0;
};

/// An address that answers with one picture: it is asked again and again.
class Stills final : public Camera {
 public:
  Stills(const CameraRequest& request, av::Address address, const Clock& clock, std::unique_ptr<av::Patience> patience)
      : request_(request),
        address_(std::move(address)),
        clock_(clock),
        interval_(from_seconds(1 / std::clamp(request.rate.value_or(1), 0.001, 25.0))),
        origin_(clock.now()),
        patience_(std::move(patience)) {}

  std::optional<Error> start(const av::Feed& feed) {
    auto first = fetch(feed);
    if (!first) return first.error();
    if (!*first) return Error{Code::io, "its picture is damaged"};
    ahead_ = std::move(*first);
    return std::nullopt;
  }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    if (ahead_) return std::exchange(ahead_, std::nullopt);
    for (;;) {
      patience_->begin(24h, stop);
      if (!patience_->nap(due_ - std::chrono::steady_clock::now())) return std::nullopt;
      begin(*patience_, request_.timeout, stop);
      const auto feed = av::Feed::open(address_, request_.transport, *patience_);
      auto frame = feed ? fetch(**feed) : feed.error();
      if (patience_->stopped()) return std::nullopt;
      if (!frame || *frame) return frame;
      if (std::chrono::steady_clock::now() - last_ > request_.timeout + interval_)
        return Error{Code::io, "no picture for " + to_text(request_.timeout)};
    }
  }

  [[nodiscard]] CameraAbout about() const override { return {"stream", codec_, size_, 1 / in_seconds(interval_), codec_, ""}; }
  [[nodiscard]] CameraCounts counts() const override { return counts_; }

 private:
  /// nullopt where the picture is damaged.
  Result<std::optional<Frame>> fetch(const av::Feed& feed) {
    const Moment taken = clock_.now();  // the camera has just begun to answer
    const Steady now = std::chrono::steady_clock::now();
    due_ = asked_ ? std::max(due_ + interval_, now) : now + interval_;  // a slow camera is not asked twice at once
    asked_ = true;
    if (!feed.still()) return Error{Code::io, "it sends a stream where it sent a picture"};
    auto still = av::read_still(feed, pictures_, *patience_);
    if (!still) return still.error();
    ++counts_.received;
    counts_.bytes += still->bytes;
    if (!still->frame) return ++counts_.damaged, std::nullopt;
    codec_ = still->codec;
    date(*still->frame, taken, now);
    return std::move(still->frame);
  }

  void date(Frame& frame, const Moment& taken, Steady now) {
    if (counts_.decoded == 0) first_ = now;
    last_ = now;
    size_ = {frame.width(), frame.height()};
    frame.number = counts_.decoded++;
    frame.position = now - first_;
    frame.taken = request_.pace == Pace::fast ? origin_.before(-frame.position) : taken;
  }

  const CameraRequest request_;
  const av::Address address_;
  const Clock& clock_;
  const Duration interval_;
  const Moment origin_;
  std::unique_ptr<av::Patience> patience_;
  av::Pictures pictures_;
  std::optional<Frame> ahead_;
  bool asked_ = false;
  Steady due_{}, first_{}, last_{};
  std::string codec_;
  PictureSize size_{};
  CameraCounts counts_;
};

Result<std::unique_ptr<Camera>> open(const CameraRequest& request, const Clock& clock, std::stop_token stop) {
  const auto address = address_of(request);
  if (!address) return Error{Code::io, "this is no address of a stream"};
  auto patience = std::make_unique<av::Patience>();
  begin(*patience, request.timeout, std::move(stop));
  auto feed = av::Feed::open(*address, request.transport, *patience);
  if (!feed) return feed.error();
  if ((*feed)->still()) {
    const auto answer = std::move(*feed);  // it asks patience, which the camera owns
    auto stills = std::make_unique<Stills>(request, *address, clock, std::move(patience));
    if (auto failure = stills->start(*answer)) return *std::move(failure);
    return stills;
  }
  auto stream = std::make_unique<Stream>(request, clock, std::move(patience));
  if (auto failure = stream->start(std::move(*feed))) return *std::move(failure);
  return stream;
}

}  // namespace

const CameraType& stream_camera();

const CameraType& stream_camera() {
  static const CameraType type{"stream", "a camera on the network: rtsp, rtsps, http or https, its pictures as they come",
                               true,     &accepts,
                               &open,    {"username", "password_file", "transport", "decode", "hwaccel", "timeout"}};
  return type;
}

}  // namespace kuzet::drivers
