// SPDX-License-Identifier: Apache-2.0
// A camera that answers as drivers of the kernel do, faults included.
#include "tests/cameras/fake_v4l2/instance.hpp"

#include <sys/socket.h>
#include <unistd.h>

extern "C" {
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

namespace kuzet::test::v4l2 {

using namespace std::chrono_literals;

namespace {

std::uint32_t code(const std::string& text) { return v4l2_fourcc(text.at(0), text.at(1), text.at(2), text.at(3)); }

bool compressed(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_H264 || fourcc == V4L2_PIX_FMT_HEVC;
}

v4l2_fract interval_of(double rate) { return {1000, static_cast<std::uint32_t>(std::lround(rate * 1000))}; }

std::uint32_t row_of(std::uint32_t fourcc, std::uint32_t width) {
  switch (fourcc) {
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_UYVY: return width * 2;
    case V4L2_PIX_FMT_RGB24: return width * 3;
    default: return compressed(fourcc) ? 0 : width + 32;  // padded, as many drivers do
  }
}

std::uint32_t bytes_of(std::uint32_t fourcc, std::uint32_t row, std::uint32_t width, std::uint32_t height) {
  switch (fourcc) {
    case V4L2_PIX_FMT_YUV420:
    case V4L2_PIX_FMT_YVU420:
    case V4L2_PIX_FMT_NV12: return row * height * 3 / 2;
    default: return compressed(fourcc) ? width * height * 2 : row * height;
  }
}

/// The packets of a recording, as a camera that compresses gives them.
std::vector<std::vector<std::uint8_t>> packets_of(const std::string& file) {
  std::vector<std::vector<std::uint8_t>> out;
  AVFormatContext* format = nullptr;
  if (avformat_open_input(&format, file.c_str(), nullptr, nullptr) < 0) return out;
  AVPacket* packet = av_packet_alloc();
  for (; av_read_frame(format, packet) >= 0; av_packet_unref(packet))
    out.emplace_back(packet->data, packet->data + packet->size);
  av_packet_free(&packet);
  avformat_close_input(&format);
  return out;
}

}  // namespace

Instance::Instance(std::filesystem::path bus, FakeCamera camera) : bus_(std::move(bus)), camera_(std::move(camera)) {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both.data()) == 0) {
    ours_ = both[0];
    theirs_ = both[1];
  }
  const auto& first = camera_.modes.at(0);
  now_.pixelformat = code(first.fourcc);
  now_.width = static_cast<std::uint32_t>(first.width);
  now_.height = static_cast<std::uint32_t>(first.height);
  thread_ = std::jthread([this](std::stop_token stop) { pump(stop); });
}

Instance::~Instance() {
  thread_.request_stop();
  thread_.join();
  if (camera_.is("hangs_at_end")) std::this_thread::sleep_for(hanging);
  hang_up();
  ::close(ours_);
}

void Instance::hang_up() {
  if (theirs_ >= 0) ::close(theirs_);
  theirs_ = -1;
}

int Instance::call(unsigned long request, void* argument) {
  const std::lock_guard lock(mutex_);
  if (gone_) return ENODEV;
  switch (request) {
    case VIDIOC_QUERYCAP: return capability(*static_cast<v4l2_capability*>(argument));
    case VIDIOC_ENUM_FMT: return format(*static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_ENUM_FRAMESIZES: return size(*static_cast<v4l2_frmsizeenum*>(argument));
    case VIDIOC_ENUM_FRAMEINTERVALS: return interval(*static_cast<v4l2_frmivalenum*>(argument));
    case VIDIOC_G_FMT: return set_format(*static_cast<v4l2_format*>(argument), false);
    case VIDIOC_S_FMT: return set_format(*static_cast<v4l2_format*>(argument), true);
    case VIDIOC_G_PARM: return parameters(*static_cast<v4l2_streamparm*>(argument), false);
    case VIDIOC_S_PARM: return parameters(*static_cast<v4l2_streamparm*>(argument), true);
    case VIDIOC_REQBUFS: return this->request(*static_cast<v4l2_requestbuffers*>(argument));
    case VIDIOC_QUERYBUF: return query(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_QBUF: return queue(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_DQBUF: return dequeue(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_SUBSCRIBE_EVENT: return camera_.is("signal_changed") ? 0 : ENOTTY;
    case VIDIOC_DQEVENT: return event(*static_cast<v4l2_event*>(argument));
    case VIDIOC_STREAMON: return stream(true);
    case VIDIOC_STREAMOFF: return stream(false);
    default: return ENOTTY;
  }
}

int Instance::capability(v4l2_capability& about) const {
  std::uint32_t can = V4L2_CAP_VIDEO_CAPTURE;
  if (camera_.is("metadata")) can = V4L2_CAP_META_CAPTURE;
  if (camera_.is("codec")) can = V4L2_CAP_VIDEO_M2M;
  if (camera_.is("planes")) can = V4L2_CAP_VIDEO_CAPTURE_MPLANE;
  about.device_caps = can | V4L2_CAP_STREAMING;
  about.capabilities = about.device_caps | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_DEVICE_CAPS;  // of all its nodes together
  return 0;
}

std::vector<std::uint32_t> Instance::fourccs() const {
  std::vector<std::uint32_t> out;
  for (const auto& mode : camera_.modes)
    if (std::ranges::find(out, code(mode.fourcc)) == out.end()) out.push_back(code(mode.fourcc));
  return out;
}

int Instance::format(v4l2_fmtdesc& one) const {
  const auto all = fourccs();
  if (one.index >= all.size()) return EINVAL;
  one.pixelformat = all[one.index];
  one.flags = compressed(one.pixelformat) ? V4L2_FMT_FLAG_COMPRESSED : 0;
  if (camera_.is("emulated") && one.index > 0) one.flags |= V4L2_FMT_FLAG_EMULATED;
  return 0;
}

int Instance::size(v4l2_frmsizeenum& one) const {
  if (camera_.is("any_size")) {
    if (one.index > 0) return EINVAL;
    one.type = V4L2_FRMSIZE_TYPE_STEPWISE;
    one.stepwise = {32, 2592, 2, 32, 1944, 2};
    return 0;
  }
  std::uint32_t index = 0;
  for (const auto& mode : camera_.modes) {
    if (code(mode.fourcc) != one.pixel_format || index++ != one.index) continue;
    one.type = V4L2_FRMSIZE_TYPE_DISCRETE;
    one.discrete = {static_cast<std::uint32_t>(mode.width), static_cast<std::uint32_t>(mode.height)};
    return 0;
  }
  return EINVAL;
}

const FakeMode* Instance::mode(std::uint32_t fourcc, std::uint32_t width, std::uint32_t height) const {
  const auto found = std::ranges::find_if(camera_.modes, [&](const FakeMode& one) {
    return code(one.fourcc) == fourcc &&
           (camera_.is("any_size") || (one.width == static_cast<int>(width) && one.height == static_cast<int>(height)));
  });
  return found == camera_.modes.end() ? nullptr : &*found;
}

int Instance::interval(v4l2_frmivalenum& one) const {
  const auto* found = mode(one.pixel_format, one.width, one.height);
  if (found == nullptr || one.index >= found->rates.size()) return EINVAL;
  if (camera_.is("any_size")) {
    if (one.index > 0) return EINVAL;
    one.type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
    one.stepwise = {interval_of(90), interval_of(1), {1, 1}};
    return 0;
  }
  one.type = V4L2_FRMIVAL_TYPE_DISCRETE;
  one.discrete = interval_of(found->rates[one.index]);
  return 0;
}

int Instance::set_format(v4l2_format& format, bool set) {
  auto& pix = format.fmt.pix;
  if (set && streaming_) return EBUSY;
  if (set && mode(pix.pixelformat, pix.width, pix.height) != nullptr) {
    now_ = pix;
    if (camera_.is("other_size")) now_.width = now_.width / 2;
  }
  now_.bytesperline = row_of(now_.pixelformat, now_.width);
  now_.sizeimage = bytes_of(now_.pixelformat, now_.bytesperline, now_.width, now_.height);
  now_.colorspace = V4L2_COLORSPACE_SRGB;
  now_.quantization = camera_.is("full_range") ? V4L2_QUANTIZATION_FULL_RANGE : V4L2_QUANTIZATION_DEFAULT;
  pix = now_;
  return 0;
}

int Instance::parameters(v4l2_streamparm& parameters, bool set) {
  auto& capture = parameters.parm.capture;
  const auto* found = mode(now_.pixelformat, now_.width, now_.height);
  if (set && found != nullptr && !camera_.is("fixed_rate") && capture.timeperframe.numerator > 0) {
    const double asked = static_cast<double>(capture.timeperframe.denominator) / capture.timeperframe.numerator;
    const auto nearest = std::ranges::min_element(found->rates, {}, [&](double rate) { return std::abs(rate - asked); });
    rate_ = camera_.is("any_size") || nearest == found->rates.end() ? asked : *nearest;
  }
  capture.capability = V4L2_CAP_TIMEPERFRAME;
  capture.timeperframe = interval_of(rate_);
  return 0;
}

int Instance::request(v4l2_requestbuffers& request) {
  request.count = std::min(request.count, 4U);
  buffers_.assign(request.count, {});
  for (auto& buffer : buffers_) buffer.bytes.resize(now_.sizeimage);
  return 0;
}

int Instance::query(v4l2_buffer& buffer) const {
  if (buffer.index >= buffers_.size()) return EINVAL;
  buffer.length = now_.sizeimage;
  buffer.m.offset = buffer.index * 4096;
  return 0;
}

int Instance::queue(v4l2_buffer& buffer) {
  if (buffer.index >= buffers_.size() || buffers_[buffer.index].queued) return EINVAL;
  buffers_[buffer.index].queued = true;
  return 0;
}

int Instance::dequeue(v4l2_buffer& buffer) {
  if (!streaming_) return EINVAL;
  if (done_.empty()) return EAGAIN;
  while (camera_.is("stuck")) std::this_thread::sleep_for(1h);  // as in a kernel's driver: nothing ends it
  char one = 0;
  (void)::recv(ours_, &one, 1, MSG_DONTWAIT);
  buffer = done_.front();
  done_.pop_front();
  if (!camera_.is("io_errors")) return 0;
  buffers_[buffer.index].queued = true;
  return EIO;
}

int Instance::event(v4l2_event& event) {
  if (!event_) return ENOENT;
  event_ = false;
  event.type = V4L2_EVENT_SOURCE_CHANGE;
  return 0;
}

int Instance::stream(bool on) {
  if (on && camera_.is("no_bus")) return ENOSPC;
  if (on) {
    const auto* found = mode(now_.pixelformat, now_.width, now_.height);
    packets_ =
        found == nullptr || found->footage.empty() ? std::vector<std::vector<std::uint8_t>>() : packets_of(found->footage);
  }
  streaming_ = on;
  if (on) std::ofstream(was_opened(bus_)).put('\n');
  return 0;
}

void* Instance::map(std::size_t length, std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<std::size_t>(offset / 4096);
  if (index >= buffers_.size() || length > buffers_[index].bytes.size()) return nullptr;
  ++mapped_;
  return buffers_[index].bytes.data();
}

void Instance::pump(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  auto due = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const auto interval = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(1 / rate_));
    tick_.wait_for(lock, stop, std::min<std::chrono::nanoseconds>(interval, 5ms), [] { return false; });
    look_at_bus();
    const auto now = std::chrono::steady_clock::now();
    if (gone_ || !streaming_) due = now;
    if (gone_ || !streaming_ || now < due) continue;
    due = std::max(due + interval, now - interval);
    if (!camera_.is("stalls")) fill();
  }
}

/// The camera is what the file says now; the descriptor hangs up when it is not there any more.
void Instance::look_at_bus() {
  if (gone_) return;
  const auto all = read_bus(bus_);
  const auto found =
      std::ranges::find_if(all, [&](const FakeCamera& one) { return one.id == camera_.id && one.node == camera_.node; });
  gone_ = found == all.end();
  if (gone_) return hang_up();
  camera_.traits = found->traits;
  if (camera_.is("signal_changed") && !std::exchange(told_, true)) event_ = true;
}

void Instance::fill() {
  constexpr std::size_t leak = std::size_t{4} << 20;
  if (camera_.is("leaks")) leaked_.emplace_back(leak, std::uint8_t{1});
  const auto free = std::ranges::find_if(buffers_, &Buffer::queued);
  const std::uint64_t number = number_++;
  if (free == buffers_.end()) return;  // nobody reads: this picture is lost
  free->queued = false;
  v4l2_buffer buffer{};
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.index = static_cast<std::uint32_t>(free - buffers_.begin());
  number_ = number;
  buffer.bytesused = paint(free->bytes);
  buffer.sequence = static_cast<std::uint32_t>(number);
  number_ = number + 1;
  if (camera_.is("short")) buffer.bytesused /= 2;
  if (camera_.is("empty")) buffer.bytesused = 0;
  if (camera_.is("garbage")) std::memset(free->bytes.data(), 0x5A, free->bytes.size());
  const bool spoiled = camera_.is("errors") || (camera_.is("some_errors") && number % 3 == 0);
  buffer.flags = spoiled ? V4L2_BUF_FLAG_ERROR : 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch() - 20ms;  // exposure and transfer
  buffer.flags |= camera_.is("realtime_stamps") ? V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  buffer.timestamp.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  buffer.timestamp.tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(now % 1s).count();
  done_.push_back(buffer);
  (void)::send(theirs_, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// The bytes of the next picture, and how many they are.
std::uint32_t Instance::paint(std::vector<std::uint8_t>& bytes) {
  if (compressed(now_.pixelformat)) {
    if (packets_.empty()) return 0;
    const auto& packet = packets_[number_ % packets_.size()];
    std::copy_n(packet.begin(), std::min(packet.size(), bytes.size()), bytes.begin());
    return static_cast<std::uint32_t>(std::min(packet.size(), bytes.size()));
  }
  const bool yuyv = now_.pixelformat == V4L2_PIX_FMT_YUYV;
  const std::size_t row = now_.bytesperline;
  for (std::uint32_t y = 0; y < now_.height; ++y)
    for (std::uint32_t x = 0; x < now_.width; ++x) {
      const auto luma = painted_luma(static_cast<int>(x), static_cast<int>(y), number_);
      if (yuyv) {
        bytes[y * row + 2 * x] = luma;
        bytes[y * row + 2 * x + 1] = x % 2 == 0 ? painted_cb : painted_cr;
      } else {
        bytes[y * row + x] = luma;
      }
    }
  if (yuyv || now_.pixelformat == V4L2_PIX_FMT_GREY) return now_.sizeimage;
  auto* chroma = bytes.data() + row * now_.height;
  const std::size_t half = row * now_.height / 4;
  if (now_.pixelformat == V4L2_PIX_FMT_NV12) {
    for (std::size_t i = 0; i < half; ++i) chroma[2 * i] = painted_cb, chroma[2 * i + 1] = painted_cr;
  } else {
    const bool swapped = now_.pixelformat == V4L2_PIX_FMT_YVU420;
    std::fill_n(chroma, half, swapped ? painted_cr : painted_cb);
    std::fill_n(chroma + half, half, swapped ? painted_cb : painted_cr);
  }
  return now_.sizeimage;
}

}  // namespace kuzet::test::v4l2
