// SPDX-License-Identifier: Apache-2.0
// Counting with an object detector that is told what it sees, and the level without one.
#include "tests/harness/catch.hpp"
#include "tests/house/painted.hpp"
#include "vision/detector.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

namespace {

using namespace kuzet;

/// People at known places, each seen in every part that holds it whole.
class Told final : public vision::Objects {
 public:
  std::vector<vision::Object> people;
  int budget = 1000, asked = 0;

  std::optional<std::vector<vision::Object>> find(const Frame&, const Box& part, double least) override {
    if (budget == 0) return std::nullopt;
    --budget, ++asked;
    std::vector<vision::Object> out;
    for (const auto& one : people)
      if (one.confidence >= least && one.box.x >= part.x && one.box.y >= part.y &&
          one.box.x + one.box.width <= part.x + part.width && one.box.y + one.box.height <= part.y + part.height)
        out.push_back(one);
    return out;
  }
  std::optional<cv::Mat> scores(const Frame&, const Box&) override { return std::nullopt; }
  [[nodiscard]] const std::string& model() const override { return name_; }

 private:
  std::string name_ = "told";
};

Node text(const std::string& value) {
  Node node;
  node.type = Node::Type::scalar;
  node.text = value;
  return node;
}

std::unique_ptr<vision::Detector> detector(vision::Objects* objects, const Polygon& zone, const std::string& limit = "5") {
  Node entry;
  entry.type = Node::Type::map;
  entry.members.push_back({"type", {}, text("crowding")});
  entry.members.push_back({"limit", {}, text(limit)});
  Faults faults("test");
  auto plan = vision::find_detector("crowding")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.none());
  vision::Aids aids;
  aids.objects = objects;
  return plan.make(zone, aids);
}

Frame still(double at) {
  Frame frame = house::painted(0, 2, {640, 360});
  frame.taken.steady = Steady(from_seconds(1000 + at));
  frame.position = from_seconds(at);
  return frame;
}

vision::Object person(double x, double feet, double height = 0.2, double confidence = 0.6) {
  return {0, confidence, {x, feet - height, height * 0.2, height}};
}

const Polygon lower{{0, 0.5}, {1, 0.5}, {1, 1}, {0, 1}};

}  // namespace

TEST_CASE("people count whose feet are in the zone, however small the rest of them is in it", "[crowding]") {
  Told told;
  told.people = {person(0.2, 0.55), person(0.4, 0.9), person(0.6, 0.45), {2, 0.9, {0.7, 0.7, 0.1, 0.1}}};
  const auto crowding = detector(&told, lower);
  const auto look = crowding->look(still(0));
  REQUIRE(look.observations.size() == 1);
  CHECK(look.observations[0].what == "people");
  CHECK(look.observations[0].values.at("count") == 2);
  CHECK(look.observations[0].values.at("level") == "few");
  CHECK(look.findings.empty());
}

TEST_CASE("a person who is seen in two parts is one", "[crowding]") {
  Told told;
  for (int i = 0; i < 9; ++i) told.people.push_back(person(0.05 + 0.1 * i, 0.7));
  const auto look = detector(&told, {})->look(still(0));
  CHECK(told.asked > 1);
  CHECK(look.observations.at(0).values.at("count") == 9);
  REQUIRE(look.findings.size() == 1);
  CHECK(look.findings[0].confidence > 0.5);
  CHECK(look.findings[0].measure.at("count") == 9);
  CHECK(look.findings[0].measure.at("limit") == 5);
}

TEST_CASE("a count that hovers at the limit stays above what keeps an alert", "[crowding]") {
  Told told;
  const auto crowding = detector(&told, {});
  for (int second = 0; second < 40; ++second) {
    told.people.clear();
    for (int i = 0; i < 5 + (second / 4) % 2; ++i) told.people.push_back(person(0.05 + 0.15 * i, 0.7));
    const auto look = crowding->look(still(second));
    REQUIRE(look.findings.size() == 1);
    CHECK(look.findings[0].confidence >= 0.3);
  }
  told.people.resize(3);
  CHECK(crowding->look(still(45)).findings.empty());
}

TEST_CASE("without a budget the last count is told again, and before the first no count at all", "[crowding]") {
  Told told;
  told.budget = 0;
  told.people = {person(0.4, 0.9)};
  const auto crowding = detector(&told, {});
  const auto first = crowding->look(still(0));
  REQUIRE(first.observations.size() == 1);
  CHECK_FALSE(first.observations[0].values.contains("count"));
  CHECK(first.observations[0].values.contains("level"));
  told.budget = 100;
  CHECK(crowding->look(still(1)).observations.at(0).values.at("count") == 1);
  told.budget = 0;
  for (int second = 2; second < 10; ++second) CHECK(crowding->look(still(second)).observations.at(0).values.at("count") == 1);
}

TEST_CASE("in a crowd unsure boxes count in part, and the sure ones are told as a lower bound", "[crowding]") {
  Told told;
  for (int row = 0; row < 12; ++row)
    for (int column = 0; column < 30; ++column)
      told.people.push_back(person(0.02 + 0.032 * column, 0.1 + 0.07 * row, 0.04, column % 4 == 0 ? 0.4 : 0.15));
  const auto look = detector(&told, {}, "100")->look(still(0));
  const auto& values = look.observations.at(0).values;
  INFO(boost::json::serialize(values));
  CHECK(values.at("count").as_int64() > 150);
  CHECK(values.at("count").as_int64() < 360);
  CHECK(values.at("at_least") == 96);  // those who are sure
  CHECK(values.at("uncertainty").as_int64() >= values.at("count").as_int64() / 4);
  CHECK(values.at("level") == "crowded");
}

TEST_CASE("without a model there is a level and never a count", "[crowding]") {
  const auto crowding = detector(nullptr, lower, "20");
  std::string level;
  double cover = 0;
  int told = 0;
  for (int i = 0; i < 60; ++i) {
    Frame frame = still(i * 0.5);
    cv::RNG random(static_cast<std::uint64_t>(i) + 1);
    if (i >= 20)  // they come, and move a little all the time
      for (int one = 0; one < 60; ++one) {
        const cv::Rect body(10 + (one % 20) * 31 + random.uniform(-2, 3), 190 + (one / 20) * 50, 14, 45);
        frame.luma(body).setTo(one % 2 == 0 ? 20 : 235);
      }
    for (const auto& one : crowding->look(frame).observations) {
      CHECK_FALSE(one.values.contains("count"));
      level = one.values.at("level").as_string();
      cover = one.values.at("cover").as_double();
      ++told;
      if (i < 20) CHECK(level == "few");
    }
  }
  INFO(cover);
  CHECK(told >= 29);
  CHECK(level == "crowded");
}

TEST_CASE("a box that comes once and never again is nobody", "[crowding]") {
  Told told;
  const auto crowding = detector(&told, {});
  for (int second = 0; second < 20; ++second) {
    told.people = {person(0.4, 0.9)};
    if (second == 10) told.people.push_back(person(0.7, 0.6));
    const auto look = crowding->look(still(second));
    if (second != 10) CHECK(look.observations.at(0).values.at("count") == 1);
  }
}

TEST_CASE("without a model a crowd that stays raises what an alert is made of, and says no count", "[crowding]") {
  const auto crowding = detector(nullptr, lower, "20");
  double most = 0;
  for (int i = 0; i < 60; ++i) {
    Frame frame = still(i * 0.5);
    cv::RNG random(static_cast<std::uint64_t>(i) + 1);
    if (i >= 20)
      for (int one = 0; one < 60; ++one) {
        const cv::Rect body(10 + (one % 20) * 31 + random.uniform(-2, 3), 190 + (one / 20) * 50, 14, 45);
        frame.luma(body).setTo(one % 2 == 0 ? 20 : 235);
      }
    const auto look = crowding->look(frame);
    if (i < 20) CHECK(look.findings.empty());
    for (const auto& finding : look.findings) {
      most = std::max(most, finding.confidence);
      CHECK_FALSE(finding.measure.contains("count"));
      CHECK(finding.measure.contains("cover"));
    }
  }
  CHECK(most > 0.5);
}

TEST_CASE("one of far and near alone is a fault with a sentence", "[crowding][K6]") {
  const auto fault = [](std::vector<std::pair<std::string, std::array<std::string, 2>>> rows) {
    Node entry;
    entry.type = Node::Type::map;
    entry.members.push_back({"type", {}, text("crowding")});
    for (const auto& [name, values] : rows) {
      Node height;
      height.type = Node::Type::map;
      height.members.push_back({"y", {}, text(values[0])});
      height.members.push_back({"height", {}, text(values[1])});
      entry.members.push_back({name, {}, height});
    }
    Faults faults("test");
    vision::find_detector("crowding")->plan(entry, "detect[0]", faults);
    return faults.none() ? std::string() : faults.all().front().key + ": " + faults.all().front().what;
  };
  CHECK(fault({{"far", {"0.3", "0.06"}}}).starts_with("detect[0].far: also needs `near`"));
  CHECK(fault({{"near", {"0.9", "0.3"}}}).starts_with("detect[0].near: also needs `far`"));
  CHECK(fault({{"far", {"0.9", "0.06"}}, {"near", {"0.3", "0.3"}}}).starts_with("detect[0].far.y: must be above"));
  CHECK(fault({{"far", {"0.3", "0.06"}}, {"near", {"0.9", "0.3"}}}).empty());
}
