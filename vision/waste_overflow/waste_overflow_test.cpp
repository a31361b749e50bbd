// SPDX-License-Identifier: Apache-2.0
// Rendered bins that fill, spill and are emptied; what stands and passes before them; and what is told where.
#include "tests/harness/catch.hpp"
#include "tests/scenes/world.hpp"
#include "vision/detector.hpp"
#include "vision/scene/litter.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace kuzet;
using namespace std::chrono_literals;
using scenes::Fill;
using scenes::for_ever;
using scenes::Model;

constexpr double every = 3;  // seconds between pictures: the detector looks no closer
constexpr double wait_s = 60;

Node value(const std::string& text) {
  Node node;
  node.type = Node::Type::scalar;
  node.text = text;
  return node;
}

vision::Plan plan(const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  Node entry;
  entry.type = Node::Type::map;
  entry.members.push_back({"type", {}, value("waste_overflow")});
  entry.members.push_back({"for", {}, value("60s")});
  for (const auto& [key, text] : settings) entry.members.push_back({key, {}, value(text)});
  Faults faults("test");
  auto out = vision::find_detector("waste_overflow")->plan(entry, "detect[0]", faults);
  REQUIRE(faults.none());
  return out;
}

scenes::WorldOptions options(double hour = 10, std::uint64_t seed = 1) {
  scenes::WorldOptions out;
  out.size = {480, 270};
  out.hour = hour;
  out.seed = seed;
  return out;
}

scenes::Bin bin(std::vector<Fill> fills = {}, std::vector<double> emptied = {}) {
  scenes::Bin out;
  out.front = {-4.0, 12.2, 0};
  out.fills = std::move(fills);
  out.emptied = std::move(emptied);
  out.zone = "bin";
  return out;
}

/// The same bin, empty, some time earlier on another day. Rendered once for each hour.
const std::vector<vision::Reference>& references(double hour = 9) {
  static std::map<double, std::vector<vision::Reference>> all;
  auto& out = all[hour];
  if (!out.empty()) return out;
  scenes::World empty(options(hour, 1));
  empty.add(bin());
  const Frame frame = empty.at(3);
  return out = {{vision::light_of(frame), frame, false}};
}

/// An object detector that knows where everybody is.
class Knows final : public vision::Objects {
 public:
  explicit Knows(const scenes::World& world) : world_(world) {}
  std::optional<std::vector<vision::Object>> find(const Frame& frame, const Box&, double) override {
    std::vector<vision::Object> out;
    for (const auto& one : world_.people(in_seconds(frame.position))) out.push_back({0, 0.9, one.body});
    return out;
  }
  std::optional<cv::Mat> scores(const Frame&, const Box&) override { return std::nullopt; }
  [[nodiscard]] const std::string& model() const override { return name_; }

 private:
  const scenes::World& world_;
  std::string name_ = "knows";
};

struct Step {
  Phase phase = Phase::opened;
  double at = 0;
  Finding finding;
};

struct Told {
  std::vector<Step> events;
  std::vector<std::pair<double, boost::json::object>> waste;
  std::vector<vision::Reference> learned;
  double most = 0;

  [[nodiscard]] double when(Phase phase) const {
    const auto found = std::ranges::find(events, phase, &Step::phase);
    return found == events.end() ? -1 : found->at;
  }
  [[nodiscard]] int emptied() const {
    return static_cast<int>(std::ranges::count_if(waste, [](const auto& one) { return one.second.contains("emptied"); }));
  }
  [[nodiscard]] std::string state_at(double second) const {
    std::string out;
    for (const auto& [at, values] : waste)
      if (at <= second) out = values.at("state").as_string().c_str();
    return out;
  }
};

Frame taken(const scenes::World& world, double second) {
  Frame frame = world.at(second);
  frame.taken.steady = Steady(from_seconds(1000 + second));
  return frame;
}

/// As the agent's rules would: seen for long enough, then not seen for long enough.
class Alerting {
 public:
  explicit Alerting(const vision::RuleTiming& rule) : rule_(rule) {}

  void see(const std::vector<Finding>& findings, double at, std::vector<Step>& steps) {
    const bool there = !findings.empty() && findings[0].confidence >= (open_ ? rule_.keep : rule_.raise);
    if (there) seen_ = at;
    if (there && !open_ && 1000 + at - in_seconds(findings[0].since.time_since_epoch()) >= in_seconds(rule_.confirm)) {
      open_ = true;
      steps.push_back({Phase::opened, at, findings[0]});
    }
    if (open_ && at - seen_ > in_seconds(rule_.clear)) {
      open_ = false;
      steps.push_back({Phase::closed, at, {}});
    }
  }

 private:
  vision::RuleTiming rule_;
  bool open_ = false;
  double seen_ = 0;
};

Told watch(const scenes::World& world, const vision::Plan& plan, vision::Aids aids, double until, double from = 0) {
  const auto detector = plan.make(world.zone("bin"), aids);
  Alerting alerting(plan.rules[0]);
  Told told;
  for (double at = from; at < until; at += every) {
    const Frame frame = taken(world, at);
    auto look = detector->look(frame);
    alerting.see(look.findings, at, told.events);
    for (const auto& one : look.observations) {
      told.waste.emplace_back(at, one.values);
      told.most = std::max(told.most, one.values.at("overflow").to_number<double>());
    }
    for (auto& one : look.learned) told.learned.push_back(one);
  }
  return told;
}

Told watch(const scenes::World& world, double until, double reference_hour = 9) {
  return watch(world, plan(), {nullptr, references(reference_hour)}, until);
}

}  // namespace

TEST_CASE("waste beside a bin is reported within a minute of its time", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.4, 0}, {60, 0.5, 0}, {61, 0.9, 0.6}}));
  const auto told = watch(world, 165);
  CHECK(told.state_at(57) == "ok");
  CHECK(told.when(Phase::opened) >= 60 + wait_s);
  CHECK(told.when(Phase::opened) <= 60 + wait_s + 60);
  REQUIRE(told.events.size() == 1);
  CHECK(told.events[0].finding.kind == Kind::waste_overflow);
  REQUIRE(told.events[0].finding.before);
  CHECK(told.events[0].finding.before->part.width < 0.6);
  CHECK(told.events[0].finding.before->luma.cols < 480);
}

TEST_CASE("a heap above the rim is reported though the ground is clean", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.4, 0}, {60, 0.6, 0}, {61, 1.5, 0}}));
  const auto told = watch(world, 165);
  CHECK(told.when(Phase::opened) >= 60 + wait_s);
  CHECK(told.when(Phase::opened) <= 60 + wait_s + 60);
}

TEST_CASE("a bin that is only full is no alert", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.4, 0}, {60, 0.5, 0}, {61, 1.0, 0}}));
  const auto told = watch(world, 144);
  CHECK(told.events.empty());
  CHECK(told.state_at(141) == "full");
}

TEST_CASE("emptying closes the alert and is told once, with the picture from before", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 1.2, 0.7}}, {120}));
  const auto told = watch(world, 222);
  CHECK(told.emptied() == 1);
  REQUIRE(told.events.size() == 2);
  CHECK(told.events[0].phase == Phase::opened);
  CHECK(told.events[0].finding.before);
  CHECK(told.events[0].finding.since_uncertain);
  CHECK(told.events[1].phase == Phase::closed);
  CHECK(told.when(Phase::closed) <= 120 + 20 + 60);
  CHECK(told.state_at(219) == "ok");
}

TEST_CASE("people, clouds and rain before a clean bin raise nothing", "[waste]") {
  auto opts = options();
  opts.clouds = {{20, 60, 0.35}};
  scenes::World world(opts);
  world.add(bin({{0, 0.5, 0}}));
  world.add(scenes::Walker{{{30, {-16, 11.0, 0}}, {40, {-3.4, 11.2, 0}}, {110, {-3.4, 11.2, 0}}, {120, {16, 11, 0}}}});
  world.add(scenes::WeatherSpell{scenes::Weather::rain, 130, 190, 0.8});
  world.passers_by(60);
  const auto told = watch(world, 192);
  CHECK(told.events.empty());
  CHECK(told.most < 0.5);
  CHECK(told.emptied() == 0);
}

TEST_CASE("a van that parks before a clean bin raises nothing, however much of it it hides", "[waste]") {
  for (const double x : {-5.6, -2.6}) {
    scenes::World world(options());
    world.add(bin({{0, 0.5, 0}}));
    world.add(scenes::Visit{{x, 10.0, 0}, 24, 114, Model::van, {196, 200, 204}});
    const auto told = watch(world, 132);
    CAPTURE(x, told.most);
    CHECK(told.events.empty());
    CHECK(told.most < 0.5);
    CHECK(told.emptied() == 0);
    CHECK(told.state_at(129) == "ok");
  }
}

TEST_CASE("while a van stands before waste nothing is emptied, and what was dumped meanwhile is seen when it has left",
          "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}, {60, 0.5, 0}, {61, 0.9, 0.8}}));
  world.add(scenes::Visit{{-5.6, 10.0, 0}, 24, 84, Model::van, {196, 200, 204}});
  world.add(scenes::Visit{{-5.6, 10.0, 0}, 180, 240, Model::van, {196, 200, 204}});
  const auto told = watch(world, 264);
  CHECK(told.state_at(81) == "ok");
  REQUIRE(told.events.size() == 1);
  CHECK(told.when(Phase::opened) >= 84 + wait_s);
  CHECK(told.when(Phase::opened) <= 84 + wait_s + 20);
  CHECK(told.emptied() == 0);
  CHECK(told.state_at(261) == "overflow");
}

TEST_CASE("a van that stood there from the start and leaves does not hide what comes after it", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}, {90, 0.5, 0}, {91, 0.9, 0.8}}));
  world.add(scenes::Visit{{-5.6, 10.0, 0}, -1, 45, Model::van, {196, 200, 204}});
  const auto told = watch(world, 192);
  CHECK(told.when(Phase::opened) >= 91 + wait_s);
}

TEST_CASE("people who stand together before a bin raise nothing where an object detector names them", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}, {105, 0.5, 0}, {106, 0.9, 0.8}}));
  for (int i = 0; i < 4; ++i) {
    const double x = -5.0 + 0.7 * i;
    world.add(scenes::Walker{{{9, {x, 11.4, 0}}, {87, {x, 11.4, 0}}, {100, {16, 11.4, 0}}}});
  }
  Knows knows(world);
  const auto alone = watch(world, 60), told = watch(world, plan(), {&knows, references()}, 204);
  CHECK(alone.most >= 0.5);
  REQUIRE(told.events.size() == 1);
  CHECK(told.when(Phase::opened) >= 106 + wait_s);
  CHECK(told.emptied() == 0);
}

TEST_CASE("the sun's way through a day moves shadows but raises nothing", "[waste]") {
  for (const double hour : {8.0, 13.0, 17.5}) {
    scenes::World world(options(hour));
    world.add(bin({{0, 0.5, 0}}));
    const auto told = watch(world, 28, 10);
    CAPTURE(hour, told.most);
    CHECK(told.most < 0.3);
  }
}

TEST_CASE("at night the night's own reference is compared with", "[waste]") {
  scenes::World clean(options(23)), littered(options(23));
  clean.add(bin({{0, 0.5, 0}}));
  littered.add(bin({{0, 1.2, 0.8}}));
  const auto quiet = watch(clean, 24, 22.5), loud = watch(littered, 24, 22.5);
  CAPTURE(quiet.most, loud.most);
  CHECK(quiet.most < 0.3);
  CHECK(loud.most > 0.5);
}

TEST_CASE("there is an answer for the first picture and one a second, with a fill only where there is a reference", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}}));
  for (const bool known : {false, true}) {
    const auto detector = plan().make(world.zone("bin"), {nullptr, known ? references() : std::vector<vision::Reference>{}});
    int said = 0;
    for (double at = 0; at < 5; at += 0.5) {
      const auto look = detector->look(taken(world, at));
      said += static_cast<int>(look.observations.size());
      for (const auto& one : look.observations) {
        CHECK(one.what == "waste");
        CHECK(one.values.contains("overflow"));
        CHECK(one.values.contains("state"));
        CHECK(one.values.contains("fill") == known);
      }
      if (at < 0.4) CHECK(said == 1);
    }
    CHECK(said == 5);
  }
}

TEST_CASE("a place that looks clean for long becomes its own reference, and is compared with that", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}, {75, 0.5, 0}, {76, 0.9, 0.8}}));
  const auto told = watch(world, plan({{"learn_after", "1min"}}), {}, 111);
  REQUIRE(told.learned.size() == 1);
  CHECK(told.learned[0].learned);
  CHECK(told.learned[0].light == vision::Light::day);
  for (const auto& [at, values] : told.waste) {
    CAPTURE(at);
    if (at < 57) CHECK_FALSE(values.contains("fill"));
    if (at > 66) CHECK(values.contains("fill"));
  }
  CHECK(told.state_at(72) == "ok");
  CHECK(told.state_at(108) == "overflow");
}

TEST_CASE("dusk has no border: the day's reference serves by night while it is about as bright", "[waste]") {
  scenes::World world(options());
  world.add(bin({{0, 0.5, 0}}));
  const Frame bright = taken(world, 3);
  const auto dimmed = [&](double share) {
    Frame frame = bright;
    frame.luma = frame.luma * share;
    return frame;
  };
  double night = 1;
  while (vision::light_of(dimmed(night)) == vision::Light::day) night -= 0.02;
  for (const double darker : {0.95, 0.4}) {
    const std::vector<vision::Reference> day{{vision::Light::day, dimmed(night + 0.02), false}};
    const auto look = plan().make(world.zone("bin"), {nullptr, day})->look(dimmed(darker * night));
    REQUIRE(look.observations.size() == 1);
    CAPTURE(darker);
    CHECK(look.observations[0].values.contains("fill") == (darker > 0.5));
  }
}

TEST_CASE("an overflow that is open goes on after a restart until the place has been seen empty", "[waste][K3]") {
  scenes::World world(options());
  world.add(bin({{0, 0.3, 0}}));
  const auto detector = plan().make(world.zone("bin"), {nullptr, references()});
  Finding open;
  open.kind = Kind::waste_overflow;
  open.confidence = 0.8;
  open.since = Steady(from_seconds(400));
  detector->resume(std::vector{open});
  double last = -1;
  for (double at = 0; at < 60; at += every)
    for (const auto& one : detector->look(taken(world, at)).findings) {
      last = at;
      CHECK(one.since == open.since);
    }
  CHECK(last >= 15);
  CHECK(last <= 30);
}

TEST_CASE("texture figures have one length whatever the picture's size, and none for a picture without ground", "[waste]") {
  for (const cv::Size size : {cv::Size(640, 480), cv::Size(100, 300), cv::Size(30, 30)}) {
    cv::Mat luma(size, CV_8UC1);
    cv::RNG random(7);
    random.fill(luma, cv::RNG::UNIFORM, 0, 255);
    const auto figures = vision::texture_figures(vision::litter_vocabulary, vision::texture_pieces(luma));
    REQUIRE(figures.size() == vision::texture_head.weight.size());
    double length = 0;
    for (const float one : figures) length += static_cast<double>(one * one);
    CHECK(std::abs(length - 1) < 1e-3);
  }
  CHECK(vision::texture_pieces(cv::Mat(12, 40, CV_8UC1, cv::Scalar(9))).empty());
  CHECK(vision::texture_figures(vision::litter_vocabulary, {}).empty());
}
