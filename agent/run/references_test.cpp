// SPDX-License-Identifier: Apache-2.0
// References: kept, found again, a technician's before a learned one, and nothing private in them.
#include "agent/run/references.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <fstream>

namespace kuzet::run {

namespace {

CameraSettings yard() {
  CameraSettings camera;
  camera.id = "yard";
  camera.zones = {{"bins", {{0.4, 0.4}, {0.6, 0.4}, {0.6, 0.6}, {0.4, 0.6}}}};
  return camera;
}

Frame plain(int luma) {
  Frame frame;
  frame.luma = cv::Mat(360, 640, CV_8UC1, cv::Scalar(luma));
  frame.cb = cv::Mat(180, 320, CV_8UC1, cv::Scalar(100));
  frame.cr = cv::Mat(180, 320, CV_8UC1, cv::Scalar(150));
  frame.full_range = true;
  return frame;
}

vision::Reference reference(int luma, bool learned = false, vision::Light light = vision::Light::day) {
  return {light, plain(luma), learned};
}

std::vector<vision::Reference> loaded(const References& all, const std::string& zone) {
  std::vector<std::string> faults;
  auto out = all.load("yard", zone, faults);
  CHECK(faults.empty());
  return out;
}

int level(const Frame& frame, double x, double y) {
  return frame.luma.at<uchar>(static_cast<int>(y * frame.height()), static_cast<int>(x * frame.width()));
}

}  // namespace

TEST_CASE("a reference is found again as it was, with grey around its zone") {
  const test::TempFolder folder;
  const References all(folder.path());
  REQUIRE(all.keep(yard(), "bins", reference(200)).has_value());
  const auto found = loaded(all, "bins");
  REQUIRE(found.size() == 1);
  CHECK(found[0].light == vision::Light::day);
  CHECK_FALSE(found[0].learned);
  CHECK(found[0].frame.luma.size() == cv::Size(640, 360));
  CHECK(std::abs(level(found[0].frame, 0.5, 0.5) - 200) <= 2);
  CHECK(std::abs(level(found[0].frame, 0.1, 0.5) - 128) <= 2);
  CHECK(std::abs(level(found[0].frame, 0.5, 0.9) - 128) <= 2);
  CHECK(found[0].frame.taken.wall > Wall{});
  CHECK(loaded(all, "gate").empty());
}

TEST_CASE("one reference is kept for each light, and a newer one takes its place") {
  const test::TempFolder folder;
  const References all(folder.path());
  for (const int luma : {60, 90})
    for (const auto light : {vision::Light::day, vision::Light::night, vision::Light::infrared})
      REQUIRE(all.keep(yard(), "bins", reference(luma, false, light)).has_value());
  const auto found = loaded(all, "bins");
  REQUIRE(found.size() == 3);
  for (const auto& one : found) CHECK(std::abs(level(one.frame, 0.5, 0.5) - 90) <= 2);
}

TEST_CASE("what the technician showed goes before what was learned") {
  const test::TempFolder folder;
  const References all(folder.path());
  REQUIRE(all.keep(yard(), "bins", reference(60)).has_value());
  REQUIRE(all.keep(yard(), "bins", reference(200, true)).has_value());
  CHECK(all.list().size() == 2);
  const auto found = loaded(all, "bins");
  REQUIRE(found.size() == 1);
  CHECK(std::abs(level(found[0].frame, 0.5, 0.5) - 60) <= 2);
}

TEST_CASE("a learned reference does not make the agent start again, a technician's does") {
  const test::TempFolder folder;
  const References all(folder.path());
  const auto before = all.mark();
  REQUIRE(all.keep(yard(), "bins", reference(200, true)).has_value());
  CHECK(all.mark() == before);
  REQUIRE(all.keep(yard(), "bins", reference(200)).has_value());
  CHECK(all.mark() != before);
}

TEST_CASE("a reference of the whole picture is kept without privacy zones and people", "[K5]") {
  const test::TempFolder folder;
  const References all(folder.path());
  auto camera = yard();
  camera.privacy = {{{0, 0}, {0.2, 0}, {0.2, 0.2}, {0, 0.2}}};
  REQUIRE(all.keep(camera, "", reference(200, true)).has_value());
  const auto found = loaded(all, "");
  REQUIRE(found.size() == 1);
  CHECK(std::abs(level(found[0].frame, 0.1, 0.1) - 128) <= 2);
  CHECK(std::abs(level(found[0].frame, 0.9, 0.9) - 200) <= 2);
}

TEST_CASE("files that are no references are left alone, and a broken one is named", "[K7]") {
  const test::TempFolder folder;
  const References all(folder.path());
  CHECK(all.list().empty());
  REQUIRE(all.keep(yard(), "bins", reference(200)).has_value());
  for (const char* name : {"a.txt", "yard@bins@noon@technician.jpg", "yard@bins.jpg", "@@@.jpg"})
    std::ofstream(folder / "references" / name) << "x";
  std::ofstream(folder / "references" / "yard@bins@night@technician.jpg") << "no picture";
  std::vector<std::string> faults;
  CHECK(all.load("yard", "bins", faults).size() == 1);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("yard@bins@night@technician.jpg: ") != std::string::npos);
}

}  // namespace kuzet::run
