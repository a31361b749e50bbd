// SPDX-License-Identifier: Apache-2.0
// Tests of one reading: hysteresis, robust rise and fall, silence; and time that counts.
#include "agent/alerts/readings_fixture.hpp"

#include <random>

namespace kuzet::alerts {

namespace {

Steady sec(double second) { return at(second).steady; }
Value value(double second, double v, double confidence = 1) { return {v, confidence, sec(second)}; }

Truth after(Limit& limit, double second, double v, double confidence = 1) {
  limit.see(value(second, v, confidence));
  return limit.look(sec(second)).truth;
}

}  // namespace

TEST_CASE("yes, no and unknown are joined as Kleene says", "[conditions]") {
  using enum Truth;
  const std::array<Truth, 3> all{no, unknown, yes};
  for (const auto a : all) {
    CHECK(both(no, a) == no);
    CHECK(both(yes, a) == a);
    CHECK(either(yes, a) == yes);
    CHECK(either(no, a) == a);
    for (const auto b : all) CHECK(opposite(both(a, b)) == either(opposite(a), opposite(b)));
  }
  CHECK(both(unknown, unknown) == unknown);
  CHECK(opposite(unknown) == unknown);
}

TEST_CASE("a limit is unknown before the first reading, and between clear and the limit nothing changes", "[conditions]") {
  Limit limit(true, 50, 40);
  CHECK(limit.look(sec(0)).truth == Truth::unknown);
  CHECK(after(limit, 1, 45) == Truth::no);
  CHECK(after(limit, 2, 50) == Truth::no);  // the limit itself is allowed
  CHECK(after(limit, 3, 50.1) == Truth::yes);
  CHECK(after(limit, 4, 45) == Truth::yes);
  CHECK(limit.look(sec(4)).since == sec(3));
  CHECK(after(limit, 5, 40) == Truth::no);
  CHECK(after(limit, 6, 45) == Truth::no);
}

TEST_CASE("a limit from below is the mirror of one from above", "[conditions]") {
  Limit limit(false, 10, 12);
  CHECK(after(limit, 1, 10) == Truth::no);
  CHECK(after(limit, 2, 9.9) == Truth::yes);
  CHECK(after(limit, 3, 11.9) == Truth::yes);
  CHECK(after(limit, 4, 12) == Truth::no);
}

TEST_CASE("a bad reading makes a limit unknown, and the next good one tells whether it is still so", "[conditions][trap]") {
  Limit limit(true, 50, 40);
  CHECK(after(limit, 1, 60) == Truth::yes);
  CHECK(after(limit, 2, 60, 0) == Truth::unknown);
  CHECK(after(limit, 3, 45) == Truth::yes);
  CHECK(limit.look(sec(3)).since == sec(1));
  CHECK(after(limit, 4, 45, 0) == Truth::unknown);
  CHECK(after(limit, 4000, 45) == Truth::no);  // an hour later nobody knows what was before
}

TEST_CASE("what was beyond a limit only between two looks was so at the next one", "[conditions][trap]") {
  Limit limit(true, 0.5, 0.5);
  limit.see(value(1.0, 0));
  CHECK(limit.look(sec(1)).truth == Truth::no);
  limit.see(value(1.3, 1));
  limit.see(value(1.6, 0));
  CHECK(limit.look(sec(2)).truth == Truth::yes);
  CHECK(limit.look(sec(3)).truth == Truth::no);
}

TEST_CASE("an uncertain reading counts with less confidence", "[conditions]") {
  Limit limit(true, 50, 40);
  limit.see(value(1, 60, uncertain_confidence));
  CHECK(limit.look(sec(1)).truth == Truth::yes);
  CHECK(limit.look(sec(1)).confidence == uncertain_confidence);
}

TEST_CASE("a reading that comes late changes nothing", "[conditions]") {
  Limit limit(true, 50, 40);
  CHECK(after(limit, 5, 60) == Truth::yes);
  limit.see(value(3, 10));
  CHECK(limit.look(sec(5)).truth == Truth::yes);
}

TEST_CASE("the confidence of a reading follows its quality", "[conditions]") {
  CHECK(confidence_of(reading(0, "s", "c", 1)) == 1);
  CHECK(confidence_of(reading(0, "s", "c", 1, Quality::uncertain, flaw::flat_line)) == uncertain_confidence);
  CHECK(confidence_of(reading(0, "s", "c", 1, Quality::uncertain, flaw::warming_up)) == 0);
  CHECK(confidence_of(reading(0, "s", "c", 1, Quality::bad, flaw::too_old)) == 0);
  CHECK(confidence_of(reading(0, "s", "c", std::nan(""))) == 0);
}

namespace {

/// A rise of 10 within 5 minutes, fed with a curve; says the second at which it is told first.
struct Curve {
  Trend trend{true, 10, 5, 5min};
  std::optional<double> told;
  bool ever_known = false;
  void feed(double from, double to, double every, const std::function<double(double)>& curve) {
    for (double t = from; t <= to; t += every) {
      trend.see(value(t, curve(t)));
      const Verdict verdict = trend.look(sec(t));
      ever_known = ever_known || verdict.truth != Truth::unknown;
      if (verdict.truth == Truth::yes && !told) told = t;
    }
  }
};

double noise(double t, double size) {
  std::mt19937 dice(static_cast<unsigned>(std::lround(t * 1000)) + 7);
  return std::normal_distribution<double>(0, size)(dice);
}

}  // namespace

TEST_CASE("a steady rise of that much within the time is told, a slower one is not", "[conditions]") {
  Curve fast, slow;
  fast.feed(0, 600, 10, [](double t) { return 20 + t * 10.5 / 300; });
  slow.feed(0, 3600, 10, [](double t) { return 20 + t * 9.0 / 300; });
  CHECK(fast.told);
  CHECK_FALSE(slow.told);
  CHECK(slow.ever_known);
}

TEST_CASE("a fast rise is told long before the window is full", "[conditions]") {
  Curve fire;
  fire.feed(0, 600, 1, [](double t) { return 20 + std::max(0.0, t - 300) * 0.5 + noise(t, 0.3); });  // 10 in 20 s
  REQUIRE(fire.told);
  CHECK(*fire.told > 300);
  CHECK(*fire.told < 345);
}

TEST_CASE("a spike is no rise, wherever it falls", "[conditions][trap]") {
  for (double spike = 100; spike < 200; spike += 7) {
    for (const double every : {1.0, 10.0, 50.0}) {
      Curve curve;
      const double at_spike = std::round(spike / every) * every;
      curve.feed(0, 900, every, [&](double t) { return 20 + noise(t, 0.2) + (std::abs(t - at_spike) < 1e-6 ? 400 : 0); });
      CAPTURE(spike, every);
      CHECK(curve.ever_known);
      CHECK_FALSE(curve.told);
    }
  }
}

TEST_CASE("noise is no rise", "[conditions]") {
  Curve curve;
  curve.feed(0, 6 * 3600, 5, [](double t) { return 20 + noise(t, 2); });
  CHECK_FALSE(curve.told);
}

TEST_CASE("a step of less than the rise is not more because a line is steep", "[conditions]") {
  Curve curve;
  curve.feed(0, 1200, 10, [](double t) { return t < 600 ? 20.0 : 29.5; });
  CHECK_FALSE(curve.told);
  Curve enough;
  enough.feed(0, 1200, 10, [](double t) { return t < 600 ? 20.0 : 30.5; });
  CHECK(enough.told);
}

TEST_CASE("intervals that are not even do not tilt a line", "[conditions]") {
  Curve curve;
  std::mt19937 dice(3);
  double t = 0;
  for (int i = 0; i < 500; ++i) {
    t += std::exponential_distribution<double>(0.1)(dice);
    curve.feed(t, t, 1, [](double at) { return 20 + at * 8.0 / 300; });
  }
  CHECK(curve.ever_known);
  CHECK_FALSE(curve.told);
}

TEST_CASE("with fewer than five readings in the window nothing is known of a rise", "[conditions]") {
  Curve curve;
  curve.feed(0, 3600, 80, [](double t) { return 20 + t; });
  CHECK_FALSE(curve.ever_known);
}

TEST_CASE("a rise is over when it is less than half, and unknown when the sensor gives nothing good", "[conditions]") {
  Curve curve;
  curve.feed(0, 300, 10, [](double t) { return 20 + t / 10; });
  REQUIRE(curve.trend.look(sec(300)).truth == Truth::yes);
  curve.trend.see(value(310, 50, 0));
  CHECK(curve.trend.look(sec(310)).truth == Truth::unknown);
  curve.feed(320, 1200, 10, [](double) { return 50; });
  CHECK(curve.trend.look(sec(1200)).truth == Truth::no);
  CHECK(curve.trend.look(sec(2000)).truth == Truth::unknown);  // nothing came for longer than the window
}

TEST_CASE("a fall is a rise downwards", "[conditions]") {
  Trend trend(false, 10, 5, 5min);
  for (double t = 0; t <= 200; t += 10) trend.see(value(t, 100 - t / 10));
  CHECK(trend.look(sec(200)).truth == Truth::yes);
  boost::json::object said;
  trend.describe(said);
  CHECK(said.at("change").as_double() < -10);
}

TEST_CASE("a reading is missing after so long without a good one", "[conditions]") {
  Missing missing(10min);
  CHECK(missing.look(sec(0)).truth == Truth::unknown);  // nobody knows what was before
  CHECK(missing.look(sec(599)).truth == Truth::unknown);
  CHECK(missing.look(sec(600)).truth == Truth::yes);
  missing.see(value(610, 1));
  CHECK(missing.look(sec(611)).truth == Truth::no);
  missing.see(value(900, 1, 0));  // a bad one is none
  CHECK(missing.look(sec(1209)).truth == Truth::no);
  CHECK(missing.look(sec(1210)).truth == Truth::yes);
  CHECK(missing.look(sec(1211)).since == sec(610));
}

TEST_CASE("time that is unknown does not count, and does not end what lasts either", "[conditions]") {
  Lasting lasting(60s);
  const Verdict yes{Truth::yes, 1, sec(0)}, no{Truth::no, 1, {}}, unknown{};
  for (int t = 0; t <= 30; ++t) lasting.see(yes, sec(t));
  for (int t = 31; t <= 50; ++t) lasting.see(unknown, sec(t));
  for (int t = 51; t <= 79; ++t) lasting.see(yes, sec(t));
  CHECK_FALSE(lasting.long_enough(sec(79)));
  CHECK(lasting.unseen(sec(79)) == 20s);
  lasting.see(yes, sec(80));
  CHECK(lasting.long_enough(sec(80)));
  lasting.see(no, sec(81));
  lasting.see(Verdict{Truth::yes, 1, sec(82)}, sec(82));
  CHECK(lasting.since() == sec(82));
}

TEST_CASE("what was unknown for longer than is asked for begins anew", "[conditions]") {
  Lasting lasting(90s);
  const Verdict yes{Truth::yes, 1, sec(0)};
  for (int t = 0; t <= 80; ++t) lasting.see(yes, sec(t));
  for (int t = 81; t <= 175; ++t) lasting.see(Verdict{}, sec(t));
  lasting.see(yes, sec(176));
  CHECK(lasting.since() == sec(175));
  CHECK_FALSE(lasting.long_enough(sec(200)));
}

TEST_CASE("what began anew between two looks lasts since then", "[conditions]") {
  Lasting lasting(10s);
  lasting.see({Truth::yes, 1, sec(0)}, sec(9));
  lasting.see({Truth::yes, 1, sec(9.5)}, sec(10));
  CHECK_FALSE(lasting.long_enough(sec(10)));
}

}  // namespace kuzet::alerts
