// SPDX-License-Identifier: Apache-2.0
// What must not be taken for a fault of a configuration, and what ends the agent before it runs.
#include "agent/run/configurations_fixture.hpp"

#include <stdexcept>

using namespace kuzet;
using namespace kuzet::run;
using test::at;

TEST_CASE("a board whose password cannot be read at a start tries again, where its configuration ran before",
          "[K6][K7][trial]") {
  Board place;
  const auto unreadable = [](Configuration&) -> Result<> {
    return Error{Code::config, "uplink.password_file: permission denied"};
  };
  place.fit = unreadable;
  CHECK(place.make()->begin(at(0)).error().code == Code::config);  // it never ran: somebody is there
  place.fit = [](Configuration&) { return Result<>(); };
  place.settled()->close(at(101));
  place.fit = unreadable;
  const auto first = place.make()->begin(at(200));
  REQUIRE(first.has_error());
  CHECK(first.error().code == Code::io);
  CHECK(has(first.error().what, "permission denied"));
  place.fit = [](Configuration&) { return Result<>(); };
  CHECK(Board::state(*place.run(201), 201) == "good");
}

TEST_CASE("a text that ends the agent while what it names is read is not read a fourth time", "[K6][trial]") {
  Board place;
  place.settled()->close(at(101));
  const auto good = place.running;
  place.write("cpu: 50\n");
  place.fit = [](Configuration& all) -> Result<> {
    if (all.cpu == 50) throw std::runtime_error("no memory for the model");
    return {};
  };
  for (int death = 0; death < 3; ++death) CHECK_THROWS(place.make()->begin(at(200 + death)));
  auto all = place.run(300);
  CHECK(place.running == good);
  CHECK(Board::state(*all, 300) == "rolled_back");
  CHECK(has(word(*all->fault(), "what"), "ended 3 times while it read it"));
  CHECK(all->reread(at(301)).has_error());  // and not by a reload either
  place.write("cpu: 60\n");
  CHECK(all->reread(at(302)).has_value());
}

TEST_CASE("a disk that takes nothing at a start is not blamed on an edit", "[K6][K7][trial]") {
  Board place;
  place.settled()->close(at(101));
  const auto good = place.running;
  const Error full{Code::full, "store: no space left on device"};
  SECTION("of the same store") {
    place.write("cpu: 50\n");
    auto all = place.make();
    REQUIRE(all->begin(at(200)).has_value());
    CHECK_FALSE(all->failed(full, false, at(200)).has_value());
    all->opened(at(260));  // there is room again
    CHECK(Board::state(*all, 260) == "trial");
  }
  SECTION("that moves the store") {
    place.write("");
    auto text = test::file_bytes(place / "kuzet.yaml");
    text.replace(text.find("/store"), 6, "/stick");
    test::write_file(place / "kuzet.yaml", text);
    auto all = place.make();
    REQUIRE(all->begin(at(200)).has_value());
    const auto back = all->failed(full, false, at(200));
    REQUIRE(back.has_value());
    CHECK(back->fingerprint == good);
  }
}

TEST_CASE("settings from afar end when they expire, whatever is tried meanwhile, and without a trial of what was there before",
          "[K6][remote]") {
  Board place;
  auto all = place.settled();
  const auto file = place.running;
  REQUIRE(all->take(wish("w1", R"({"cpu": 50})", 110, at(500).wall), at(120)).has_value());
  REQUIRE_FALSE(pass_time(*all, Board::well(), 121, 230).has_value());
  REQUIRE(Board::state(*all, 230) == "good");
  SECTION("nothing else is tried") {}
  SECTION("others that were taken back") {
    REQUIRE(all->take(wish("w2", R"({"cpu": 60})", 240), at(240)).has_value());
    const auto back = pass_time(*all, Board::cut_off(), 241, 450);
    REQUIRE(back.has_value());
    CHECK(back->cpu == 50);
  }
  const auto after = pass_time(*all, Board::well(), 451, 510);
  REQUIRE(after.has_value());
  CHECK(after->fingerprint == file);
  CHECK(word(all->about(at(510)), "running") == file);
  CHECK(Board::state(*all, 510) != "trial");
  CHECK_FALSE(pass_time(*all, Board::cut_off(), 511, 900).has_value());  // not taken back to what has expired
  all->close(at(901));
  all = place.run(902);
  CHECK(place.running == file);
}
