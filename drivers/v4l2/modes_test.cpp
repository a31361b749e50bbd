// SPDX-License-Identifier: Apache-2.0
// Which format, size and rate a device is asked for, and what is said where it has not what was wanted.
#include "drivers/v4l2/modes.hpp"

#include "drivers/v4l2/formats.hpp"
#include "drivers/v4l2/stable_name.hpp"
#include "drivers/v4l2/unpack.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <array>
#include <filesystem>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace kuzet::drivers::v4l2;

namespace {

Mode mode(const std::string& fourcc, int width, int height, std::vector<double> rates, bool emulated = false) {
  return {parse_fourcc(fourcc).value(), {width, height}, std::move(rates), emulated};
}

/// What a webcam of USB 2 offers: the bus carries raw pictures of 1280x720 only slowly.
std::vector<Mode> webcam() {
  return {mode("YUYV", 160, 120, {30, 15}),  mode("YUYV", 640, 480, {30, 20, 15, 10, 5}), mode("YUYV", 1280, 720, {10, 5}),
          mode("MJPG", 640, 480, {30, 15}),  mode("MJPG", 1280, 720, {30, 15, 10}),       mode("MJPG", 1920, 1080, {30}),
          mode("H264", 1280, 720, {30, 15}), mode("YU12", 1280, 720, {10, 5}, true)};
}

std::string chosen(const std::vector<Mode>& modes, const Wanted& wanted = {}) {
  const auto choice = choose(modes, wanted);
  if (!choice) return choice.error().what;
  auto rate = choice->rate ? std::to_string(*choice->rate) : "?";
  return v4l2::text_of(choice->fourcc) + " " + v4l2::text_of(choice->size) + " " + rate.substr(0, rate.find("000000"));
}

}  // namespace

TEST_CASE("without a word the cheapest format at a useful size and a rate that is enough is chosen", "[cameras]") {
  CHECK(chosen(webcam()) == "YUYV 640x480 15.");
  CHECK(chosen({mode("MJPG", 1280, 720, {30}), mode("H264", 1280, 720, {30})}) == "MJPG 1280x720 30.");
  CHECK(chosen({mode("YUYV", 1280, 720, {30}), mode("NV12", 640, 480, {30})}) == "YUYV 1280x720 30.");
  CHECK(chosen({mode("YUYV", 1280, 720, {30}), mode("YU12", 640, 480, {30})}) == "YU12 640x480 30.");
  CHECK(chosen({mode("YUYV", 320, 240, {30}), mode("YUYV", 640, 480, {10}), mode("YUYV", 1280, 720, {5})}) ==
        "YUYV 640x480 10.");
}

TEST_CASE("a format without colour is taken only where there is no other", "[cameras]") {
  CHECK(chosen({mode("GREY", 1280, 720, {30}), mode("MJPG", 1280, 720, {30})}) == "MJPG 1280x720 30.");
  CHECK(chosen({mode("GREY", 640, 480, {30})}) == "GREY 640x480 30.");
}

TEST_CASE("what libv4l would convert is taken only where the device has nothing that can be read", "[cameras]") {
  CHECK(chosen({mode("MJPG", 1280, 720, {30}), mode("YU12", 1280, 720, {30}, true)}) == "MJPG 1280x720 30.");
  CHECK(chosen({mode("S561", 640, 480, {30}), mode("YU12", 640, 480, {30}, true)}) == "YU12 640x480 30.");
}

TEST_CASE("what the configuration asks for is kept to", "[cameras]") {
  CHECK(chosen(webcam(), {"MJPG", {}, {}}) == "MJPG 1280x720 15.");
  CHECK(chosen(webcam(), {"mjpg", {}, {}}) == "MJPG 1280x720 15.");
  CHECK(chosen(webcam(), {"", PictureSize{1280, 720}, {}}) == "MJPG 1280x720 15.");
  CHECK(chosen(webcam(), {"", PictureSize{1280, 720}, 5}) == "YUYV 1280x720 5.");
  CHECK(chosen(webcam(), {"", PictureSize{1920, 1080}, {}}) == "MJPG 1920x1080 30.");
  CHECK(chosen(webcam(), {"YUYV", PictureSize{1280, 720}, 25}) == "YUYV 1280x720 10.");
  CHECK(chosen(webcam(), {"", {}, 30}) == "YUYV 640x480 30.");
  CHECK(chosen(webcam(), {"YUYV", {}, 7}) == "YUYV 1280x720 10.");
  CHECK(chosen({mode("YUYV", 640, 480, {})}, {"", {}, 7}) == "YUYV 640x480 7.");
  CHECK(chosen({mode("YUYV", 640, 480, {29.97})}, {"", {}, 30}).starts_with("YUYV 640x480 29.97"));
}

TEST_CASE("a format or a size that the device lacks is refused, and those that it has are named", "[cameras][K6]") {
  CHECK(chosen(webcam(), {"NV12", {}, {}}) == "it has no format NV12: it has YUYV, MJPG, H264, YU12");
  CHECK(chosen(webcam(), {"nonsense", {}, {}}) == "it has no format nonsense: it has YUYV, MJPG, H264, YU12");
  CHECK(chosen(webcam(), {"", PictureSize{800, 600}, {}}) ==
        "it has no size 800x600: it has 160x120, 640x480, 1280x720, 1920x1080");
  CHECK(chosen(webcam(), {"YUYV", PictureSize{1920, 1080}, {}}) ==
        "it has no size 1920x1080 in YUYV: it has 160x120, 640x480, 1280x720");
  CHECK(chosen({mode("pBAA", 640, 480, {}), mode("S561", 640, 480, {})}) ==
        "none of its picture formats can be read: PBAA, S561");
  CHECK(chosen({}) == "is no camera: it tells of no picture format");
}

TEST_CASE("formats are read and written as four letters", "[cameras]") {
  CHECK(v4l2::text_of(parse_fourcc("YUYV").value()) == "YUYV");
  CHECK(v4l2::text_of(parse_fourcc("y8").value()) == "Y8");
  CHECK(v4l2::text_of(0x01020304) == "????");
  CHECK_FALSE(parse_fourcc(""));
  CHECK_FALSE(parse_fourcc("YUYV2"));
}

TEST_CASE("key frames of H.264 and H.265 are told from others", "[cameras]") {
  using Bytes = std::vector<std::uint8_t>;
  const auto h264 = parse_fourcc("H264").value(), h265 = parse_fourcc("HEVC").value(), jpeg = parse_fourcc("MJPG").value();
  CHECK(is_key(jpeg, {}));
  CHECK(is_key(h264, Bytes{0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 3}));
  CHECK_FALSE(is_key(h264, Bytes{0, 0, 0, 1, 0x09, 0x30, 0, 0, 1, 0x41, 1}));
  CHECK_FALSE(is_key(h264, Bytes{0, 0, 1}));
  CHECK_FALSE(is_key(h264, {}));
  CHECK(is_key(h265, Bytes{0, 0, 1, 0x40, 1, 0, 0, 1, 0x26, 1}));
  CHECK_FALSE(is_key(h265, Bytes{0, 0, 1, 0x02, 1}));
}

TEST_CASE("a number that changes when a camera is plugged in again is told with the name that stays", "[cameras]") {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "by-id");
  test::write_file(folder / "video0", "");
  test::write_file(folder / "video1", "");
  const auto link = folder / "by-id/usb-Fake_0001-video-index0";
  std::filesystem::create_symlink("../video0", link);
  CHECK(advice_on_name(folder / "video0", folder / "by-id") ==
        (folder / "video0").string() + " may be another camera after it is plugged in again: write " + link.string());
  CHECK(advice_on_name(folder / "video1", folder / "by-id").empty());
  CHECK(advice_on_name(link, folder / "by-id").empty());
  CHECK(advice_on_name(folder / "video0", folder / "none").empty());
}
