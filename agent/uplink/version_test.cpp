// SPDX-License-Identifier: Apache-2.0
// MQTT 5 first, 3.1.1 where that is not spoken, and each server for itself.
#include "agent/uplink/publisher_fixture.hpp"

namespace kuzet::uplink {

namespace {

using link::Version;

/// The next attempt, as "first 5".
std::string next_attempt(Desk& desk) {
  const auto before = desk.link.attempts.size();
  for (int i = 0; i < 100 && desk.link.attempts.size() == before; ++i) desk.passes(1);
  const auto& attempt = desk.link.attempts.back();
  return attempt.server.substr(7) + (attempt.version == Version::v5 ? " 5" : " 3.1.1");
}

}  // namespace

TEST_CASE("a server that does not speak MQTT 5 is tried with 3.1.1 next, not before a second") {
  Desk desk;
  CHECK(next_attempt(desk) == "first 5");
  const auto refused_at = desk.second;
  desk.chance = 0.9;
  desk.link.refuses_version(desk.now());
  CHECK(next_attempt(desk) == "first 3.1.1");
  CHECK(desk.second - refused_at >= 1);
  CHECK(desk.second - refused_at <= 2);
}

TEST_CASE("a server that speaks neither is passed over") {
  Desk desk;
  next_attempt(desk);
  desk.link.refuses_version(desk.now());
  next_attempt(desk);
  desk.link.refuses_version(desk.now());
  CHECK(next_attempt(desk) == "second 5");
}

TEST_CASE("what worked is remembered for each server") {
  Desk desk;
  next_attempt(desk);
  desk.link.refuses_version(desk.now());
  next_attempt(desk);
  desk.link.welcomes(desk.now());
  CHECK(desk.told("with MQTT 3.1.1") == 1);
  desk.link.drops(desk.now());
  CHECK(next_attempt(desk) == "second 5");
  desk.link.refuses_connect(desk.now());
  CHECK(next_attempt(desk) == "third 5");
  desk.link.refuses_connect(desk.now());
  CHECK(next_attempt(desk) == "first 3.1.1");
}

TEST_CASE("MQTT 5 is tried again after an hour, since 3.1.1 hides what a broker refuses") {
  Desk desk([](Plan& plan) { plan.servers = {"mqtt://first"}; });
  next_attempt(desk);
  desk.link.refuses_version(desk.now());
  next_attempt(desk);
  desk.link.welcomes(desk.now());
  desk.runs(3700);
  desk.link.drops(desk.now());
  CHECK(next_attempt(desk) == "first 5");
  desk.link.refuses_version(desk.now());
  CHECK(next_attempt(desk) == "first 3.1.1");
}

TEST_CASE("a server that spoke MQTT 5 before is not doubted because it hangs up twice while it starts") {
  Desk desk([](Plan& plan) { plan.servers = {"mqtt://first"}; });
  desk.connects();
  desk.link.drops(desk.now());
  for (int i = 0; i < 2; ++i) {
    CHECK(next_attempt(desk) == "first 5");
    desk.link.refuses_version(desk.now());
  }
  CHECK(next_attempt(desk) == "first 5");
  desk.link.refuses_version(desk.now());
  CHECK(next_attempt(desk) == "first 3.1.1");
}

TEST_CASE("a version that is set is never changed") {
  const auto version = GENERATE(Version::v5, Version::v311);
  Desk desk([version](Plan& plan) { plan.version = version; });
  for (int i = 0; i < 6; ++i) {
    next_attempt(desk);
    CHECK(desk.link.attempts.back().version == version);
    CHECK(desk.link.attempts.back().server == desk.plan().servers[static_cast<std::size_t>(i % 3)]);
    desk.link.refuses_version(desk.now());
  }
}

}  // namespace kuzet::uplink
