// SPDX-License-Identifier: Apache-2.0
// A camera on this board: USB, a ribbon cable or a grabber, read through libv4l2 from memory that it shares with the kernel.
#include "drivers/av/timed.hpp"
#include "drivers/camera.hpp"
#include "drivers/v4l2/device.hpp"
#include "drivers/v4l2/errand.hpp"
#include "drivers/v4l2/formats.hpp"
#include "drivers/v4l2/stable_name.hpp"
#include "drivers/v4l2/unpack.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>

namespace kuzet::drivers {

namespace {

using namespace std::chrono_literals;
using v4l2::Device;

constexpr auto slice = 50ms;       // a stop request is seen well within the promised 0.2 s
constexpr auto last_word = 100ms;  // how long a device may take to close before it is left to itself
constexpr auto oldest = 10s;       // an older stamp is of another clock, whatever the driver says

bool accepts(std::string_view source) { return source.starts_with("/dev/") && !source.starts_with("/dev/shm/"); }

/// Leaves out what comes faster than it was asked for: not every device can be slowed down.
class Sieve {
 public:
  explicit Sieve(std::optional<double> rate) : interval_(rate && *rate > 0 ? from_seconds(1 / *rate) : Duration{}) {}

  bool passes(Steady at) {
    if (interval_ == Duration{}) return true;
    const auto early = interval_ / 10;  // pictures rarely come to the millisecond
    if (due_ && at + early < *due_ && *due_ - at < 2 * interval_) return false;
    due_ = (due_ && at - *due_ < interval_ ? *due_ : at) + interval_;
    return true;
  }

 private:
  Duration interval_;
  std::optional<Steady> due_;
};

/// A device that captures, with what belongs to it.
struct Running {
  std::unique_ptr<Device> device;
  v4l2::Layout layout;
};

Result<Running> start(const std::string& path, const v4l2::Wanted& wanted) {
  auto device = Device::open(path);
  if (!device) return device.error();
  const auto choice = v4l2::choose((*device)->modes(), wanted);
  if (!choice) return choice.error();
  auto layout = (*device)->start(*choice);
  if (!layout) return layout.error();
  return Running{std::move(*device), *layout};
}

class Local final : public Camera {
 public:
  Local(const CameraRequest& request, const Clock& clock)
      : request_(request), clock_(clock), sieve_(request.rate), want_(request.decode) {}
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;

  ~Local() override {
    if (!running_.device) return;
    patience_.begin(last_word, {});
    try {
      (void)v4l2::errand([running = std::move(running_)]() mutable { return running.device.reset(), true; }, patience_);
    } catch (const std::system_error&) {
      // No thread was to be had: the device was closed on the way here.
    }
  }

  std::optional<Error> open(std::stop_token stop) {
    patience_.begin(request_.timeout, std::move(stop));
    if (patience_.stopped()) return Error{Code::io, "stopped"};
    const v4l2::Wanted wanted{request_.format, request_.size, request_.rate};
    auto running = v4l2::errand([path = request_.source, wanted] { return start(path, wanted); }, patience_);
    if (!running && patience_.stopped()) return Error{Code::io, "stopped"};
    if (!running) return Error{Code::io, "timed out: the device does not answer within " + to_text(request_.timeout)};
    if (!*running) return running->error();
    running_ = std::move(**running);
    auto unpacker = v4l2::make_unpacker(running_.layout);
    if (!unpacker) return unpacker.error();
    unpacker_ = std::move(*unpacker);
    remark_ = v4l2::advice_on_name(request_.source);
    return std::nullopt;
  }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    patience_.begin(request_.timeout, std::move(stop));
    const auto damaged_before = counts_.damaged;
    while (!patience_.stopped()) {
      if (patience_.expired()) return nothing_came(counts_.damaged - damaged_before);
      if (auto frame = next()) return frame;
      auto filled = running_.device->take();
      if (!filled) return filled.error();
      if (*filled) {
        put(**filled);
        running_.device->give_back(**filled);
      } else if (!unpacker_->busy(want_)) {
        running_.device->wait(slice);
      }
    }
    return std::nullopt;
  }

  void want(Decode what) override { want_ = what; }

  [[nodiscard]] CameraAbout about() const override {
    const auto& layout = running_.layout;
    const auto* format = v4l2::find_format(layout.fourcc);
    const bool raw = format == nullptr || format->raw();
    return {"v4l2",
            raw ? v4l2::text_of(layout.fourcc) : avcodec_get_name(format->codec),
            layout.size,
            layout.rate,
            unpacker_->decoder(),
            remark_};
  }

  [[nodiscard]] CameraCounts counts() const override { return counts_; }

 private:
  void put(const v4l2::Filled& filled) {
    ++counts_.received;
    counts_.bytes += filled.bytes.size();
    if (filled.damaged || filled.bytes.empty()) ++counts_.damaged;
    if (filled.damaged || filled.bytes.empty() || filled.gap) unpacker_->lost();
    if (filled.damaged || filled.bytes.empty()) return;
    const Steady taken = taken_of(filled);
    if (alone() && !sieve_.passes(taken)) return;
    const bool key = alone() || filled.key || v4l2::is_key(running_.layout.fourcc, filled.bytes);
    if (key && key_) counts_.key_distance = taken - *key_;
    if (key) key_ = taken;
    const av::Timed timed(counts_.decoding);
    unpacker_->put(filled.bytes, taken, key);
  }

  /// A picture that is ready.
  std::optional<Frame> next() {
    const av::Timed timed(counts_.decoding);
    auto frame = unpacker_->get(want_);
    if (!frame) ++counts_.damaged;
    if (!frame || !*frame) return std::nullopt;
    ++counts_.decoded;
    place(**frame);
    return std::move(*frame);
  }

  /// Whether each picture can be read without the one before.
  [[nodiscard]] bool alone() const {
    const auto* format = v4l2::find_format(running_.layout.fourcc);
    return format == nullptr || format->effort != v4l2::Effort::video;
  }

  static Steady taken_of(const v4l2::Filled& filled) {
    const Steady now = std::chrono::steady_clock::now();
    return filled.taken && *filled.taken <= now && now - *filled.taken < oldest ? *filled.taken : now;
  }

  /// Position, number, and the date by the agent's clock.
  void place(Frame& frame) {
    constexpr Duration least = 1ms;  // positions always rise, whatever the driver's stamps do
    const Steady taken = frame.taken.steady;
    if (!first_) first_ = taken;
    frame.taken = clock_.now().before(std::chrono::steady_clock::now() - taken);
    frame.position = number_ == 0 ? Duration{} : std::max<Duration>(taken - *first_, position_ + least);
    frame.number = number_++;
    position_ = frame.position;
  }

  [[nodiscard]] Error nothing_came(std::uint64_t damaged) const {
    const std::string said = "timed out: no picture within " + to_text(request_.timeout);
    if (damaged == 0) return {Code::io, said};
    return {Code::io, said + " that is whole, " + std::to_string(damaged) + " damaged: its cable, hub or power"};
  }

  CameraRequest request_;
  const Clock& clock_;
  Sieve sieve_;
  std::atomic<Decode> want_;
  av::Patience patience_;
  Running running_;
  std::unique_ptr<v4l2::Unpacker> unpacker_;
  std::string remark_;
  CameraCounts counts_;
  std::optional<Steady> first_, key_;
  Duration position_{};
  std::uint64_t number_ = 0;
};

Result<std::unique_ptr<Camera>> open(const CameraRequest& request, const Clock& clock, std::stop_token stop) {
  auto camera = std::make_unique<Local>(request, clock);
  if (auto failure = camera->open(std::move(stop))) return *std::move(failure);
  return camera;
}

}  // namespace

const CameraType& v4l2_camera();

const CameraType& v4l2_camera() {
  static const CameraType type{
      "v4l2",
      "a camera on this board, by USB, ribbon cable or grabber: /dev/v4l/by-id/... (the same wherever it is plugged in), "
      "/dev/v4l/by-path/... (whatever is plugged in there) or /dev/video0 (a number that changes); the service's "
      "user must be in the group video",
      true,
      &accepts,
      &open,
      {"format", "size", "rate", "decode", "timeout"}};
  return type;
}

}  // namespace kuzet::drivers
