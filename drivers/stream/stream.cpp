// SPDX-License-Identifier: Apache-2.0
// Cameras on the network: RTSP, and motion JPEG, MPEG-TS, FLV or single pictures over HTTP.
#include "drivers/av/live.hpp"
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

/// A stream of pictures.
class Stream final : public Camera {
 public:
  Stream(const CameraRequest& request, const Clock& clock)
      : request_(request), clock_(clock), key_only_(request.decode == Decode::key) {}

  std::optional<Error> open(const av::Address& address, std::stop_token stop) {
    patience_.begin(request_.timeout - slack(), std::move(stop));
    patience_.said(request_.timeout);
    auto feed = av::Feed::open(address, request_.transport, patience_);
    if (!feed) return feed.error();
    auto live = av::Live::open(std::move(*feed), request_, key_only_, clock_, patience_);
    if (!live) return live.error();
    live_ = std::move(*live);
    return std::nullopt;
  }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    patience_.begin(request_.timeout, std::move(stop));
    auto frame = live_->next();
    if (frame && *frame) (*frame)->number = number_++;
    return frame;
  }

  void want(Decode what) override { key_only_.store(what == Decode::key, std::memory_order_relaxed); }
  [[nodiscard]] CameraAbout about() const override { return live_->about(); }
  [[nodiscard]] CameraCounts counts() const override { return live_->counts(); }

 private:
  /// libav looks at the clock ten times a second: so it has given up in time, and not a tenth of a second after it.
  [[nodiscard]] Duration slack() const { return std::min<Duration>(50ms, request_.timeout / 10); }

  const CameraRequest request_;
  const Clock& clock_;
  std::atomic<bool> key_only_;
  av::Patience patience_;  // the stream asks it, so it goes last
  std::unique_ptr<av::Live> live_;
  std::uint64_t number_ = 0;
};

Result<std::unique_ptr<Camera>> open(const CameraRequest& request, const Clock& clock, std::stop_token stop) {
  const auto address = address_of(request);
  if (!address) return Error{Code::io, "this is no address of a stream"};
  auto stream = std::make_unique<Stream>(request, clock);
  if (auto failure = stream->open(*address, std::move(stop))) return *std::move(failure);
  return stream;
}

}  // namespace

const CameraType& stream_camera();

const CameraType& stream_camera() {
  static const CameraType type{"stream", "a camera on the network: rtsp, rtsps, http or https, its pictures as they come", true,
                               &accepts, &open, {"username", "password_file", "transport", "decode", "hwaccel", "timeout"}};
  return type;
}

}  // namespace kuzet::drivers
