// SPDX-License-Identifier: Apache-2.0
// Which cameras are plugged in, as a text in a file: a test writes it, the fake library in whatever process reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::test::v4l2 {

/// One format at one size.
struct FakeMode {
  std::string fourcc = "YUYV";
  int width = 640, height = 480;
  std::vector<double> rates{30};  ///< pictures a second
  std::string footage;            ///< of a compressed format: the file whose packets are its pictures
};

struct FakeCamera {
  std::string node = "/dev/video0";
  std::string id = "usb-Fake_Camera_0001-video-index0";  ///< also found as /dev/v4l/by-id/ID
  std::vector<FakeMode> modes{FakeMode{}};
  /// Words of what is wrong with it. While it is opened: denied, busy, hangs, metadata, codec, planes, other_size, no_bus,
  /// any_size (sizes and rates by steps), emulated, fixed_rate, full_range. While it streams: stalls, errors, some_errors,
  /// io_errors, short, empty, garbage, realtime_stamps, signal_changed, hangs_at_end, stuck (a call never comes back), leaks.
  std::vector<std::string> traits;

  [[nodiscard]] bool is(const std::string& trait) const;
  [[nodiscard]] std::string by_id() const { return "/dev/v4l/by-id/" + id; }
};

/// Reads the file; nothing plugged in where it cannot be read.
std::vector<FakeCamera> read_bus(const std::filesystem::path& file);

/// Puts these cameras, and no others, into the file, at once for all who read it.
void write_bus(const std::filesystem::path& file, const std::vector<FakeCamera>& cameras);

/// How long a camera hangs: as the kernel over a USB device that does not answer, and longer than a service may take to stop.
inline constexpr std::chrono::seconds hanging(5);

/// A file that is there as soon as one of the cameras was started.
inline std::filesystem::path was_opened(const std::filesystem::path& bus) { return bus.string() + ".opened"; }

/// Where the fake library looks.
inline constexpr auto variable = "KUZET_FAKE_V4L2";

/// What picture `number` shows at this place of the luma plane; cb and cr are the same everywhere.
inline std::uint8_t painted_luma(int x, int y, std::uint64_t number) {
  return static_cast<std::uint8_t>(20 + (static_cast<std::uint64_t>(x + 2 * y) + 3 * number) % 200);
}
inline constexpr std::uint8_t painted_cb = 90, painted_cr = 170;

}  // namespace kuzet::test::v4l2
