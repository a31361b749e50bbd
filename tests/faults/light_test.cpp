// SPDX-License-Identifier: Apache-2.0
// What a running agent has in memory of others' libraries, and how soon it looks at its first picture.
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <csignal>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

/// Pictures that its one camera's detectors have looked at.
std::int64_t looks(const Site& site) {
  boost::system::error_code unreadable;
  const auto status = json::parse(site.run("status", {"--json"}).output, unreadable);
  if (unreadable || !status.is_object()) return 0;
  const auto& cameras = status.at("cameras").as_array();
  const auto* seen = cameras.empty() ? nullptr : cameras[0].as_object().if_contains("looks");
  return seen == nullptr ? 0 : seen->to_number<std::int64_t>();
}

}  // namespace

TEST_CASE(
    "an agent looks at its first picture within three seconds of its start, and holds no part of OpenCV that it does not use",
    "[light][faults]") {
  Site site;
  write_flames(site / "flames.mp4", {4});
  site.configure({.source = (site / "flames.mp4").string(), .detect = "[{type: fire}, {type: parking_space, zone: a}]"});
  const auto began = std::chrono::steady_clock::now();
  Process agent = site.start();
  INFO(site.log());
  REQUIRE(eventually([&] { return looks(site) > 0; }, 20s));
  CHECK(std::chrono::steady_clock::now() - began < 3s);
  const auto maps = read_text("/proc/" + std::to_string(agent.pid()) + "/maps");
  CHECK(contains(maps, "libopencv_core"));
  for (const std::string part :
       {"dnn", "objdetect", "calib3d", "features2d", "flann", "video.", "videoio", "imgcodecs", "highgui", "ml."}) {
    CAPTURE(part);
    CHECK_FALSE(contains(maps, "libopencv_" + part));
  }
  CHECK_FALSE(contains(maps, "libprotobuf"));
  CHECK_FALSE(contains(maps, "libkuzet-objects"));
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
}
