// SPDX-License-Identifier: Apache-2.0
// While the view cannot be believed rules are suspended; and where a camera covers people, their places travel with the
// picture.
#include "agent/run/eye.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <opencv2/imgproc.hpp>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

/// A detector that does what the test says.
class Told final : public vision::Detector {
 public:
  explicit Told(std::function<vision::Look()> tell) : tell_(std::move(tell)) {}
  vision::Look look(const Frame&) override { return tell_(); }

 private:
  std::function<vision::Look()> tell_;
};

Finding finding(Kind kind) {
  Finding out;
  out.kind = kind;
  out.confidence = 0.9;
  return out;
}

/// A camera with a detector of fire and, behind it in the configuration, a guard of the view.
struct Fixture {
  std::optional<std::string> blind;
  int fire_looks = 0, guard_looks = 0;
  vision::DetectorType fire, guard;
  CameraSettings camera;

  Fixture() {
    fire.name = "fire", guard.name = "guard";
    fire.rate = guard.rate = 5;
    guard.guards = true;
    camera.id = "yard";
    watch(fire, Kind::fire, [this] {
      ++fire_looks;
      return vision::Look{{finding(Kind::fire)}, {{"fire", {{"score", 0.9}}}}, {{}}};
    });
    watch(guard, Kind::camera_fault, [this] {
      ++guard_looks;
      return vision::Look{{finding(Kind::camera_fault)}, {{"view", {{"valid", !blind}}}}, {}, blind};
    });
  }
  void watch(const vision::DetectorType& type, Kind kind, const std::function<vision::Look()>& tell) {
    vision::Plan plan;
    plan.rules.emplace_back().kind = kind;
    plan.make = [tell](const Polygon&, const vision::Aids&) { return std::make_unique<Told>(tell); };
    camera.detect.push_back({&type, std::move(plan), {}});
  }
  static Frame frame(double second) {
    Frame out;
    out.position = from_seconds(second);
    out.taken = test::at(second);
    return out;
  }
};

bool sighted(const Seen& seen, Kind kind) {
  return std::ranges::any_of(seen.sightings, [&](const Sighting& one) { return one.rule->kind == kind; });
}

const Observation* observed(const Seen& seen, const std::string& what) {
  const auto found =
      std::ranges::find(seen.observations, what, [](const ZoneObservation& one) { return one.observation.what; });
  return found == seen.observations.end() ? nullptr : &found->observation;
}

/// A grey picture in which a light square stands.
Frame square(double second, double x) {
  Frame out = Fixture::frame(second);
  out.luma = cv::Mat(360, 640, CV_8UC1, cv::Scalar(90));
  out.cb = cv::Mat(180, 320, CV_8UC1, cv::Scalar(128));
  out.cr = cv::Mat(180, 320, CV_8UC1, cv::Scalar(128));
  cv::rectangle(out.luma, cv::Rect(static_cast<int>(x * 640), 140, 30, 80), cv::Scalar(200), cv::FILLED);
  return out;
}

bool covers(const std::vector<Box>& boxes, double x, double y) {
  return std::ranges::any_of(
      boxes, [&](const Box& box) { return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height; });
}

/// Recognises one person, or has no time.
class Fixed final : public vision::Objects {
 public:
  std::optional<std::vector<vision::Object>> find(const Frame&, const Box&, double) override {
    ++asked;
    if (busy) return std::nullopt;
    return std::vector<vision::Object>{{0, 0.6, {0.1, 0.1, 0.1, 0.3}}, {2, 0.9, {0.6, 0.6, 0.2, 0.2}}};
  }
  std::optional<cv::Mat> scores(const Frame&, const Box&) override { return std::nullopt; }
  [[nodiscard]] const std::string& model() const override { return name_; }

  bool busy = false;
  int asked = 0;

 private:
  std::string name_;
};

}  // namespace

TEST_CASE("the guard looks before the detectors that it may suspend, wherever it stands in the configuration", "[K7]") {
  Fixture f;
  f.blind = "covered";
  Eye eye(f.camera);
  const auto seen = eye.look(f.frame(0));
  CHECK(f.guard_looks == 1);
  CHECK(f.fire_looks == 0);
  CHECK(sighted(seen, Kind::camera_fault));
  CHECK_FALSE(sighted(seen, Kind::fire));
}

TEST_CASE("a picture that shows nothing is looked at by nobody but the guard, and all look again once it does", "[K7]") {
  Fixture f;
  Eye eye(f.camera);
  CHECK(sighted(eye.look(f.frame(0)), Kind::fire));
  f.blind = "dark";
  for (int i = 1; i <= 10; ++i) CHECK(observed(eye.look(f.frame(0.2 * i)), "fire") == nullptr);
  CHECK(f.fire_looks == 1);
  f.blind.reset();
  CHECK(sighted(eye.look(f.frame(2.2)), Kind::fire));
}

TEST_CASE("while a camera shakes or is turned, figures go on and are marked, and rules neither see nor miss anything", "[K7]") {
  const std::string fault = GENERATE("shaken", "turned");
  Fixture f;
  f.blind = fault;
  Eye eye(f.camera);
  const auto seen = eye.look(f.frame(0));
  CHECK_FALSE(sighted(seen, Kind::fire));
  CHECK(seen.learned.empty());
  REQUIRE(observed(seen, "fire") != nullptr);
  CHECK(observed(seen, "fire")->values.at("view").as_string() == fault);
  CHECK_FALSE(observed(seen, "view")->values.contains("view"));
}

TEST_CASE("a valid view marks nothing", "[K7]") {
  Fixture f;
  Eye eye(f.camera);
  const auto seen = eye.look(f.frame(0));
  CHECK_FALSE(observed(seen, "fire")->values.contains("view"));
  CHECK(seen.learned.size() == 1);
}

TEST_CASE("unrelated stills are not judged by the guard") {
  Fixture f;
  f.blind = "turned";
  Eye eye(f.camera);
  CHECK(sighted(eye.look(f.frame(0), true), Kind::fire));
  CHECK(f.guard_looks == 0);
}

TEST_CASE("whoever moves is covered where the camera covers people, and not where it does not", "[K5]") {
  Fixture f;
  f.camera.covers_persons = GENERATE(true, false);
  Eye eye(f.camera);
  Seen seen;
  for (int i = 0; i < 20; ++i) seen = eye.look(square(0.2 * i, 0.2 + 0.02 * i));
  CHECK(covers(seen.frame.persons, 0.2 + 0.02 * 19 + 0.02, 0.5) == f.camera.covers_persons);
}

TEST_CASE("movement is looked at steadily where people are covered, even if no detector wants the picture", "[K5]") {
  Fixture f;
  f.camera.detect.clear();
  f.camera.covers_persons = true;
  Eye eye(f.camera);
  int looks = 0;
  for (int i = 0; i < 250; ++i)
    if (const double at = i / 25.0; eye.wants(from_seconds(at))) eye.look(square(at, 0.5)), ++looks;
  CHECK(looks >= 48);
}

TEST_CASE("people whom the object detector recognises are covered, and stay so while it has no time", "[K5]") {
  Fixture f;
  f.camera.covers_persons = true;
  Fixed objects;
  Eye eye(f.camera, [&](std::string_view, const std::string&) { return vision::Aids{&objects, {}}; });
  auto seen = eye.look(square(0, 0.5));
  CHECK(covers(seen.frame.persons, 0.15, 0.25));
  CHECK(covers(seen.frame.persons, 0.09, 0.08));  // and a little around
  objects.busy = true;
  for (int i = 1; i <= 20; ++i) seen = eye.look(square(0.2 * i, 0.5));
  CHECK(covers(seen.frame.persons, 0.15, 0.25));
  CHECK_FALSE(covers(seen.frame.persons, 0.7, 0.7));  // a vehicle
  for (int i = 21; i <= 60; ++i) seen = eye.look(square(0.2 * i, 0.5));
  CHECK_FALSE(covers(seen.frame.persons, 0.15, 0.25));  // nobody knows any more who stands where
}

TEST_CASE("the object detector is asked for people now and then, and oftener when a picture may become evidence", "[K5]") {
  Fixture f;
  f.camera.covers_persons = true;
  Fixed objects;
  Eye alarmed(f.camera, [&](std::string_view, const std::string&) { return vision::Aids{&objects, {}}; });
  for (int i = 0; i < 50; ++i) alarmed.look(square(0.2 * i, 0.5));
  CHECK(objects.asked >= 16);
  f.camera.detect.clear();
  objects.asked = 0;
  Eye quiet(f.camera, [&](std::string_view, const std::string&) { return vision::Aids{&objects, {}}; });
  for (int i = 0; i < 50; ++i) quiet.look(square(0.2 * i, 0.5));
  CHECK((objects.asked >= 4 && objects.asked <= 6));
}

}  // namespace kuzet::run
