// SPDX-License-Identifier: Apache-2.0
// Films of alerts: what they show, when they are announced, and that nothing waits for them.
#include "agent/run/films.hpp"

#include "agent/outbox/verify.hpp"
#include "agent/run/recorder.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/player.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <fstream>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::string clip_yaml = R"(
node: {id: n1, site: s}
cameras:
  - id: yard
    source: x.mp4
    clip: {before: 2s, after: 3s, rate: 4, width: 320}
    privacy: [[[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]]
    detect: [{type: fire, evidence: clip}]
  - id: gate
    source: x.mp4
    detect: [{type: fire}]
)";

struct TestClock final : Clock {
  double second = 0;
  [[nodiscard]] Moment now() const override { return test::at(second); }
};

/// Bright, with a chequered stranger in the lower right corner who is known to be there.
Frame picture(double second, int width = 640, int height = 360) {
  Frame out;
  out.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(200));
  for (int y = height / 2; y < height; ++y)
    for (int x = width / 2; x < width; ++x) out.luma.at<unsigned char>(y, x) = ((x / 8 + y / 8) % 2 == 0) ? 20 : 235;
  out.cb = cv::Mat(height / 2, width / 2, CV_8UC1, cv::Scalar(128));
  out.cr = out.cb.clone();
  out.full_range = true;
  out.taken = test::at(second);
  out.persons = {{0.5, 0.5, 0.5, 0.5}};
  return out;
}

AlertEvent event(double second, Phase phase = Phase::opened, const std::string& id = "a1", const std::string& camera = "yard") {
  AlertEvent out;
  out.phase = phase;
  out.at = test::at(second);
  out.alert.id = id;
  out.alert.source = camera;
  out.alert.rule = camera + "/fire";
  if (phase == Phase::closed) out.alert.ended = test::at(second);
  return out;
}

/// Films, a recorder and a store, as the agent has them.
struct Studio {
  explicit Studio(
      std::function<void(outbox::Options&)> change = [](outbox::Options&) {}, bool metered = false) {
    options.folder = folder / "store";
    change(options);
    keeper.emplace(test::open_store(options), home.poster());
    Recorder::About about{{"n1", "s", "", {}, "1f7a"}, "boot-a", {}, {}, {}, {"yard/quiet"}, metered};
    recorder.emplace(*keeper, about, uplink::Backoff([] { return 0.0; }, 1s, 60s), say(),
                     [this](const AlertEvent& step, const outbox::Stamp&) {
                       steps.push_back(step.alert.id + " " + std::string(name(step.phase)));
                     });
    films.emplace(
        all, *keeper, home.poster(), clock,
        [this](AlertEvent step, FilmOfAlert film) { recorder->record(std::move(step), {}, clock.now(), std::move(film)); },
        say());
  }
  Studio(const Studio&) = delete;
  Studio& operator=(const Studio&) = delete;

  std::function<void(const std::string&)> say() {
    return [this](const std::string& sentence) { said.push_back(sentence); };
  }
  /// The camera shows pictures as often as detectors look, each brought home before the next.
  void shows(double from, double to, double every = 0.2, const std::string& camera = "yard") {
    for (clock.second = from; clock.second < to - 1e-9; clock.second += every) {
      films->show(camera, picture(clock.second));
      settle();
    }
  }
  void happens(const AlertEvent& step, const Frame& frame = {}) {
    films->follow(step);
    recorder->record(step, frame, clock.now());
  }
  /// All that is on its way home comes home; pictures that are compressed are waited for.
  void settle() {
    while (films->compressing() > 0 || home.waiting() > 0) home.run(1);
  }
  /// Until nothing is being made any more.
  void ends() {
    while (!films->idle() || !recorder->idle()) home.run(1);
  }
  outbox::Outbox reopened() {
    films.reset();
    keeper.reset();
    return test::open_store(options);
  }

  test::TempFolder folder;
  outbox::Options options = test::options_for(folder.path());
  Configuration all = parse(clip_yaml, "kuzet.yaml", {}).value();
  TestClock clock;
  test::Home home;
  std::vector<std::string> said, steps;
  std::optional<outbox::Keeper> keeper;
  std::optional<Recorder> recorder;
  std::optional<Films> films;
};

std::vector<json::object> bodies(outbox::Outbox& store) {
  std::vector<json::object> out;
  for (const auto& one : store.page(test::page_of(outbox::Shelf::unsent), test::at(0)).value())
    out.push_back(json::parse(one.body).as_object());
  return out;
}

/// The film that waits to be sent, played.
test::Played played(outbox::Outbox& store, const std::filesystem::path& folder) {
  const auto film = store.next_picture().value();
  REQUIRE(film.has_value());
  CHECK(film->about.film);
  CHECK(test::starts_fast(film->content));
  std::ofstream(folder / "played.mp4", std::ios::binary) << film->content;
  return test::play(folder / "played.mp4");
}

int at(const test::Shown& shown, double x, double y) {
  return shown.luma.at<unsigned char>(static_cast<int>(y * shown.luma.rows), static_cast<int>(x * shown.luma.cols));
}

}  // namespace

TEST_CASE("an alert gets a film of the time before and after, announced after it by an event of its own", "[K1][evidence]") {
  Studio studio;
  studio.shows(0, 10);
  studio.happens(event(10));
  studio.shows(10, 14);
  studio.ends();
  CHECK(studio.steps == std::vector<std::string>{"a1 opened", "a1 updated"});
  CHECK(studio.said.empty());
  auto store = studio.reopened();
  const auto events = bodies(store);
  REQUIRE(events.size() == 2);
  CHECK(events[0].at("evidence").as_array().empty());
  const auto announced = events[1].at("evidence").as_array().at(0).as_object();
  const auto film = store.next_picture().value();
  REQUIRE(film.has_value());
  CHECK(announced.at("sha256").as_string() == outbox::sha256(film->content));
  CHECK(announced.at("bytes") == film->content.size());
  CHECK(announced.at("type") == "video/mp4");
  CHECK_FALSE(announced.contains("held"));
  CHECK(announced.at("taken").as_string() == rfc3339(test::at(8).wall));
  CHECK(std::abs(announced.at("duration_s").to_number<double>() - 5) < 0.4);
  CHECK(film->about.topic == "kuzet/v1/s/n1/evidence/a1/1");
  const auto film_played = played(store, studio.folder.path());
  CHECK(film_played.width == 320);
  CHECK(film_played.height == 180);
  CHECK(film_played.pictures.size() >= 18);
  CHECK(film_played.pictures.size() <= 21);
  CHECK(std::abs(static_cast<double>(film_played.pictures.back().milliseconds) - 4800) < 300);
  const auto verdict = outbox::verify(studio.options.folder, std::nullopt).value();
  CHECK(verdict.faults.empty());
  CHECK(verdict.pictures == 1);
}

TEST_CASE("what is private is grey in every picture of a film, and nobody can be told", "[K5][evidence]") {
  Studio studio;
  studio.shows(0, 4);
  studio.happens(event(4));
  studio.shows(4, 8);
  studio.ends();
  auto store = studio.reopened();
  const auto film = played(store, studio.folder.path());
  REQUIRE(film.pictures.size() > 10);
  for (const auto& one : film.pictures) {
    CHECK(std::abs(at(one, 0.25, 0.25) - 126) < 8);  // mid-grey in video levels
    CHECK(std::abs(at(one, 0.49, 0.02) - 126) < 12);
    CHECK(std::abs(at(one, 0.75, 0.25) - 188) < 8);  // what is not private is as it was
    for (double x = 0.55; x < 0.95; x += 0.05) CHECK(std::abs(at(one, x, 0.75) - 126) < 25);  // no chequers left
  }
}

TEST_CASE("an uncovered picture is not in the ring", "[K5][evidence]") {
  Studio studio;
  studio.shows(0, 1);
  CHECK(studio.films->bytes() > 0);
  CHECK(studio.films->bytes() < 6 * 12'000);
  studio.films->show("gate", picture(1));  // no rule of this camera wants films
  CHECK(studio.films->compressing() == 0);
}

TEST_CASE("the ring takes as many pictures a second as it is told, however often detectors look", "[evidence]") {
  for (const double every : {0.04, 0.1, 0.2}) {
    Studio studio;
    studio.shows(0, 10, every);
    studio.happens(event(10));
    studio.films->finish();
    studio.ends();
    auto store = studio.reopened();
    const auto film = played(store, studio.folder.path());
    CHECK(film.pictures.size() >= 7);
    CHECK(film.pictures.size() <= 9);  // of two seconds
  }
}

TEST_CASE("the film of an alert that is over shows what there is, and is told without opening it again", "[K3][evidence]") {
  Studio studio;
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.shows(5, 6);
  studio.happens(event(6, Phase::closed));
  studio.shows(6, 10);
  studio.ends();
  CHECK(studio.steps == std::vector<std::string>{"a1 opened", "a1 closed", "a1 closed"});
  auto store = studio.reopened();
  const auto events = bodies(store);
  CHECK(events.at(1).at("evidence").as_array().empty());
  CHECK(events.at(2).at("evidence").as_array().size() == 1);
  CHECK(events.at(2).at("ended") == events.at(1).at("ended"));
  CHECK(std::abs(played(store, studio.folder.path()).seconds - 3) < 0.5);
  CHECK(store.open_states().value().empty());
}

TEST_CASE("an alert that is over while its film is made is not opened again by it", "[K3][evidence]") {
  Studio studio;
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.films->finish();
  studio.happens(event(5.1, Phase::closed));
  studio.ends();
  CHECK(studio.steps.back() == "a1 closed");
}

TEST_CASE("an agent that stops in mid-film makes it of what there is", "[evidence]") {
  Studio studio;
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.shows(5, 6);
  CHECK_FALSE(studio.films->idle());
  studio.films->finish();
  studio.ends();
  CHECK(studio.steps == std::vector<std::string>{"a1 opened", "a1 updated"});
  auto store = studio.reopened();
  CHECK(std::abs(played(store, studio.folder.path()).seconds - 3) < 0.5);
}

TEST_CASE("a camera that shows nothing more does not keep its film waiting", "[K7][evidence]") {
  Studio studio;
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.films->tick(test::at(10));
  CHECK(studio.films->idle() == false);
  studio.films->tick(test::at(11));
  studio.ends();
  CHECK(studio.steps.back() == "a1 updated");
  studio.happens(event(20, Phase::opened, "a2"));
  studio.films->tick(test::at(30));
  studio.ends();
  REQUIRE(studio.said.size() == 1);
  CHECK(studio.said[0] == "evidence: alert a2 goes without its film: the camera showed nothing");
}

TEST_CASE("an alert that becomes graver gets a film too", "[evidence]") {
  Studio studio;
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.shows(5, 10);
  studio.ends();
  studio.happens(event(10, Phase::escalated));
  studio.shows(10, 14);
  studio.ends();
  CHECK(studio.steps == std::vector<std::string>{"a1 opened", "a1 updated", "a1 escalated", "a1 updated"});
  auto store = studio.reopened();
  CHECK(bodies(store).at(3).at("evidence").as_array().at(0).as_object().at("n") == 2);
}

TEST_CASE("an alert does not wait for a film that is being made", "[K1][evidence]") {
  Studio studio;
  for (auto& camera : studio.all.cameras) camera.clip.before = 30s;
  studio.films.emplace(
      studio.all, *studio.keeper, studio.home.poster(), studio.clock,
      [&](AlertEvent step, FilmOfAlert film) {
        studio.recorder->record(std::move(step), {}, studio.clock.now(), std::move(film));
      },
      studio.say());
  studio.shows(0, 30);
  studio.happens(event(30));
  while (!studio.recorder->idle()) studio.home.run(1);
  studio.films->finish();  // 120 pictures
  studio.happens(event(30, Phase::opened, "a2"), picture(30));
  while (studio.steps.size() < 2) studio.home.run(1);
  CHECK(studio.steps == std::vector<std::string>{"a1 opened", "a2 opened"});
  CHECK_FALSE(studio.films->idle());
  studio.films->finish();
  studio.ends();
  CHECK(studio.steps.size() == 4);
}

TEST_CASE("where there is no room for a film the alert is there without it, and that is said", "[K1][K4][evidence]") {
  Studio studio([](outbox::Options& options) { options.evidence_budget = 1000; });
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.shows(5, 9);
  studio.ends();
  CHECK(studio.steps == std::vector<std::string>{"a1 opened"});
  REQUIRE(studio.said.size() == 1);
  CHECK(studio.said[0].starts_with("evidence: alert a1 goes without its film: "));
  for (const auto& entry : std::filesystem::directory_iterator(studio.options.folder / "evidence")) FAIL(entry.path());
}

TEST_CASE("over a metered link a film stays on the board, and its alert says so", "[evidence]") {
  Studio studio([](outbox::Options&) {}, true);
  studio.shows(0, 5);
  studio.happens(event(5));
  studio.films->finish();
  studio.ends();
  auto store = studio.reopened();
  CHECK(bodies(store).at(1).at("evidence").as_array().at(0).as_object().at("held") == true);
  CHECK_FALSE(store.next_picture({false, true}).value().has_value());
  CHECK(store.counts().value().films == 1);
  CHECK(store.counts().value().pictures == 0);
}

TEST_CASE("too many alerts at once cost no more memory than the films that are taken", "[evidence]") {
  Studio studio;
  studio.shows(0, 3);
  const auto ring = studio.films->bytes();
  for (int i = 0; i < 20; ++i) studio.happens(event(3, Phase::opened, "a" + std::to_string(i)));
  CHECK(studio.films->bytes() == ring);  // films share their pictures
  CHECK(studio.said.size() == 12);
  studio.films->finish();
  studio.ends();
  CHECK(studio.steps.size() == 28);
}

TEST_CASE("a rule that wants no evidence stores none", "[evidence]") {
  Studio studio;
  auto quiet = event(1);
  quiet.alert.rule = "yard/quiet";
  quiet.before = std::make_shared<const Frame>(picture(0));
  quiet.before_is_new = true;
  quiet.earlier = {quiet.before};
  studio.shows(0, 1);
  studio.happens(quiet, picture(1));
  studio.ends();
  auto store = studio.reopened();
  CHECK(bodies(store).at(0).at("evidence").as_array().empty());
  CHECK(store.counts().value().pictures == 0);
}

}  // namespace kuzet::run
