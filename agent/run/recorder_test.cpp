// SPDX-License-Identifier: Apache-2.0
// From events to the store: in order, again until the disk takes them, with the picture or without.
#include "agent/run/recorder.hpp"

#include "agent/evidence/picture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <map>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::vector<Polygon> privacy{{{0, 0}, {0.5, 0}, {0.5, 0.5}, {0, 0.5}}};

AlertEvent event(const std::string& id, Phase phase = Phase::opened) {
  AlertEvent out;
  out.phase = phase;
  out.at = test::at(0);
  out.alert.id = id;
  out.alert.source = "yard";
  out.alert.rule = "yard/fire";
  if (phase == Phase::closed) out.alert.ended = test::at(10);
  return out;
}

Frame frame(int width = 64, int height = 48) {
  Frame out;
  out.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(200));
  out.cb = cv::Mat(height / 2, width / 2, CV_8UC1, cv::Scalar(128));
  out.cr = cv::Mat(height / 2, width / 2, CV_8UC1, cv::Scalar(128));
  out.taken = test::at(0);
  return out;
}

using Words = std::vector<std::string>;

/// A recorder, its keeper and a disk that refuses when the test says so.
struct Desk {
  explicit Desk(std::uint64_t budget = 1 << 30) {
    options.evidence_budget = budget;
    keeper.emplace(test::open_store(options), home.poster());
    recorder.emplace(
        *keeper,
        Recorder::About{
            {"n07", "site", "", {}, "1f7a"}, "boot-a", {{"yard", privacy}}, {{"yard/fire", 60s}}, {"yard/illegal_parking/bay"}},
        uplink::Backoff([] { return 0.0; }, 1s, 60s), [this](const std::string& sentence) { said.push_back(sentence); },
        [this](const AlertEvent& step, const outbox::Stamp& stamp) {
          recorded.push_back(step.alert.id + " " + std::to_string(stamp.seq));
        });
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// From now on the disk takes no event.
  void refuses() { sql("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(FAIL, 'the disk says no'); END"); }
  void takes() { sql("DROP TRIGGER full"); }
  void sql(const std::string& text) const {
    outbox::Database::open((folder / "kuzet.db").string(), outbox::Database::Mode::write).value().execute(text).value();
  }
  void record(AlertEvent step, Frame shows = {}) { recorder->record(std::move(step), std::move(shows), test::at(second)); }
  void ticks(double seconds) {
    second += seconds;
    recorder->tick(test::at(second));
  }
  /// Ends the keeper and opens the store as the next start would.
  outbox::Outbox reopened() {
    keeper.reset();
    return test::open_store(options);
  }

  test::TempFolder folder;
  outbox::Options options = test::options_for(folder.path());
  test::Home home;
  Words said, recorded;
  double second = 0;
  std::optional<outbox::Keeper> keeper;
  std::optional<Recorder> recorder;
};

json::object body(outbox::Outbox& store, std::uint64_t after = 0) {
  const outbox::Page page{outbox::Shelf::unsent, static_cast<std::int64_t>(after), 1, {}};
  return json::parse(store.page(page, test::at(0)).value().at(0).body).as_object();
}

/// Of all pictures that wait to be sent, in their order.
std::vector<cv::Size> sizes_of_pictures(outbox::Outbox& store) {
  std::vector<cv::Size> out;
  while (auto picture = store.next_picture().value()) {
    out.push_back(evidence::read_jpeg(picture->content).value().luma.size());
    store.picture_sent(picture->about.alert, picture->about.n).value();
  }
  return out;
}

}  // namespace

TEST_CASE("events are recorded one after the other, in the order in which they came", "[K1]") {
  Desk desk;
  for (int i = 1; i <= 10; ++i) desk.record(event("a" + std::to_string(i)));
  CHECK_FALSE(desk.recorder->idle());
  desk.home.run(10);
  CHECK(desk.recorder->idle());
  Words wanted;
  for (int i = 1; i <= 10; ++i) wanted.push_back("a" + std::to_string(i) + " " + std::to_string(i));
  CHECK(desk.recorded == wanted);
  CHECK(desk.said.empty());
}

TEST_CASE("an event that the disk does not take is tried again until it does, and those behind it wait", "[K1]") {
  Desk desk;
  desk.refuses();
  desk.record(event("a1"));
  desk.home.run(1);
  desk.record(event("a2"));
  desk.ticks(0.5);  // too soon
  CHECK(desk.home.waiting() == 0);
  for (int i = 0; i < 5; ++i) {
    desk.ticks(61);
    desk.home.run(1);
  }
  CHECK(desk.recorded.empty());
  REQUIRE(desk.said.size() == 1);  // once, not six times
  CHECK(desk.said[0].find("the disk says no; the alert waits in memory") != std::string::npos);
  CHECK(desk.recorder->unwritten().find("the disk says no") != std::string::npos);
  desk.takes();
  desk.ticks(61);
  desk.home.run(2);
  CHECK(desk.recorded == Words{"a1 1", "a2 2"});
  CHECK(desk.said.back() == "store: writing again");
  CHECK(desk.recorder->unwritten().empty());
  CHECK(desk.recorder->idle());
}

TEST_CASE("an event comes with its picture, private places covered", "[K1][K5]") {
  Desk desk;
  desk.record(event("a1"), frame());
  desk.home.run(1);
  auto store = desk.reopened();
  const auto picture = store.next_picture().value();
  REQUIRE(picture.has_value());
  CHECK(picture->content == evidence::jpeg(frame(), privacy).value());
  CHECK(picture->content != evidence::jpeg(frame(), {}).value());
  CHECK(picture->about.topic == "kuzet/v1/site/n07/evidence/a1/1");
  const auto announced = body(store).at("evidence").as_array().at(0).as_object();
  CHECK(announced.at("n") == 1);
  CHECK(announced.at("sha256").as_string() == picture->about.sha256);
  CHECK(announced.at("bytes") == picture->content.size());
  CHECK(announced.at("taken").as_string() == rfc3339(test::at(0).wall));
}

TEST_CASE("an event that was tried again has its picture once", "[K1]") {
  Desk desk;
  desk.refuses();
  desk.record(event("a1"), frame());
  desk.home.run(1);
  desk.takes();
  desk.ticks(61);
  desk.home.run(1);
  auto store = desk.reopened();
  CHECK(store.counts().value().pictures == 1);
  CHECK(store.next_picture().value()->about.n == 1);
  CHECK(body(store).at("evidence").as_array().size() == 1);
}

TEST_CASE("an event whose picture cannot be kept goes without it, and that is said", "[K1][K4]") {
  Desk desk(10);
  desk.record(event("a1"), frame());
  desk.home.run(1);
  CHECK(desk.recorded == Words{"a1 1"});
  REQUIRE(desk.said.size() == 1);
  CHECK(desk.said[0] == "evidence: alert a1 goes without a picture: the picture is larger than the whole evidence budget");
  auto store = desk.reopened();
  CHECK(body(store).at("evidence").as_array().empty());
}

TEST_CASE("a picture that makes a library throw costs the picture and no more", "[K1][K7]") {
  Desk desk;
  Frame odd = frame();
  odd.cb = cv::Mat();
  desk.record(event("a1"), odd);
  desk.home.run(1);
  CHECK(desk.recorded == Words{"a1 1"});
  REQUIRE(desk.said.size() == 1);
  CHECK(desk.said[0].starts_with("evidence: alert a1 goes without a picture: fault: "));
}

TEST_CASE("an update brings no picture, an escalation and the end do") {
  Desk desk;
  for (const auto phase : {Phase::opened, Phase::updated, Phase::escalated, Phase::closed})
    desk.record(event("a1", phase), frame());
  desk.home.run(4);
  auto store = desk.reopened();
  CHECK(store.counts().value().pictures == 3);
  CHECK(body(store, 1).at("evidence").as_array().empty());
  CHECK(body(store, 3).at("evidence").as_array().size() == 1);
}

TEST_CASE("while the disk takes nothing, pictures do not fill the memory, and no event is lost", "[K1][K4]") {
  Desk desk;
  desk.refuses();
  for (int i = 0; i < 100; ++i) desk.record(event("a" + std::to_string(i)), frame(1280, 720));
  desk.home.run(1);
  desk.takes();
  desk.ticks(61);
  desk.home.run(100);
  CHECK(desk.recorded.size() == 100);
  CHECK(desk.reopened().counts().value().pictures == 12);  // 16 MiB of 1280 x 720 pictures
}

TEST_CASE("an open alert can be restored until it is closed, and then its cooldown until that is over", "[K1][K3]") {
  Desk desk;
  desk.record(event("a1"));
  desk.record(event("a2"));
  desk.record(event("a1", Phase::closed));
  auto cools_not = event("a3");
  cools_not.alert.rule = "yard/illegal_parking/a";
  desk.record(cools_not);
  cools_not.phase = Phase::closed;
  desk.record(cools_not);
  desk.home.run(5);
  auto store = desk.reopened();
  std::map<std::string, bool> restored;
  for (const auto& state : store.open_states().value()) {
    const auto alert = uplink::read_open_state(state).value().alert;
    restored[alert.id] = alert.ended.has_value();
  }
  CHECK(restored == std::map<std::string, bool>{{"a1", true}, {"a2", false}});
}

TEST_CASE("times from before the clock was set are right in every event that is recorded after it was", "[K3][trap]") {
  Desk desk;
  AlertEvent late = event("a1", Phase::closed);
  late.alert.started = late.alert.confirmed = {test::at(-100).steady, Wall(10s), ClockState::unsynced};
  desk.record(late);
  desk.home.run(1);
  auto store = desk.reopened();
  const auto sent = body(store);
  CHECK(sent.at("started").as_string() == rfc3339(test::at(-100).wall));
  CHECK(sent.at("ended").as_string() == rfc3339(test::at(10).wall));
  CHECK(sent.at("clock").as_string() == "corrected");
}

TEST_CASE("how it was before is kept with the event that first tells it, and the picture of now shows the same part") {
  Desk desk;
  auto before = std::make_shared<Frame>(evidence::cut(frame(640, 480), {0.25, 0.25, 0.25, 0.25}));
  AlertEvent opened = event("a1");
  opened.alert.rule = "yard/illegal_parking/bay";
  opened.alert.box = {0.3, 0.3, 0.1, 0.1};
  opened.before = before;
  opened.before_is_new = true;
  AlertEvent closed = opened;
  closed.phase = Phase::closed;
  closed.alert.ended = test::at(10);
  closed.before_is_new = false;
  desk.record(opened, frame(640, 480));
  desk.record(closed, frame(640, 480));
  desk.home.run(2);
  auto store = desk.reopened();
  CHECK(body(store).at("evidence").as_array().size() == 2);
  CHECK(body(store, 1).at("evidence").as_array().size() == 1);
  CHECK(sizes_of_pictures(store) == std::vector<cv::Size>(3, cv::Size(160, 120)));
}

TEST_CASE("a close-up without an earlier picture shows what is around the thing") {
  Desk desk;
  AlertEvent opened = event("a1");
  opened.alert.rule = "yard/illegal_parking/bay";
  opened.alert.box = {0.4, 0.4, 0.2, 0.2};
  desk.record(opened, frame(640, 480));
  desk.home.run(1);
  auto store = desk.reopened();
  CHECK(sizes_of_pictures(store) == std::vector<cv::Size>{{256, 192}});
}

}  // namespace kuzet::run
