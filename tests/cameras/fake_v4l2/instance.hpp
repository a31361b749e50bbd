// SPDX-License-Identifier: Apache-2.0
// One opened fake camera: its buffers, and the thread that fills them at the camera's rate.
#pragma once

#include "tests/cameras/fake_v4l2/control.hpp"

#include <linux/videodev2.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::test::v4l2 {

/// Its calls answer as the kernel's: 0, or an error number. Its descriptor is a socket, so that poll() is real: readable when a
/// picture is there, hung up when the camera is unplugged.
class Instance {
 public:
  Instance(std::filesystem::path bus, FakeCamera camera);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  [[nodiscard]] int fd() const { return ours_; }
  int call(unsigned long request, void* argument);
  /// The memory of the buffer that lies there; nullptr where there is none.
  void* map(std::size_t length, std::int64_t offset);
  void unmap() { --mapped_; }

 private:
  struct Buffer {
    std::vector<std::uint8_t> bytes;
    bool queued = false;
  };
  int capability(v4l2_capability& about) const;
  int format(v4l2_fmtdesc& one) const;
  int size(v4l2_frmsizeenum& one) const;
  int interval(v4l2_frmivalenum& one) const;
  int set_format(v4l2_format& format, bool set);
  int parameters(v4l2_streamparm& parameters, bool set);
  int request(v4l2_requestbuffers& request);
  int query(v4l2_buffer& buffer) const;
  int queue(v4l2_buffer& buffer);
  int dequeue(v4l2_buffer& buffer);
  int event(v4l2_event& event);
  int stream(bool on);

  [[nodiscard]] const FakeMode* mode(std::uint32_t fourcc, std::uint32_t width, std::uint32_t height) const;
  [[nodiscard]] std::vector<std::uint32_t> fourccs() const;
  void pump(std::stop_token stop);
  void look_at_bus();
  void fill();
  [[nodiscard]] std::uint32_t paint(std::vector<std::uint8_t>& bytes);
  void hang_up();

  std::filesystem::path bus_;
  FakeCamera camera_;
  int ours_ = -1, theirs_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable_any tick_;
  bool gone_ = false, streaming_ = false, event_ = false, told_ = false;
  v4l2_pix_format now_{};
  double rate_ = 30;
  std::vector<Buffer> buffers_;
  std::deque<v4l2_buffer> done_;
  std::vector<std::vector<std::uint8_t>> packets_;
  std::vector<std::vector<std::uint8_t>> leaked_;
  std::uint64_t number_ = 0;
  int mapped_ = 0;
  std::jthread thread_;
};

}  // namespace kuzet::test::v4l2
