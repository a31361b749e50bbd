// SPDX-License-Identifier: Apache-2.0
// Pictures of suspicions: the same part at first sight and at the best, bounded, and forgotten when nothing comes of them.
#include "agent/run/gallery.hpp"

#include "agent/evidence/picture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Frame frame(double second, int luma = 100, int width = 640, int height = 360) {
  Frame out;
  out.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(luma));
  out.cb = cv::Mat(height / 2, width / 2, CV_8UC1, cv::Scalar(128));
  out.cr = out.cb.clone();
  out.taken = test::at(second);
  out.hold = std::make_shared<int>(0);
  return out;
}

Finding finding(double confidence, Box box = {0.4, 0.4, 0.1, 0.1}, std::uint64_t object = 0) {
  Finding out;
  out.confidence = confidence;
  out.box = box;
  out.object = object;
  return out;
}

Rule rule(const std::string& id = "yard/fire", Kind kind = Kind::fire) {
  Rule out;
  out.id = id;
  out.kind = kind;
  out.patience = 2s;
  return out;
}

AlertEvent opened(double second, const Rule& of, std::uint64_t object = 0) {
  AlertEvent event;
  event.at = test::at(second);
  event.alert.rule = of.id;
  event.alert.object = object;
  return event;
}

bool near(const Box& a, const Box& b) {
  return std::abs(a.x - b.x) < 0.01 && std::abs(a.y - b.y) < 0.01 && std::abs(a.width - b.width) < 0.01 &&
         std::abs(a.height - b.height) < 0.01;
}

struct Fixture {
  Gallery gallery;
  Rule fire = rule();
  void see(double second, const std::vector<Finding>& findings, int luma = 100) {
    gallery.see(fire, findings, frame(second, luma));
  }
  std::vector<std::shared_ptr<const Frame>> opens(double second) {
    auto event = opened(second, fire);
    gallery.add_to(event);
    return event.earlier;
  }
};

}  // namespace

TEST_CASE("an alert comes with how it was at first and at its best, the same part of the picture", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.6)}, 10);
  f.see(2, {finding(0.7, {0.4, 0.35, 0.12, 0.15})}, 20);
  f.see(3, {finding(0.9, {0.38, 0.35, 0.14, 0.15})}, 30);
  f.see(4, {finding(0.8)}, 40);
  const auto earlier = f.opens(6);
  REQUIRE(earlier.size() == 2);
  CHECK(earlier[0]->luma.at<unsigned char>(0, 0) == 10);
  CHECK(earlier[1]->luma.at<unsigned char>(0, 0) == 30);
  CHECK(earlier[0]->taken.steady == test::at(0).steady);
  CHECK(near(earlier[0]->part, earlier[1]->part));
  CHECK(near(earlier[1]->part, evidence::grown({0.38, 0.35, 0.14, 0.15}, 0.5, 0.2)));
  CHECK(f.gallery.size() == 0);
  CHECK(f.gallery.bytes() == 0);
}

TEST_CASE("at the same confidence the larger is the better", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.6)}, 10);
  f.see(2, {finding(0.6, {0.4, 0.4, 0.2, 0.2})}, 20);
  f.see(3, {finding(0.6, {0.4, 0.4, 0.1, 0.1})}, 30);
  const auto earlier = f.opens(5);
  REQUIRE(earlier.size() == 2);
  CHECK(earlier[1]->luma.at<unsigned char>(0, 0) == 20);
}

TEST_CASE("pictures that are less than a second older than the alert, or apart, are not stored twice", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.6)});
  CHECK(f.opens(0.5).empty());  // what there is now shows it
  Fixture only_first;
  only_first.see(0, {finding(0.6)}, 10);
  only_first.see(4.5, {finding(0.9)}, 20);
  const auto one = only_first.opens(5);
  REQUIRE(one.size() == 1);
  CHECK(one[0]->luma.at<unsigned char>(0, 0) == 10);
  Fixture together;
  together.see(0, {finding(0.6)}, 10);
  together.see(0.4, {finding(0.9)}, 20);
  const auto best = together.opens(5);
  REQUIRE(best.size() == 1);
  CHECK(best[0]->luma.at<unsigned char>(0, 0) == 20);
}

TEST_CASE("what moved away is shown where it was", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.6, {0.02, 0.4, 0.1, 0.2})});
  f.see(3, {finding(0.9, {0.85, 0.4, 0.1, 0.2})});
  const auto earlier = f.opens(6);
  REQUIRE(earlier.size() == 2);
  CHECK(near(earlier[0]->part, evidence::grown({0.02, 0.4, 0.1, 0.2}, 0.5, 0.2)));
  CHECK(near(earlier[1]->part, evidence::grown({0.85, 0.4, 0.1, 0.2}, 0.5, 0.2)));
}

TEST_CASE("no picture of a decoder is held, and where people are goes along", "[evidence][K5]") {
  Fixture f;
  auto shown = frame(0);
  shown.persons = {{0.1, 0.1, 0.1, 0.1}};
  const std::weak_ptr<const void> hold = shown.hold;
  f.gallery.see(f.fire, std::vector{finding(0.9)}, shown);
  shown = Frame{};
  CHECK(hold.expired());
  const auto earlier = f.opens(5);
  REQUIRE(earlier.size() == 1);
  CHECK(earlier[0]->persons.size() == 1);
}

TEST_CASE("a suspicion that comes to nothing is forgotten once it is unseen for longer than its patience", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.9)});
  f.see(1.5, {});
  CHECK(f.gallery.size() == 1);
  f.see(2.5, {});
  CHECK(f.gallery.size() == 0);
  CHECK(f.gallery.bytes() == 0);
  f.see(3, {finding(0.2)});  // below what the rule believes
  CHECK(f.gallery.size() == 0);
}

TEST_CASE("suspicions are bounded in number and in bytes", "[evidence]") {
  Gallery gallery;
  const Rule intrusion = rule("yard/intrusion", Kind::intrusion);
  for (int i = 0; i < 100; ++i)
    gallery.see(intrusion, std::vector{finding(0.9, {0.4, 0.4, 0.1, 0.1}, static_cast<std::uint64_t>(i))}, frame(i * 0.01));
  CHECK(gallery.size() == Gallery::most);
  Gallery heavy;
  for (int i = 0; i < 40; ++i)
    heavy.see(rule("yard/intrusion" + std::to_string(i), Kind::intrusion), std::vector{finding(0.9, whole_picture)},
              frame(i * 0.01, 100, 3840, 2160));
  CHECK(heavy.bytes() <= Gallery::most_bytes);
  CHECK(heavy.size() > 2);
}

TEST_CASE("an alert that is open needs no more pictures, one that is over begins anew", "[evidence]") {
  Fixture f;
  f.see(0, {finding(0.9)});
  CHECK(f.opens(3).size() == 1);
  f.see(4, {finding(0.9)});
  CHECK(f.gallery.size() == 0);
  auto closed = opened(10, f.fire);
  closed.phase = Phase::closed;
  f.gallery.add_to(closed);
  CHECK(closed.earlier.empty());
  f.see(11, {finding(0.9)});
  CHECK(f.gallery.size() == 1);
  Fixture restarted;
  Alert open;
  open.rule = restarted.fire.id;
  restarted.gallery.resume({open});
  restarted.see(0, {finding(0.9)});
  CHECK(restarted.gallery.size() == 0);
}

TEST_CASE("what gives its own picture from before, and what wants no evidence, is left alone", "[evidence]") {
  Fixture f;
  auto with_its_own = finding(0.9);
  with_its_own.before = std::make_shared<const Frame>(frame(0));
  f.see(0, {with_its_own});
  CHECK(f.gallery.size() == 0);
  for (const Kind kind : {Kind::waste_overflow, Kind::illegal_parking, Kind::camera_fault}) {
    f.fire.kind = kind;
    f.see(0, {finding(0.9)});
  }
  f.fire = rule();
  f.fire.evidence = Evidence::none;
  f.see(0, {finding(0.9)});
  CHECK(f.gallery.size() == 0);
  f.fire = rule();
  f.gallery.see(f.fire, std::vector{finding(0.9)}, frame(0, 100, 1, 1));  // too small to be cut
  f.gallery.see(f.fire, std::vector{finding(0.9)}, Frame{});
  CHECK(f.gallery.size() == 0);
}

}  // namespace kuzet::run
