// SPDX-License-Identifier: Apache-2.0
// Pictures that the control centre asks for.
#include "agent/run/snapshots.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

Configuration with_camera() {
  Configuration all;
  all.cameras.emplace_back().id = "yard";
  all.cameras[0].privacy = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  return all;
}

Frame frame(std::uint8_t light) {
  Frame out;
  out.luma = cv::Mat(48, 64, CV_8UC1, cv::Scalar(light));
  out.cb = cv::Mat(24, 32, CV_8UC1, cv::Scalar(128));
  out.cr = cv::Mat(24, 32, CV_8UC1, cv::Scalar(128));
  out.taken = test::at(0);
  return out;
}

struct Desk {
  Configuration all = with_camera();
  Snapshots snapshots{all, [](const auto& work, const auto& tell) { tell(work()); }};
  std::vector<Result<boost::json::object>> answers;
  Snapshots::Done done = [this](Result<boost::json::object> answer) { answers.push_back(std::move(answer)); };
};

}  // namespace

TEST_CASE("everybody who asked for a picture gets the camera's next one, once", "[command]") {
  Desk desk;
  desk.snapshots.ask("yard", desk.done);
  desk.snapshots.ask("yard", desk.done);
  desk.snapshots.show("gate", frame(200));
  CHECK(desk.answers.empty());
  desk.snapshots.show("yard", frame(200));
  desk.snapshots.show("yard", frame(200));
  REQUIRE(desk.answers.size() == 2);
  REQUIRE(desk.answers[0].has_value());
  CHECK(desk.answers[0]->at("camera").as_string() == "yard");
  CHECK(desk.answers[0]->at("taken").as_string() == "2026-11-22T04:30:58.000Z");
  CHECK(desk.answers[0]->at("jpeg").as_string().starts_with("/9j/"));  // FF D8 FF
}

TEST_CASE("a picture that was asked for shows nothing of what is private", "[command][K5]") {
  Desk desk;
  desk.snapshots.ask("yard", desk.done);
  desk.snapshots.show("yard", frame(20));
  desk.snapshots.ask("yard", desk.done);
  desk.snapshots.show("yard", frame(240));
  REQUIRE(desk.answers.size() == 2);
  CHECK(desk.answers[0]->at("jpeg") == desk.answers[1]->at("jpeg"));  // all of it is covered
}

}  // namespace kuzet::run
