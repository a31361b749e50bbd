// SPDX-License-Identifier: Apache-2.0
// A camera and a sensor together: who agrees, who is alone, who is unknown; and that there is one alert whoever was first.
#include "agent/alerts/fusion.hpp"
#include "agent/alerts/lifecycle_fixture.hpp"

#include <random>

namespace kuzet::alerts {

namespace {

Rule yard_fire() {
  Rule rule;
  rule.id = "yard/fire";
  rule.kind = Kind::fire;
  rule.severity = Severity::high;
  rule.source = "yard";
  rule.confirm = 2s, rule.patience = 1500ms, rule.clear = 10s, rule.cooldown = 60s;
  rule.raise = 0.5, rule.keep = 0.3;
  return rule;
}

/// A camera that looks each second, a sensor, and the story.
struct Yard {
  Yard() : fusion(FusionSettings{"yard", "", "fire", "smoky", "", 60s, 30s, {}}, yard_fire()) {}
  Yard(const Yard&) = delete;
  Yard& operator=(const Yard&) = delete;

  Fusion fusion;
  CountedIds ids;
  Lifecycle life{ids};
  std::vector<AlertEvent> events;
  Story story;
  std::optional<double> flames_since;
  std::optional<double> smoky_since;

  Fusion::Sensor sensor(Truth truth, double second) {
    if (truth != Truth::yes) smoky_since.reset();
    if (truth == Truth::yes && !smoky_since) smoky_since = second;
    Verdict out{truth, 1, {}};
    if (smoky_since) out.since = at(*smoky_since).steady;
    return {out, out};
  }
  void take(const std::optional<Fusion::Seen>& seen, double second) {
    if (!seen) return;
    for (auto& event : life.see(*seen->rule, seen->findings, at(second))) {
      story.push_back(told(event) + " " + by(event.alert));
      events.push_back(std::move(event));
    }
  }
  static std::string by(const Alert& alert) {
    const auto* said = alert.measure.if_contains("by");
    return said == nullptr ? "" : std::string(said->as_string());
  }
  /// The camera sees flames of that confidence (0: none).
  void look(double second, double confidence, Truth truth) {
    std::vector<Finding> findings;
    if (confidence <= 0) flames_since.reset();
    if (confidence > 0) {
      if (!flames_since) flames_since = second;
      Finding flames;
      flames.confidence = confidence;
      flames.since = at(*flames_since).steady;
      findings.push_back(flames);
    }
    take(fusion.see(std::move(findings), sensor(truth, second), at(second), !life.open().empty()), second);
    take(fusion.tick(sensor(truth, second), at(second), !life.open().empty()), second);
  }
  void looks(double from, double to, double confidence, Truth truth) {
    for (double second = from + 1; second <= to; ++second) look(second, confidence, truth);
  }
  /// The camera shows nothing.
  void dark(double from, double to, Truth truth) {
    for (double second = from + 1; second <= to; ++second)
      take(fusion.tick(sensor(truth, second), at(second), !life.open().empty()), second);
  }
};

}  // namespace

TEST_CASE("camera and sensor that agree raise sooner, with less of a flame, and are surer", "[fusion]") {
  Yard yard;
  yard.looks(0, 20, 0, Truth::yes);
  yard.looks(20, 21, 0.35, Truth::yes);
  REQUIRE(yard.story == Story{"21 opened 01 camera and sensor"});
  CHECK(yard.events[0].alert.confidence == Approx(1 - 0.65 * 0.2));
  CHECK(yard.events[0].alert.measure.at("condition") == "smoky");
}

TEST_CASE("they agree when the sensor said so within the window before, or says so after", "[fusion]") {
  Yard before;
  before.looks(0, 5, 0, Truth::yes);
  before.looks(5, 60, 0, Truth::no);
  before.looks(60, 61, 0.4, Truth::no);
  CHECK(before.story == Story{"61 opened 01 camera and sensor"});

  Yard after;
  after.looks(0, 1, 0.4, Truth::no);
  after.looks(1, 40, 0, Truth::no);
  after.looks(40, 41, 0, Truth::yes);
  CHECK(after.story == Story{"41 opened 01 camera and sensor"});

  Yard apart;
  apart.looks(0, 5, 0, Truth::yes);
  apart.looks(5, 66, 0, Truth::no);
  apart.looks(66, 69, 0.4, Truth::no);
  CHECK(apart.story.empty());
}

TEST_CASE("a camera alone must be surer, or see it for longer, while the sensor works and says no", "[fusion]") {
  Yard weak, strong, lasting;
  weak.looks(0, 4, 0.6, Truth::no);
  weak.looks(4, 20, 0, Truth::no);
  CHECK(weak.story.empty());
  strong.looks(0, 5, 0.8, Truth::no);
  CHECK(strong.story == Story{"3 opened 01 camera"});  // as without a sensor
  lasting.looks(0, 20, 0.6, Truth::no);
  CHECK(lasting.story == Story{"6 opened 01 camera"});
}

TEST_CASE("while the sensor is unknown the camera's own rule holds", "[fusion][trap]") {
  Yard yard;
  yard.looks(0, 10, 0.55, Truth::unknown);
  CHECK(yard.story == Story{"3 opened 01 camera"});
}

TEST_CASE("a sensor alone raises later, and says that it is alone", "[fusion]") {
  Yard yard;
  yard.looks(0, 30, 0, Truth::yes);
  CHECK(yard.story.empty());
  yard.looks(30, 40, 0, Truth::yes);
  REQUIRE(yard.story == Story{"31 opened 01 sensor"});
  CHECK(yard.events[0].alert.confidence == Approx(0.8));
  CHECK(yard.events[0].alert.source == "yard");
  yard.looks(40, 60, 0, Truth::no);
  CHECK(yard.story == Story{"31 opened 01 sensor", "51 closed 01 sensor"});
}

TEST_CASE("there is one alert, whoever was first", "[fusion]") {
  Yard sensor_first, camera_first;
  sensor_first.looks(0, 40, 0, Truth::yes);
  sensor_first.looks(40, 45, 0.9, Truth::yes);
  CHECK(sensor_first.story == Story{"31 opened 01 sensor", "41 updated 01 camera and sensor"});
  camera_first.looks(0, 40, 0.9, Truth::no);
  camera_first.looks(40, 100, 0.9, Truth::yes);
  CHECK(camera_first.story == Story{"3 opened 01 camera", "41 updated 01 camera and sensor"});
  camera_first.looks(100, 130, 0, Truth::yes);  // smoke hides the flames
  CHECK(camera_first.life.open().size() == 1);
  camera_first.looks(130, 200, 0, Truth::no);
  CHECK(camera_first.story.back().find("closed 01 camera and sensor") != std::string::npos);
}

TEST_CASE("a sensor that was smoky for a while does not count as time that the camera has seen flames", "[fusion][trap]") {
  Yard yard;
  yard.looks(0, 25, 0, Truth::yes);
  yard.looks(25, 90, 0, Truth::no);
  yard.looks(90, 92, 0.8, Truth::no);
  CHECK(yard.story.empty());
  yard.looks(92, 93, 0.8, Truth::no);
  CHECK(yard.story == Story{"93 opened 01 camera"});
}

TEST_CASE("a sensor alone raises also while the camera is dark, and ends by itself", "[fusion][K7]") {
  Yard yard;
  yard.looks(0, 5, 0, Truth::no);
  yard.dark(5, 60, Truth::yes);
  CHECK(yard.story == Story{"36 opened 01 sensor"});
  yard.dark(60, 80, Truth::no);
  CHECK(yard.story == Story{"36 opened 01 sensor", "71 closed 01 sensor"});
}

TEST_CASE("a sensor has an alarm of its own: at once while the camera is dark, later while it sees nothing", "[fusion][K7]") {
  const Verdict yes{Truth::yes, 1, at(10).steady}, no{Truth::no, 1, {}};
  const FusionSettings settings{"yard", "", "fire", "smoky", "heavy", 60s, 30s, {}};
  Fusion dark(settings, yard_fire()), seeing(settings, yard_fire());
  CHECK_FALSE(dark.tick({yes, no}, at(50), false).has_value());  // not enough by itself
  const auto told = dark.tick({yes, yes}, at(11), false);
  REQUIRE(told.has_value());
  CHECK(told->findings.size() == 1);
  CHECK(seeing.see({}, {yes, yes}, at(39), false)->findings.empty());
  CHECK(seeing.see({}, {yes, yes}, at(40), false)->findings.size() == 1);
  CHECK(seeing.see({}, {yes, no}, at(60), false)->findings.empty());
}

TEST_CASE("what a camera has seen does not end while it is dark", "[fusion][K7]") {
  Yard yard;
  yard.looks(0, 10, 0.9, Truth::no);
  yard.dark(10, 500, Truth::no);
  CHECK(yard.story == Story{"3 opened 01 camera"});
  CHECK(yard.life.open().size() == 1);
}

TEST_CASE("what only the sensor has seen stays open while the sensor is unknown, for an hour", "[fusion][trap]") {
  Yard yard;
  yard.looks(0, 40, 0, Truth::yes);
  REQUIRE(yard.story.size() == 1);
  yard.looks(40, 3600, 0, Truth::unknown);
  CHECK(yard.story.size() == 1);
  yard.looks(3600, 3700, 0, Truth::unknown);
  REQUIRE(yard.story.size() == 2);
  CHECK(yard.events[1].alert.ended_uncertain);
}

TEST_CASE("after a restart it is known whose alert is open", "[fusion][K3]") {
  for (const bool by_sensor : {false, true}) {
    Yard yard;
    Alert open = stored();
    open.rule = "yard/fire", open.object = 0;
    open.confidence = 0.9;
    open.measure = {{"by", by_sensor ? "sensor" : "camera"}};
    yard.life.restore(yard.fusion.rule(), open);
    yard.fusion.resume(open);
    yard.looks(0, 60, 0, Truth::unknown);
    CHECK(yard.story.size() == (by_sensor ? 0 : 1));
  }
}

TEST_CASE("an unknown sensor and a camera that sees nothing raise nothing, whatever came before", "[fusion][random]") {
  std::mt19937 dice(3);
  for (int round = 0; round < 200; ++round) {
    Yard yard;
    double t = 0;
    for (int i = 0; i < 40; ++i, t += 1) {
      const auto truth = static_cast<Truth>(std::uniform_int_distribution<int>(0, 1)(dice));  // never yes
      yard.look(t, std::uniform_real_distribution<double>(0, 0.29)(dice), truth);
    }
    CHECK(yard.story.empty());
  }
}

TEST_CASE("fusion names a condition and a camera with such a rule", "[fusion][settings][K6]") {
  Names names;
  names.rules = {"yard/fire", "gate/fire/bins"};
  std::vector<ConditionSettings> conditions(1);
  conditions[0].name = "smoky";
  const auto refusal = [&](const std::string& yaml) {
    Faults faults("kuzet.yaml");
    std::vector<FusionSettings> all;
    read_fusion(all,
                read_yaml(
                    yaml, [](std::string_view) { return std::nullopt; }, faults),
                "fusion", faults);
    if (faults.none()) check_fusion(all, conditions, names, "fusion", faults);
    return faults.text();
  };
  CHECK(
      refusal("[{camera: yard, sensor: smoky}, {camera: gate, zone: bins, sensor: smoky, window: 2min, alone: 1min}]").empty());
  const auto says = [&](const std::string& yaml, const std::string& sentence) {
    CAPTURE(yaml, refusal(yaml));
    CHECK(refusal(yaml).find(sentence) != std::string::npos);
  };
  says("[{camera: yard, sensor: smoke}]", "fusion[0].sensor: there is no condition \"smoke\"; did you mean \"smoky\"?");
  says("[{camera: yart, sensor: smoky}]",
       "fusion[0].camera: there is no camera with a rule \"yart/fire\"; did you mean \"yard/fire\"?");
  says("[{camera: yard, zone: bins, sensor: smoky}]", "there is no camera with a rule \"yard/fire/bins\"");
  says("[{camera: yard, sensor: smoky}, {camera: yard, sensor: smoky}]", "fusion[1]: there is a sensor for yard/fire already");
  says("[{camera: yard, sensor: smoky, alarm: smoke}]", "fusion[0].alarm: there is no condition \"smoke\"");
  says("[{camera: yard}]", "fusion[0].sensor: is missing");
  says("[{camera: yard, sensor: smoky, windo: 3s}]", "did you mean \"window\"?");
}

}  // namespace kuzet::alerts
