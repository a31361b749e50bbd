// SPDX-License-Identifier: Apache-2.0
// The conversation with a driver of the kernel, through libv4l2.
#include "drivers/v4l2/device.hpp"

#include "drivers/v4l2/formats.hpp"

#include <fcntl.h>
#include <libv4l2.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>

namespace kuzet::drivers::v4l2 {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t buffers = 4;        // one that is filled, one that is read, two for a late reader
constexpr std::uint32_t most_listed = 256;  // formats, sizes or rates: a driver whose list never ends must not hold us
constexpr int most_failures = 100;          // in a row: three seconds of pictures that a cable garbles
constexpr auto type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

/// Of a device that takes any size or rate.
constexpr std::array usual_sizes{PictureSize{320, 240},  PictureSize{640, 360},  PictureSize{640, 480},  PictureSize{800, 600},
                                 PictureSize{1024, 576}, PictureSize{1280, 720}, PictureSize{1920, 1080}};
constexpr std::array usual_rates{5., 10., 12., 15., 20., 25., 30., 50., 60.};

/// libv4l2 writes its complaints to standard error, which is for our own sentences. Once, since all cameras share its variable;
/// the file must stay open for good.
void silence_library() {
  static const bool done = [] {
    std::FILE* const nowhere = std::fopen("/dev/null", "we");
    if (nowhere != nullptr) v4l2_log_file = nowhere;
    return true;
  }();
  (void)done;
}

std::string cameras_there() {
  constexpr std::size_t most = 3;
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/dev/v4l/by-id", none)) names.push_back(entry.path().string());
  std::ranges::sort(names);
  std::string out;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) out += (i == 0 ? "; there is " : ", ") + names[i];
  return out;
}

Error failure(int error_number, const std::string& doing) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return {Code::io, "no such device: is it plugged in?" + cameras_there()};
    case ENODEV:
    case ENXIO: return {Code::io, "unplugged"};
    case EACCES:
    case EPERM: return {Code::io, "permission denied: add the service's user to the group video"};
    case EBUSY: return {Code::io, "busy: another program uses it"};
    case ENOTTY:
    case EINVAL:
    case EISDIR: return {Code::io, "is no camera"};
    default: return {Code::io, doing + ": " + std::generic_category().message(error_number)};
  }
}

double per_second(const v4l2_fract& interval) {
  return interval.numerator > 0 ? static_cast<double>(interval.denominator) / interval.numerator : 0;
}

bool within(int value, std::uint32_t least, std::uint32_t most, std::uint32_t step) {
  const auto one = static_cast<std::uint32_t>(value);
  return one >= least && one <= most && (step == 0 || (one - least) % step == 0);
}

/// Why a device that can be opened is no camera; nullopt where it is one.
std::optional<Error> no_camera(const v4l2_capability& about) {
  const std::uint32_t can = (about.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? about.device_caps : about.capabilities;
  if ((can & V4L2_CAP_VIDEO_CAPTURE) != 0)
    return (can & V4L2_CAP_STREAMING) != 0 ? std::nullopt : std::optional(Error{Code::io, "is a camera that cannot stream"});
  if ((can & V4L2_CAP_META_CAPTURE) != 0)
    return Error{Code::io, "is no camera: it gives only data about the pictures of one, whose number is mostly one less"};
  if ((can & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0) return Error{Code::io, "is no camera: it is a codec"};
  if ((can & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0)
    return Error{Code::io, "is a camera whose pictures lie in several buffers, and libv4l's plugin for these is missing"};
  return Error{Code::io, "is no camera"};
}

std::optional<bool> full_range(const v4l2_pix_format& format) {
  switch (format.quantization) {
    case V4L2_QUANTIZATION_FULL_RANGE: return true;
    case V4L2_QUANTIZATION_LIM_RANGE: return false;
    default: break;
  }
  if (format.pixelformat == V4L2_PIX_FMT_GREY) return true;  // what a sensor gives; the standard knows no default for it
  return format.colorspace == V4L2_COLORSPACE_JPEG;
}

/// The moment by the clock that is ours too; nullopt where the driver uses another one.
std::optional<std::chrono::steady_clock::time_point> moment(const v4l2_buffer& buffer) {
  if ((buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) return std::nullopt;
  return std::chrono::steady_clock::time_point(std::chrono::seconds(buffer.timestamp.tv_sec) +
                                               std::chrono::microseconds(buffer.timestamp.tv_usec));
}

}  // namespace

Result<std::unique_ptr<Device>> Device::open(const std::string& path) {
  silence_library();
  const int fd = v4l2_open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return failure(errno, "it cannot be opened");
  std::unique_ptr<Device> device(new Device(fd));
  v4l2_capability about{};
  if (device->call(VIDIOC_QUERYCAP, &about) < 0) return failure(errno, "it does not say what it is");
  if (auto none = no_camera(about)) return *std::move(none);
  return device;
}

Device::~Device() {
  int stopped = type;
  if (streaming_) (void)call(VIDIOC_STREAMOFF, &stopped);
  for (const auto& buffer : buffers_) v4l2_munmap(buffer.start, buffer.length);
  v4l2_close(fd_);
}

int Device::call(unsigned long request, void* argument) const {
  for (;;) {
    const int done = v4l2_ioctl(fd_, request, argument);
    if (done >= 0 || errno != EINTR) return done;
  }
}

std::vector<Mode> Device::modes() const {
  std::vector<Mode> out;
  for (std::uint32_t i = 0; i < most_listed; ++i) {
    v4l2_fmtdesc one{};
    one.index = i;
    one.type = type;
    if (call(VIDIOC_ENUM_FMT, &one) < 0) break;
    const bool emulated = (one.flags & V4L2_FMT_FLAG_EMULATED) != 0;
    for (const auto size : sizes(one.pixelformat)) {
      // Only of what may be chosen: some devices need a millisecond for each answer.
      auto known = find_format(one.pixelformat) != nullptr ? rates(one.pixelformat, size) : std::vector<double>{};
      out.push_back({one.pixelformat, size, std::move(known), emulated});
    }
  }
  return out;
}

std::vector<PictureSize> Device::sizes(std::uint32_t fourcc) const {
  std::vector<PictureSize> out;
  for (std::uint32_t i = 0; i < most_listed; ++i) {
    v4l2_frmsizeenum one{};
    one.index = i;
    one.pixel_format = fourcc;
    if (call(VIDIOC_ENUM_FRAMESIZES, &one) < 0) break;
    if (one.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
      out.push_back({static_cast<int>(one.discrete.width), static_cast<int>(one.discrete.height)});
      continue;
    }
    const auto& any = one.stepwise;
    for (const auto size : usual_sizes)
      if (within(size.width, any.min_width, any.max_width, any.step_width) &&
          within(size.height, any.min_height, any.max_height, any.step_height))
        out.push_back(size);
    out.push_back({static_cast<int>(any.max_width), static_cast<int>(any.max_height)});
    break;
  }
  if (!out.empty()) return out;
  v4l2_format now{};  // an old driver, which tells of no sizes: the one that it has now
  now.type = type;
  if (call(VIDIOC_G_FMT, &now) == 0) out.push_back({static_cast<int>(now.fmt.pix.width), static_cast<int>(now.fmt.pix.height)});
  return out;
}

std::vector<double> Device::rates(std::uint32_t fourcc, PictureSize size) const {
  std::vector<double> out;
  for (std::uint32_t i = 0; i < most_listed; ++i) {
    v4l2_frmivalenum one{};
    one.index = i;
    one.pixel_format = fourcc;
    one.width = static_cast<std::uint32_t>(size.width);
    one.height = static_cast<std::uint32_t>(size.height);
    if (call(VIDIOC_ENUM_FRAMEINTERVALS, &one) < 0) break;
    if (one.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
      out.push_back(per_second(one.discrete));
      continue;
    }
    const double fastest = per_second(one.stepwise.min), slowest = per_second(one.stepwise.max);
    for (const double rate : usual_rates)
      if (rate >= slowest && rate <= fastest) out.push_back(rate);
    out.push_back(fastest);
    break;
  }
  return out;
}

Result<Layout> Device::start(const Choice& choice) {
  auto layout = set_format(choice);
  if (!layout) return layout;
  layout->rate = set_rate(choice.rate);
  if (auto mapped = map_buffers(); !mapped) return mapped.error();
  v4l2_event_subscription signal{};
  signal.type = V4L2_EVENT_SOURCE_CHANGE;
  events_ = call(VIDIOC_SUBSCRIBE_EVENT, &signal) == 0;
  int on = type;
  if (call(VIDIOC_STREAMON, &on) < 0) {
    // Of a USB camera this is where the bus says that it is full.
    if (errno == ENOSPC) return Error{Code::io, "no room on its USB bus: a smaller size, MJPG, or another port"};
    return failure(errno, "it cannot be started");
  }
  streaming_ = true;
  return layout;
}

Result<Layout> Device::set_format(const Choice& choice) {
  v4l2_format format{};
  format.type = type;
  format.fmt.pix.pixelformat = choice.fourcc;
  format.fmt.pix.width = static_cast<std::uint32_t>(choice.size.width);
  format.fmt.pix.height = static_cast<std::uint32_t>(choice.size.height);
  format.fmt.pix.field = V4L2_FIELD_ANY;
  if (call(VIDIOC_S_FMT, &format) < 0) return failure(errno, "its format cannot be set");
  const auto& pix = format.fmt.pix;
  const Layout out{pix.pixelformat,
                   {static_cast<int>(pix.width), static_cast<int>(pix.height)},
                   static_cast<int>(pix.bytesperline),
                   full_range(pix)};
  if (out.fourcc == choice.fourcc && out.size == choice.size) return out;
  return Error{Code::io, "it was asked for " + text_of(choice.fourcc) + " " + text_of(choice.size) + " and gives " +
                             text_of(out.fourcc) + " " + text_of(out.size) + " instead"};
}

/// What the driver makes of it; what it has where it takes no orders.
std::optional<double> Device::set_rate(std::optional<double> rate) const {
  constexpr double scale = 1000;  // 29.97 is 1000/29970 s
  v4l2_streamparm parameters{};
  parameters.type = type;
  if (call(VIDIOC_G_PARM, &parameters) < 0) return std::nullopt;
  if (rate && *rate > 0) {
    parameters.parm.capture.timeperframe = {static_cast<std::uint32_t>(scale), static_cast<std::uint32_t>(*rate * scale + 0.5)};
    (void)call(VIDIOC_S_PARM, &parameters);
  }
  const double given = per_second(parameters.parm.capture.timeperframe);
  return given > 0 ? std::optional(given) : std::nullopt;
}

Result<> Device::map_buffers() {
  v4l2_requestbuffers request{};
  request.count = buffers;
  request.type = type;
  request.memory = V4L2_MEMORY_MMAP;
  if (call(VIDIOC_REQBUFS, &request) < 0) return failure(errno, "it gives no buffers");
  if (request.count < 2) return Error{Code::io, "it has no memory for its buffers"};
  for (std::uint32_t i = 0; i < request.count; ++i) {
    v4l2_buffer buffer{};
    buffer.type = type;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = i;
    if (call(VIDIOC_QUERYBUF, &buffer) < 0) return failure(errno, "it gives no buffers");
    void* const start = v4l2_mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, buffer.m.offset);
    if (start == MAP_FAILED) return failure(errno, "its buffers cannot be reached");
    buffers_.push_back({start, buffer.length});
    if (call(VIDIOC_QBUF, &buffer) < 0) return failure(errno, "it takes no buffers");
  }
  return {};
}

void Device::wait(std::chrono::milliseconds wait) const {
  pollfd ready{fd_, static_cast<short>(events_ ? POLLIN | POLLPRI : POLLIN), 0};
  (void)::poll(&ready, 1, static_cast<int>(wait.count()));
}

/// An analogue or HDMI grabber whose signal is another one now.
Result<> Device::changed() {
  v4l2_event event{};
  if (!events_ || call(VIDIOC_DQEVENT, &event) < 0 || event.type != V4L2_EVENT_SOURCE_CHANGE) return {};
  return Error{Code::io, "its signal changed"};
}

Result<std::optional<Filled>> Device::take() {
  if (auto other = changed(); !other) return other.error();
  v4l2_buffer buffer{};
  buffer.type = type;
  buffer.memory = V4L2_MEMORY_MMAP;
  if (call(VIDIOC_DQBUF, &buffer) < 0) {
    const int why = errno;
    pollfd state{fd_, POLLIN, 0};
    const bool gone = ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if (why == ENODEV || why == ENXIO || (gone && why != EIO)) return Error{Code::io, "unplugged"};
    if (why == EAGAIN) return std::nullopt;
    if (why != EIO || ++failures_ >= most_failures) return failure(why, "it gives no pictures");
    return Filled{std::numeric_limits<std::uint32_t>::max(), {}, true};  // lost on its way; others may follow
  }
  failures_ = 0;
  if (buffer.index >= buffers_.size()) return Error{Code::io, "its driver gives a buffer that there is not"};
  const auto& mapped = buffers_[buffer.index];
  const std::span bytes(static_cast<const std::uint8_t*>(mapped.start), mapped.length);
  const bool gap = buffer.sequence > sequence_ + 1;
  sequence_ = buffer.sequence;
  return Filled{buffer.index,
                bytes.first(std::min<std::size_t>(buffer.bytesused, mapped.length)),
                (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0,
                (buffer.flags & V4L2_BUF_FLAG_KEYFRAME) != 0,
                gap,
                moment(buffer)};
}

void Device::give_back(const Filled& filled) {
  if (filled.index >= buffers_.size()) return;
  v4l2_buffer buffer{};
  buffer.type = type;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.index = filled.index;
  (void)call(VIDIOC_QBUF, &buffer);  // a device that is gone is told by the next take()
}

}  // namespace kuzet::drivers::v4l2
