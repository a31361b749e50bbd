// SPDX-License-Identifier: Apache-2.0
// Which configuration runs: after an edit, a trial, a restart, a crash, a word of the control centre.
#include "agent/run/configurations_fixture.hpp"

using namespace kuzet;
using namespace kuzet::run;
using namespace std::chrono_literals;
using test::at;
namespace json = boost::json;

TEST_CASE("a first configuration is on trial and becomes the last good one", "[K6][trial]") {
  Board place;
  auto all = place.run(0);
  CHECK(Board::state(*all, 1) == "trial");
  CHECK(all->about(at(1)).at("ends_s") == 99);
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 1, 100).has_value());
  CHECK(Board::state(*all, 100) == "good");
  CHECK_FALSE(all->fault().has_value());
  all = place.run(200);  // the same again has nothing to prove
  CHECK(Board::state(*all, 200) == "good");
}

TEST_CASE("a wrong edit changes nothing, is told with file, line and key, and is over when it is put right", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  place.spoil();
  const auto again = all->reread(at(101));
  REQUIRE(again.has_error());
  CHECK(has(again.error().what, "kuzet.yaml:4:1: cmaeras: unknown key; did you mean \"cameras\"?"));
  REQUIRE(all->fault().has_value());
  const auto fault = *all->fault();
  CHECK(has(word(fault, "what"), "kuzet.yaml:4:1: cmaeras"));
  CHECK(has(word(fault, "do"), "kuzet check"));
  CHECK(word(fault, "running") == place.running);
  CHECK(word(fault, "refused") != place.running);
  CHECK(word(fault, "refused") == word(all->about(at(101)), "file"));
  CHECK(Board::state(*all, 101) == "wrong");
  CHECK(word(all->reported().at("file").as_object(), "state") == "wrong");
  place.write("");
  CHECK(all->reread(at(102)).has_value());
  CHECK_FALSE(all->fault().has_value());
  CHECK(Board::state(*all, 102) == "good");
}

TEST_CASE("a file that names a password that cannot be read is wrong before anything stops for it", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  place.write("uplink: {servers: [\"mqtt://127.0.0.1:1\"], password_file: /nowhere/password}\n");
  const auto again = all->reread(at(101));
  REQUIRE(again.has_error());
  CHECK(has(again.error().what, "uplink.password_file"));
}

TEST_CASE("an edit that loses the broker is taken back after its trial, and not tried again as it is", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  place.write("cpu: 50\n");
  const auto next = all->reread(at(101));
  REQUIRE(next.has_value());
  CHECK(next->cpu == 50);
  CHECK(Board::state(*all, 101) == "trial");
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 102, 201).has_value());
  const auto back = pass_time(*all, Board::cut_off(), 202, 210);
  REQUIRE(back.has_value());
  CHECK(back->fingerprint == place.running);
  CHECK(Board::state(*all, 210) == "rolled_back");
  REQUIRE(all->fault().has_value());
  CHECK(has(word(*all->fault(), "what"), "the broker worked before and does not work under it"));
  CHECK(word(*all->fault(), "refused") == next->fingerprint);
  CHECK(word(all->reported().at("file").as_object(), "state") == "rolled_back");
  CHECK(has(place.said, "is taken back: the broker"));

  SECTION("the same file again is refused, also after a restart, which says so") {
    const auto again = all->reread(at(300));
    REQUIRE(again.has_error());
    CHECK(has(again.error().what, "was taken back"));
    all->close(at(301));
    place.said.clear();
    const auto good = place.running;
    all = place.run(302);
    CHECK(place.running == good);
    CHECK(has(place.said, "the one that was taken back"));
    CHECK(Board::state(*all, 302) == "rolled_back");
    CHECK(all->fault().has_value());
    CHECK_FALSE(pass_time(*all, Board::cut_off(), 303, 600).has_value());
  }
  SECTION("a changed one is tried anew") {
    place.write("cpu: 50 # once more\n");
    REQUIRE(all->reread(at(300)).has_value());
    CHECK(Board::state(*all, 300) == "trial");
    CHECK_FALSE(all->fault().has_value());
  }
  SECTION("the last good one put back is simply good") {
    place.write("");
    REQUIRE(all->reread(at(300)).has_value());
    CHECK(Board::state(*all, 300) == "good");
  }
}

TEST_CASE("an edit with a restart in the place of a reload is on trial against what worked before it", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  const auto good = place.running;
  if (GENERATE(true, false)) all->close(at(101));  // or a power cut
  place.write("cpu: 50\n");
  all = place.run(102);
  CHECK(place.running != good);
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 103, 202).has_value());
  const auto back = pass_time(*all, Board::cut_off(), 203, 203);
  REQUIRE(back.has_value());
  CHECK(back->fingerprint == good);
}

TEST_CASE("a wrong file at the start of a service runs the last good one, and by hand, or without one, nothing runs",
          "[K6][trial]") {
  SECTION("service") {
    Board place;
    place.settled()->close(at(101));
    const auto good = place.running;
    place.spoil();
    auto all = place.run(102);
    CHECK(place.running == good);
    CHECK(has(place.said, "the configuration file is wrong, so the last good one runs"));
    CHECK(has(place.said, "cmaeras"));
    REQUIRE(all->fault().has_value());
    CHECK(has(word(*all->fault(), "what"), "kuzet.yaml:4:1: cmaeras"));
    CHECK(has(all->line(), "wrong"));
    CHECK_FALSE(pass_time(*all, Board::cut_off(), 103, 900).has_value());
    std::filesystem::remove(place / "kuzet.yaml");
    all = place.run(1000);
    CHECK(place.running == good);
    CHECK(all->about(at(1000)).at("file").is_null());
  }
  SECTION("service that never had a good one") {
    Board place;
    place.spoil();
    const auto first = place.make()->begin(at(0));
    REQUIRE(first.has_error());
    CHECK(first.error().code == Code::config);
    CHECK(has(first.error().what, "kuzet.yaml:4:1: cmaeras"));
  }
  SECTION("by hand") {
    Board place(false);
    place.settled()->close(at(101));
    place.spoil();
    CHECK(place.make()->begin(at(102)).has_error());
  }
}

TEST_CASE("a configuration under which the agent dies three times is taken back", "[K6][trial]") {
  Board place;
  place.settled()->close(at(101));
  const auto good = place.running;
  place.write("cpu: 50\n");
  for (int death = 0; death < 3; ++death) {
    auto all = place.run(200 + death);
    CHECK(place.running != good);
    CHECK(Board::state(*all, 200 + death) == "trial");
  }
  auto all = place.run(300);
  CHECK(place.running == good);
  CHECK(Board::state(*all, 300) == "rolled_back");
  CHECK(has(word(*all->fault(), "what"), "the agent ended 3 times under it"));
  all = place.run(301);
  CHECK(place.running == good);
}

TEST_CASE("a restart in good order in the middle of a trial is no death", "[K6][trial]") {
  Board place;
  place.settled()->close(at(101));
  place.write("cpu: 50\n");
  for (int i = 0; i < 10; ++i) {
    auto all = place.run(200 + i);
    CHECK(Board::state(*all, 200 + i) == "trial");
    all->close(at(200 + i));
  }
}

TEST_CASE("a configuration with which the agent cannot start is taken back at once", "[K6][trial]") {
  Board place;
  place.settled()->close(at(101));
  const auto good = place.running;
  place.write("cpu: 50\n");
  auto all = place.make();
  REQUIRE(all->begin(at(200)).has_value());
  CHECK_FALSE(all->failed({Code::busy, "another agent runs"}, false, at(200)).has_value());
  const auto back = all->failed({Code::io, "outputs: no such line"}, true, at(200));
  REQUIRE(back.has_value());
  CHECK(back->fingerprint == good);
  CHECK_FALSE(all->failed({Code::io, "outputs: no such line"}, true, at(200)).has_value());
}

TEST_CASE("an edit during a trial begins it anew against what worked before the first", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  place.write("cpu: 50\n");
  REQUIRE(all->reread(at(101)).has_value());
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 102, 190).has_value());
  place.write("cpu: 51\n");
  REQUIRE(all->reread(at(190)).has_value());
  place.spoil();
  CHECK(all->reread(at(191)).has_error());
  CHECK(Board::state(*all, 191) == "trial");
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 191, 290).has_value());
  const auto back = pass_time(*all, Board::cut_off(), 291, 292);
  REQUIRE(back.has_value());
  CHECK(back->fingerprint == place.running);
  CHECK(Board::state(*all, 292) == "wrong");
}

TEST_CASE("settings of the control centre are laid over the file, tried, applied, kept and taken back", "[K6][remote]") {
  Board place;
  auto all = place.settled();
  const auto file = place.running;
  CHECK(word(all->reported(), "state") == "none");
  const auto next = all->take(wish("w1", R"({"cpu": 33})", 50), at(101));
  REQUIRE(next.has_value());
  CHECK(next->cpu == 33);
  CHECK(next->fingerprint != file);
  CHECK(word(all->reported(), "state") == "trial");
  CHECK(all->news());
  CHECK_FALSE(all->news());
  CHECK_FALSE(all->take(wish("w1", R"({"cpu": 33})", 50), at(102)).has_value());  // retained, and it comes again
  CHECK_FALSE(pass_time(*all, Board::well(), 102, 201).has_value());
  CHECK(word(all->reported(), "state") == "applied");
  CHECK(word(all->reported(), "configuration") == next->fingerprint);
  CHECK(word(all->about(at(201)), "file") == file);

  SECTION("over a restart") {
    all->close(at(210));
    all = place.run(211);
    CHECK(place.running == next->fingerprint);
    CHECK(Board::state(*all, 211) == "good");
    CHECK(word(all->reported(), "state") == "applied");
    CHECK_FALSE(all->take(wish("w1", R"({"cpu": 33})", 50), at(212)).has_value());
  }
  SECTION("taken back by the centre") {
    const auto back = all->take(wish("w2", "{}", 60), at(210));
    REQUIRE(back.has_value());
    CHECK(back->cpu == 90);
    CHECK(back->fingerprint == file);
    CHECK_FALSE(pass_time(*all, Board::well(), 210, 400).has_value());
    CHECK(word(all->reported(), "id") == "w2");
    CHECK(word(all->reported(), "state") == "applied");
  }
  SECTION("lost the broker: taken back by itself, told, and not tried again though it is retained") {
    const auto bad = all->take(wish("w3", R"({"cpu": 34})", 60), at(210));
    REQUIRE(bad.has_value());
    const auto back = pass_time(*all, Board::cut_off(), 210, 320);
    REQUIRE(back.has_value());
    CHECK(back->cpu == 33);
    CHECK(word(all->reported(), "id") == "w3");
    CHECK(word(all->reported(), "state") == "rolled_back");
    CHECK(has(json::serialize(all->reported().at("faults")), "the broker"));
    CHECK(word(all->reported(), "configuration") == next->fingerprint);
    CHECK(word(*all->fault(), "refused") == "w3");
    CHECK_FALSE(all->take(wish("w3", R"({"cpu": 34})", 60), at(330)).has_value());
    CHECK(word(all->reported(), "state") == "rolled_back");
    all = place.run(340);
    CHECK(place.running == next->fingerprint);
    CHECK(all->take(wish("w4", R"({"cpu": 34})", 61), at(341)).has_value());  // asked for anew
  }
  SECTION("older ones, and an id with other content, are refused") {
    CHECK_FALSE(all->take(wish("w0", R"({"cpu": 10})", 49), at(210)).has_value());
    CHECK(word(all->reported(), "state") == "refused");
    CHECK(has(json::serialize(all->reported()), "issued: must be later"));
    CHECK_FALSE(all->take(wish("w1", R"({"cpu": 10})", 70), at(211)).has_value());
    CHECK(has(json::serialize(all->reported()), "id: was used before"));
    CHECK_FALSE(all->take(wish("w9", R"({"cpu": 10})", 99999), at(212)).has_value());
    CHECK(has(json::serialize(all->reported()), "issued: lies in the future"));
    CHECK_FALSE(all->take(wish("w8", R"({"store": {}})", 80), at(213)).has_value());
    CHECK(has(json::serialize(all->reported()), "cfg/desired: store: may not be set from afar"));
    CHECK_FALSE(all->take(wish("w8", R"({"cpu": 500})", 80), at(213)).has_value());
    CHECK(has(json::serialize(all->reported()), "cfg/desired: cpu: "));
    CHECK(word(all->reported(), "configuration") == next->fingerprint);
    CHECK_FALSE(all->fault().has_value());
  }
  SECTION("an edit of the file keeps them, where they still fit") {
    place.write("node_name: x\n");
    CHECK(all->reread(at(220)).has_error());
    place.write("# a word\n");
    const auto edited = all->reread(at(221));
    REQUIRE(edited.has_value());
    CHECK(edited->cpu == 33);
  }
}

TEST_CASE("settings that no longer fit the edited file are set aside, and the person on the site wins", "[K6][remote]") {
  Board place;
  place.write("sensors: [{id: board, driver: board}]\n");
  auto all = place.settled();
  REQUIRE(all->take(wish("w1", R"({"sensors": [{"id": "board", "offline_after": "5min"}]})"), at(101)).has_value());
  CHECK_FALSE(pass_time(*all, Board::well(), 102, 203).has_value());
  place.write("");
  const auto edited = all->reread(at(204));
  REQUIRE(edited.has_value());
  CHECK(edited->sensors.empty());
  CHECK(word(all->reported(), "state") == "refused");
  CHECK(has(json::serialize(all->reported().at("faults")), "there is no"));
}

TEST_CASE("settings end when they expire, and wait while another trial is under way", "[K6][remote]") {
  Board place;
  auto all = place.settled();
  auto first = wish("w1", R"({"cpu": 33})", 50);
  REQUIRE(all->take(first, at(101)).has_value());
  CHECK_FALSE(all->take(wish("w2", R"({"cpu": 44})", 60), at(102)).has_value());
  CHECK(word(all->reported(), "state") == "waiting");
  CHECK(word(all->reported(), "id") == "w2");
  const auto second = pass_time(*all, Board::well(), 103, 250);
  REQUIRE(second.has_value());
  CHECK(second->cpu == 44);
  auto third = wish("w3", R"({"cpu": 55})", 70);
  third.wanted->expires = at(500).wall;
  CHECK_FALSE(pass_time(*all, Board::well(), 251, 400).has_value());
  REQUIRE(all->take(third, at(400)).has_value());
  const auto back = pass_time(*all, Board::well(), 401, 600);
  REQUIRE(back.has_value());
  CHECK(back->cpu == 90);
  CHECK(word(all->reported(), "state") == "expired");
}

TEST_CASE("a state file that cannot be believed costs the last good one, not the board", "[K6][trial]") {
  Board place;
  place.settled()->close(at(101));
  test::write_file(kept_file(place / "state"), "rubbish");
  auto all = place.run(102);
  CHECK(has(place.said, "there is no last good one now"));
  CHECK(Board::state(*all, 102) == "trial");
}

TEST_CASE("what is told of a wrong file holds no password", "[K6][trial]") {
  Board place;
  auto all = place.settled();
  place.write("uplink: {servers: [\"mqt://anna:secret@broker\"]}\n");
  REQUIRE(all->reread(at(101)).has_error());
  CHECK(has(word(*all->fault(), "what"), "mqt://...@broker"));
  CHECK_FALSE(has(json::serialize(all->reported()), "secret"));
  CHECK_FALSE(has(json::serialize(all->about(at(102))), "secret"));
}
