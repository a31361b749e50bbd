// SPDX-License-Identifier: Apache-2.0
// Figures of a camera from a scripted hour: rates, costs, interruptions, the grade, and what is worth a line in the log.
#include "agent/run/camera_meter.hpp"

#include "agent/run/fault_words.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using test::at;

/// A camera that gives 25 pictures a second, of which 5 are looked at.
struct Played {
  CameraMeter meter{at(0).steady};
  drivers::CameraCounts counts;
  double second = 0;

  void opens(std::optional<double> rate = 25) {
    meter.opened(drivers::Decode::all);
    meter.describes({"stream", "h264", {1280, 720}, rate, "h264", ""});
    counts = {};
  }
  void plays(double length, double rate = 25) {
    for (int i = 0; i < static_cast<int>(length * rate); ++i) {
      second += 1 / rate;
      ++counts.received, ++counts.decoded;
      counts.decoding += 2ms;
      counts.bytes += 5000;
      Frame frame;
      frame.luma = cv::Mat(48, 64, CV_8UC1);
      frame.taken = at(second);
      meter.picture(frame, counts, at(second).steady);
      if (i % 5 == 0) meter.looked({{"fire", 3ms}, {"view", 1ms}}, 0, at(second).steady);
    }
  }
  void fails(double length) {
    meter.failed("connection refused", at(second).steady);
    second += length;
  }
  [[nodiscard]] boost::json::object figures() const { return meter.figures(at(second)); }
  [[nodiscard]] double figure(std::string_view name) const { return figures().at(name).to_number<double>(); }
  [[nodiscard]] std::string text(std::string_view name) const { return std::string(figures().at(name).as_string()); }
};

}  // namespace

TEST_CASE("rates are those of the last ten seconds, costs are means", "[cameras]") {
  Played p;
  p.opens();
  p.plays(30);
  CHECK(std::abs(p.figure("rate") - 25) < 0.2);
  CHECK(std::abs(p.figure("decoded") - 25) < 0.2);
  CHECK(std::abs(p.figure("analysed") - 5) < 0.2);
  CHECK(std::abs(p.figure("decode_ms") - 2) < 0.01);
  CHECK(std::abs(p.figure("kilobits") - 1000) < 10);
  CHECK(std::abs(p.figures().at("detector_ms").as_object().at("fire").to_number<double>() - 3) < 0.01);
  CHECK(p.text("state") == "online");
  CHECK(p.text("grade") == "good");
  CHECK(p.text("codec") == "h264");
  p.plays(12, 5);
  CHECK(std::abs(p.figure("rate") - 5) < 0.2);
}

TEST_CASE("the age is that of the last picture that came, and a rate of nothing is 0", "[cameras]") {
  Played p;
  CHECK(p.figures().at("picture_age_s").is_null());
  CHECK(p.text("state") == "offline");
  p.opens();
  p.plays(20);
  p.second += 42;
  CHECK(std::abs(p.figure("picture_age_s") - 42) < 0.1);
  CHECK(p.figure("rate") == 0);
}

TEST_CASE("interruptions of the last hour are counted and forgotten", "[cameras]") {
  Played p;
  p.opens();
  p.plays(20);
  for (int i = 0; i < 3; ++i) p.fails(5), p.opens(), p.plays(20);
  CHECK(p.figure("reconnects_1h") == 3);
  CHECK(p.figure("stalls_1h") == 0);
  CHECK(p.text("grade") == "fair");
  for (int i = 0; i < 3; ++i) p.second += 4, p.plays(20);
  CHECK(p.figure("stalls_1h") == 3);
  CHECK(p.text("grade") == "poor");  // six in an hour
  p.plays(3700, 5);
  p.plays(20);
  CHECK(p.figure("reconnects_1h") == 0);
  CHECK(p.figure("stalls_1h") == 0);
  CHECK(p.text("grade") == "good");
}

TEST_CASE("a camera that is offline says since when and why, and its first try is no reconnect", "[cameras]") {
  Played p;
  p.fails(30);
  CHECK(p.text("state") == "offline");
  CHECK(p.text("fault") == "connection refused");
  CHECK(p.text("grade") == "offline");
  CHECK(std::abs(p.figure("since_s") - 30) < 0.1);
  p.opens();
  p.plays(20);
  CHECK(p.text("state") == "online");
  CHECK(p.figures().at("fault").is_null());
  CHECK(p.figure("reconnects_1h") == 0);
}

TEST_CASE("pictures that rarely come by their own rate are no stalls", "[cameras]") {
  Played p;
  p.opens(0.1);
  p.plays(600, 0.1);
  CHECK(p.figure("stalls_1h") <= 1);
}

TEST_CASE("a camera that gives half of what it says is graded down", "[cameras]") {
  Played p;
  p.opens();
  p.plays(30, 15);
  CHECK(p.text("grade") == "fair");
  p.plays(30, 10);
  CHECK(p.text("grade") == "poor");
}

TEST_CASE("damaged pictures grade a camera down", "[cameras]") {
  Played p;
  p.opens();
  p.plays(20);
  p.counts.damaged += 5;
  p.plays(1);
  CHECK(p.text("grade") == "fair");
  p.counts.damaged += 50;
  p.plays(1);
  CHECK(p.text("grade") == "poor");
}

TEST_CASE("where each picture is a key frame there is nothing to leave out", "[cameras]") {
  Played p;
  p.opens();
  p.counts.key_distance = 40ms;
  p.plays(5);
  CHECK_FALSE(p.meter.key_distance(at(p.second).steady));
  p.counts.key_distance = 2s;
  p.plays(1);
  CHECK(p.meter.key_distance(at(p.second).steady) == Duration(2s));
}

TEST_CASE("a fault is told once, a change after a minute at most, then after two, four, eight, the recovery once", "[K7][cameras]") {
  FaultWords words;
  CHECK(words.failed("connection refused", at(0).steady));
  CHECK_FALSE(words.failed("connection refused", at(2).steady));
  int told = 0;
  for (int i = 1; i < 600; ++i) told += words.failed(i % 2 == 0 ? "connection refused" : "timed out", at(i).steady) ? 1 : 0;
  CHECK(told == 3);  // after 1, 3 and 7 minutes
  CHECK(words.over());
  CHECK_FALSE(words.over());
}

TEST_CASE("what comes and goes each second does not fill the log, and its last word is right", "[K7][cameras]") {
  FaultWords words;
  int told = 0;
  for (int i = 0; i < 600; ++i) {
    told += words.failed("the stream ended", at(i).steady) ? 1 : 0;
    told += words.over() ? 1 : 0;
  }
  CHECK(told == 8);
  CHECK_FALSE(words.failed("timed out", at(599).steady));
  CHECK(words.failed("timed out", at(1020).steady));  // still failing: now it is told
  CHECK(words.over());
  CHECK(words.failed("timed out", at(9000).steady));  // after a long calm a minute is enough again
  CHECK(words.over());
  CHECK(words.failed("timed out", at(9061).steady));
}

}  // namespace kuzet::run
