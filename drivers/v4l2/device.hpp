// SPDX-License-Identifier: Apache-2.0
// An open capture device as libv4l2 shows it: what it offers, its buffers in shared memory, and the errors of its driver as
// sentences.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/v4l2/modes.hpp"

#include <linux/videodev2.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kuzet::drivers::v4l2 {

/// How the pictures lie in the buffers, as the driver says.
struct Layout {
  std::uint32_t fourcc = 0;
  PictureSize size = {};
  int row = 0;  ///< bytes from one row of the first plane to the next
  std::optional<bool> full_range = {};
  std::optional<double> rate = {};  ///< pictures a second
};

/// A filled buffer; belongs to us until it is given back.
struct Filled {
  std::uint32_t index = 0;
  std::span<const std::uint8_t> bytes;
  bool damaged = false;  ///< by the driver's own word
  bool key = false;      ///< by the driver's own word
  bool gap = false;      ///< pictures before it were lost
  std::optional<std::chrono::steady_clock::time_point> taken = {};
};

/// One thread at a time uses it. Calls do not wait for pictures, but opening, starting and ending may hang with a USB device
/// that no longer answers; see errand().
class Device {
 public:
  /// Fails with `io` and one sentence that says what to do.
  static Result<std::unique_ptr<Device>> open(const std::string& path);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  /// All that it offers.
  [[nodiscard]] std::vector<Mode> modes() const;
  /// Sets format, size and rate, and begins to capture. Fails where the driver gives another format or size than was chosen.
  Result<Layout> start(const Choice& choice);

  /// Waits until something may be taken or `wait` has passed; at once where the device is gone.
  void wait(std::chrono::milliseconds wait) const;
  /// The next picture, nullopt when there is none yet. Fails with `io`: "unplugged".
  Result<std::optional<Filled>> take();
  /// Lets the driver fill the buffer again.
  void give_back(const Filled& filled);

 private:
  explicit Device(int fd) : fd_(fd) {}
  [[nodiscard]] int call(unsigned long request, void* argument) const;
  [[nodiscard]] std::vector<PictureSize> sizes(std::uint32_t fourcc) const;
  [[nodiscard]] std::vector<double> rates(std::uint32_t fourcc, PictureSize size) const;
  Result<Layout> set_format(const Choice& choice);
  [[nodiscard]] std::optional<double> set_rate(std::optional<double> rate) const;
  Result<> map_buffers();
  Result<> changed();

  struct Mapped {
    void* start = nullptr;
    std::size_t length = 0;
  };

  int fd_;
  bool events_ = false;  ///< it tells when its signal changes
  bool streaming_ = false;
  std::vector<Mapped> buffers_;
  std::uint32_t sequence_ = 0;
  int failures_ = 0;  ///< pictures that the driver could not give, in a row
};

}  // namespace kuzet::drivers::v4l2
