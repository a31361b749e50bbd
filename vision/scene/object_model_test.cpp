// SPDX-License-Identifier: Apache-2.0
// Models that are written while the test runs: what they say they see must come out where they say it is.
#include "tests/harness/catch.hpp"
#include "tests/harness/onnx.hpp"
#include "tests/house/painted.hpp"
#include "vision/scene/camera_objects.hpp"
#include "vision/scene/onnx_header.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace {

using namespace kuzet;
using vision::CameraObjects;
using vision::ObjectModel;

std::shared_ptr<vision::Budget> plenty() { return std::make_shared<vision::Budget>(1000.0, 1000); }

std::shared_ptr<ObjectModel> model_of(const test::OnnxWish& wish) {
  auto model = ObjectModel::read(test::onnx_detector(wish), "abc", kuzet_onnx_engine);
  INFO((model.has_value() ? std::string() : model.error().what));
  REQUIRE(model.has_value());
  return *model;
}

void check_box(const Box& box, double x, double y, double width, double height) {
  CHECK(box.x == Approx(x).margin(1e-3));
  CHECK(box.y == Approx(y).margin(1e-3));
  CHECK(box.width == Approx(width).margin(1e-3));
  CHECK(box.height == Approx(height).margin(1e-3));
}

std::string why_not(const std::string& bytes) {
  const auto model = ObjectModel::read(bytes, "abc", kuzet_onnx_engine);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == Code::corrupt);
  CHECK(model.error().what.find('\n') == std::string::npos);
  return model.error().what;
}

}  // namespace

TEST_CASE("NanoDet and YOLOX are told apart by their outputs and their boxes come out where they are", "[objects]") {
  for (const bool yolox : {false, true}) {
    CAPTURE(yolox);
    const auto model = model_of({yolox, 64, {{0, 0.9, 0.25, 0.5, 0.125, 0.25}, {2, 0.6, 0.1, 0.1, 0.8, 0.6}}});
    CHECK(model->family() == (yolox ? vision::Family::yolox : vision::Family::nanodet));
    CHECK(model->input() == cv::Size(64, 64));
    CameraObjects objects(model, plenty());
    const Frame frame = house::painted(0, 5, {128, 128});
    const auto found = objects.find(frame, whole_picture, 0.3);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 2);
    CHECK(vision::is_person(found->at(0)));
    CHECK(found->at(0).confidence == Approx(0.9).margin(1e-3));
    check_box(found->at(0).box, 0.25, 0.5, 0.125, 0.25);
    CHECK(vision::is_vehicle(found->at(1)));
    check_box(found->at(1).box, 0.1, 0.1, 0.8, 0.6);
    CHECK(objects.find(frame, whole_picture, 0.7)->size() == 1);
    CHECK(objects.model() == "abc");
  }
}

TEST_CASE("a part of the picture is grown to the network's shape and its boxes are those of the whole picture", "[objects]") {
  CameraObjects objects(model_of({false, 64, {{0, 0.9, 0.25, 0.25, 0.5, 0.5}}}), plenty());
  const Frame frame = house::painted(0, 5, {400, 200});
  // A quarter of the width and half of the height: 100 x 100 pixels already.
  check_box(objects.find(frame, {0.5, 0.5, 0.25, 0.5}, 0.3)->at(0).box, 0.5625, 0.625, 0.125, 0.25);
  // 100 x 50 pixels become 100 x 100, within the picture.
  check_box(objects.find(frame, {0.5, 0.75, 0.25, 0.25}, 0.3)->at(0).box, 0.5625, 0.625, 0.125, 0.25);
}

TEST_CASE("YOLOX is shown the picture in its own shape, NanoDet stretched to the network's", "[objects]") {
  const Frame frame = house::painted(0, 5, {400, 200});
  CameraObjects stretched(model_of({false, 64, {{0, 0.9, 0.25, 0.25, 0.5, 0.5}}}), plenty());
  check_box(stretched.find(frame, whole_picture, 0.3)->at(0).box, 0.25, 0.25, 0.5, 0.5);
  CameraObjects kept(model_of({true, 64, {{0, 0.9, 0.25, 0.125, 0.5, 0.25}}}), plenty());
  check_box(kept.find(frame, whole_picture, 0.3)->at(0).box, 0.25, 0.25, 0.5, 0.5);
}

TEST_CASE("the network is shown the picture's own colours", "[objects]") {
  CameraObjects objects(model_of({true, 64, {{0, 1.0, 0.25, 0.25, 0.5, 0.5}}, 80, true}), plenty());
  Frame frame = house::painted(0, 5, {64, 64});
  frame.full_range = true;
  for (const int grey : {80, 200}) {
    frame.luma.setTo(grey);
    CHECK(objects.find(frame, whole_picture, 0.1)->at(0).confidence == Approx(grey / 255.0).margin(0.01));
  }
  frame.full_range = false;  // 200 is (200 - 16) / 219 of white
  CHECK(objects.find(frame, whole_picture, 0.1)->at(0).confidence == Approx(184.0 / 219).margin(0.01));
}

TEST_CASE("scores are told for the places inside of the part that was asked for", "[objects]") {
  CameraObjects objects(model_of({false, 64, {{7, 0.8, 0.25, 0.25, 0.125, 0.125}}}), plenty());
  const auto all = objects.scores(house::painted(0, 5, {128, 128}), whole_picture);
  REQUIRE(all.has_value());
  CHECK(all->rows == 64 + 16 + 4);
  CHECK(all->cols == 82);
  double most = 0;
  cv::minMaxLoc(all->col(2 + 7), nullptr, &most);
  CHECK(most == Approx(0.8).margin(1e-3));
  const auto half = objects.scores(house::painted(0, 5, {128, 128}), {0, 0, 1, 0.5});
  CHECK(half->rows == 32 + 8 + 2);
}

TEST_CASE("the budget is counted by the pictures' time, and taken in turns", "[objects]") {
  const auto model = model_of({false, 64, {}});
  const auto budget = std::make_shared<vision::Budget>(1.0, 1);
  CameraObjects first(model, budget), second(model, budget);
  int served[2]{};
  for (int i = 0; i < 100; ++i) {
    const Frame frame = house::painted(static_cast<std::uint64_t>(i), 10, {64, 64});
    served[0] += static_cast<int>(first.find(frame, whole_picture, 0.5).has_value());
    served[1] += static_cast<int>(second.find(frame, whole_picture, 0.5).has_value());
  }
  CHECK(served[0] + served[1] == 10);
  CHECK(served[0] == 5);
}

TEST_CASE("files that are no detector are refused with one sentence and nothing worse", "[objects][K7]") {
  CHECK(why_not("") == "the file is empty");
  CHECK(why_not("no ONNX file at all, only words") == "this is no ONNX file");
  CHECK(why_not(std::string(5000, '\0')) == "this is no ONNX file");
  const std::string good = test::onnx_detector({false, 64, {}});
  for (const std::size_t length : {1UL, 2UL, 10UL, good.size() / 2, good.size() - 1})
    CHECK_FALSE(why_not(good.substr(0, length)).empty());
  CHECK(why_not(test::onnx_detector({true, 64, {}, 20})).find("neither a NanoDet nor a YOLOX of 80 classes") !=
        std::string::npos);
  CHECK(why_not(test::onnx_detector({true, 64, {}, 20})).find("[1 x 84 x 25]") != std::string::npos);
}

TEST_CASE("a part or a picture that shows nothing is answered with nothing", "[objects][K7]") {
  CameraObjects objects(model_of({false, 64, {{0, 0.9, 0.25, 0.25, 0.5, 0.5}}}), plenty());
  for (const cv::Size& size : {cv::Size(0, 0), cv::Size(1, 1), cv::Size(15, 400)})
    CHECK(objects.find(house::painted(0, 5, size), whole_picture, 0.3)->empty());
  const Frame frame = house::painted(0, 5, {333, 187});
  CHECK(objects.find(frame, {0.5, 0.5, 0, 0}, 0.3)->empty());
  CHECK(objects.find(frame, {-1, -1, 3, 3}, 0.3)->size() == 1);
}

TEST_CASE("the published NanoDet is read and sees no person in a painted picture", "[objects]") {
  const char* file = std::getenv("KUZET_MODEL");
  if (file == nullptr) {
    WARN("skipped: KUZET_MODEL names no model");
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  auto model = ObjectModel::read(bytes, "x", kuzet_onnx_engine);
  REQUIRE(model.has_value());
  CHECK((*model)->input() == cv::Size(416, 416));
  CHECK((*model)->family() == vision::Family::nanodet);
  CameraObjects objects(*model, plenty());
  CHECK(objects.find(house::painted(0, 5, {640, 360}), whole_picture, 0.6)->empty());
}
