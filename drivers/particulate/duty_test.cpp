// SPDX-License-Identifier: Apache-2.0
// Days of dust sensors in moments: time is an argument, and the sensor a script.
#include "drivers/particulate/duty.hpp"
#include "drivers/particulate/frames_fixture.hpp"
#include "drivers/serial/told_fixture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <map>

namespace kuzet::drivers::particulate {

namespace {

using namespace std::chrono_literals;
using namespace samples;
using test::at;

struct Bench {
  std::shared_ptr<DutySettings> settings = std::make_shared<DutySettings>();
  serial::Told told;
  std::unique_ptr<Duty> duty;
  std::map<std::string, std::string> answers;  // to each command
  std::string values;                          // each second, while it works
  bool works = false;
  double now = 0;
  double lit = 0;  // seconds that fan and laser ran
  std::vector<std::string> said;

  explicit Bench(const std::string& model = "sds011") {
    settings->name = model;
    settings->device = "/dev/air";
    const bool sds = model == "sds011";
    values = sds ? sds_values : pms_values;
    answers = sds ? std::map<std::string, std::string>{{sds_command(6, 1, 1), sds_work_answer},
                                                       {sds_command(6, 1, 0), sds_sleep_answer},
                                                       {sds_command(2), sds_mode_answer},
                                                       {sds_command(8), sds_period_answer},
                                                       {sds_command(7), sds_firmware_answer}}
                  : std::map<std::string, std::string>{{pms_command(0xE4, 1), pms_work_answer},
                                                       {pms_command(0xE4, 0), pms_sleep_answer}};
  }
  void open() {
    duty = std::make_unique<Duty>(0, settings);
    duty->tell(told);
    duty->opened(at(now));
  }
  void hear(const std::string& bytes) { duty->heard(bytes, at(now)); }
  void obey(const std::string& command) {
    said.push_back(command);
    if (command == sds_command(6, 1, 1) || command == pms_command(0xE4, 1)) works = !answers[command].empty();
    if (command == sds_command(6, 1, 0) || command == pms_command(0xE4, 0)) works = works && answers[command].empty();
    if (!answers[command].empty()) hear(answers[command]);
  }
  /// Steps of a tenth of a second; a value each second.
  void run(double seconds) {
    for (int i = 0; i < static_cast<int>(seconds * 10 + 0.5); ++i) {
      for (auto turn = duty->turn(at(now)); !turn.say.empty(); turn = duty->turn(at(now))) obey(turn.say);
      now += 0.1;
      if (works) lit += 0.1;
      if (works && i % 10 == 9) hear(values);
    }
  }
  int count(const std::string& command) const { return static_cast<int>(std::ranges::count(said, command)); }
  int good() {
    int out = 0;
    for (const auto& set : told.sets()) out += set.samples[0].quality == Quality::good ? 1 : 0;
    return out;
  }
};

}  // namespace

TEST_CASE("a dust sensor is woken, warmed up, read and put to sleep, again and again", "[sensors][dust]") {
  for (const char* model : {"sds011", "pms5003"}) {
    Bench bench(model);
    CAPTURE(model);
    bench.open();
    bench.run(3600);
    CHECK(bench.good() >= 12 * 4);
    CHECK(bench.good() <= 12 * 7);
    CHECK(bench.lit == Approx(12 * 35).margin(12 * 2));
    CHECK(bench.told.failures().empty());
    const auto last = bench.told.sets().back().samples;
    CHECK(last.back().value * 3600 == Approx(bench.lit).margin(15));
    CHECK(last.size() == channels_of(bench.settings->model()).size());
  }
}

TEST_CASE("values of the warm-up are uncertain", "[sensors][dust]") {
  Bench bench;
  bench.open();
  bench.run(29);
  REQUIRE_FALSE(bench.told.sets().empty());
  for (const auto& set : bench.told.sets()) {
    CHECK(set.samples[0].value == Approx(123.6));
    CHECK(set.samples[1].quality == Quality::uncertain);
    CHECK(set.samples[1].why == flaw::warming_up);
  }
  CHECK(bench.told.sets()[0].samples.back().quality == Quality::good);  // the hours are what they are
  bench.run(4);
  CHECK(bench.good() >= 2);
}

TEST_CASE("a sensor that nobody answers for is told, and asked again seldom", "[sensors][dust][K7]") {
  Bench bench;
  bench.answers.clear();
  bench.open();
  bench.run(60);
  REQUIRE_FALSE(bench.told.failures().empty());
  CHECK(bench.told.failures()[0] == "no answer within 3s");
  CHECK(bench.said.size() <= 16);
  bench.answers = Bench().answers;
  bench.run(60);
  CHECK(bench.good() > 0);
}

TEST_CASE("bytes that are no frames are told as such", "[sensors][dust][K7]") {
  Bench bench;
  bench.answers.clear();
  bench.open();
  bench.hear("12.5;40\r\n");
  bench.run(4);
  REQUIRE_FALSE(bench.told.failures().empty());
  CHECK(bench.told.failures()[0] == "9 bytes came and no frame among them; is it a sds011?");
}

TEST_CASE("a sensor that falls silent while it works is told and woken again", "[sensors][dust][K7]") {
  Bench bench;
  bench.settings->rest = {};
  bench.open();
  bench.run(40);
  bench.works = false;
  const auto answers = std::exchange(bench.answers, {});
  bench.run(10);
  REQUIRE(bench.told.failures().size() >= 1);
  CHECK(bench.told.failures()[0] == "no value for 5s though it was woken");
  bench.answers = answers;
  bench.run(60);
  CHECK(bench.told.sets().back().samples[0].quality == Quality::good);
  CHECK(bench.told.sets().back().samples[0].at.steady >= at(105).steady);
}

TEST_CASE("frames that are mostly damaged are told with their number", "[sensors][dust][K7]") {
  Bench bench;
  bench.open();
  bench.run(2);
  auto bad = sds_values;
  bad[8] = 0;
  for (int i = 0; i < 8; ++i) bench.hear(bad);
  bench.run(1);
  REQUIRE(bench.told.failures().size() == 1);
  CHECK(bench.told.failures()[0].starts_with("8 of 1"));
  CHECK(bench.told.failures()[0].ends_with("frames damaged: wrong length or checksum"));
  for (int i = 0; i < 100; ++i) bench.hear(bad);
  bench.run(5);
  CHECK(bench.told.failures().size() == 1);
}

TEST_CASE("an SDS011 that waits for questions or sleeps by itself is set right, one that does not is not written to",
          "[sensors][dust]") {
  Bench fine;
  fine.open();
  fine.run(5);
  CHECK(fine.count(sds_command(2, 1, 0)) == 0);
  CHECK(fine.count(sds_command(8, 1, 0)) == 0);
  CHECK(fine.told.texts() == std::vector<std::string>{"SDS011 a160, firmware 18-11-16"});

  Bench quiet;
  quiet.answers[sds_command(2)] = sds_query_mode_answer;
  quiet.answers[sds_command(2, 1, 0)] = std::string("\xAA\xC5\x02\x01\x00\x00\xA1\x60\x04\xAB", 10);
  quiet.answers[sds_command(8)] = std::string("\xAA\xC5\x08\x00\x05\x00\xA1\x60\x0E\xAB", 10);
  quiet.answers[sds_command(8, 1, 0)] = std::string("\xAA\xC5\x08\x01\x00\x00\xA1\x60\x0A\xAB", 10);
  quiet.open();
  quiet.run(1000);
  CHECK(quiet.count(sds_command(2, 1, 0)) == 4);  // once each time it is woken, as it says each time that it is wrong
  CHECK(quiet.count(sds_command(8, 1, 0)) == 4);
}

TEST_CASE("a sensor that does not obey is heard all the same, and its laser is counted", "[sensors][dust]") {
  Bench bench("pms7003");
  bench.answers.clear();
  bench.works = true;  // it has no line for our words
  bench.open();
  for (int i = 0; i < 600; ++i) {
    bench.works = true;
    bench.run(1);
  }
  CHECK(bench.good() > 400);
  CHECK(bench.told.texts() == std::vector<std::string>{"does not sleep when it is told to: its laser runs on",
                                                       "does not sleep when it is told to: its laser runs on"});
  CHECK(bench.told.sets().back().samples.back().value * 3600 > 590);
}

TEST_CASE("a sensor that is unplugged begins anew, with its hours", "[sensors][dust]") {
  Bench bench;
  bench.open();
  bench.run(33);
  const double before = bench.told.sets().back().samples.back().value;
  bench.hear(sds_values.substr(0, 5));
  bench.now += 1000;
  bench.works = false;
  bench.duty->opened(at(bench.now));
  bench.run(3);
  const auto last = bench.told.sets().back().samples;
  CHECK(last[0].why == flaw::warming_up);
  CHECK(last.back().value * 3600 == Approx(before * 3600 + 3).margin(2));
}

TEST_CASE("the laser is put to rest when nobody listens any more", "[sensors][dust]") {
  Bench bench;
  bench.open();
  bench.run(5);
  CHECK(bench.duty->farewell() == sds_command(6, 1, 0));
  bench.run(60);
  CHECK(bench.duty->farewell().empty());
}

}  // namespace kuzet::drivers::particulate
