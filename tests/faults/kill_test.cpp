// SPDX-License-Identifier: Apache-2.0
// K1 and K2 under kill -9 at random moments, with a witness that confirms and with one that only listens.
#include "tests/faults/storm.hpp"
#include "tests/harness/catch.hpp"

#include <csignal>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

void kills(Witness::Role role, int times) {
  Broker broker;
  const Witness witness(broker.port(), role);
  TempFolder folder;
  const Board board(folder / "store", broker.url(), "resend: 2s");
  Chance chance;
  for (int i = 0; i < times; ++i) {
    Process siren = board.start({"--rate", "60", "--observe", "5", "--pictures"});
    std::this_thread::sleep_for(chance.wait(60, 900));
    siren.kill(SIGKILL);
    REQUIRE(siren.wait(5s) == 128 + SIGKILL);
  }
  INFO("seed " << chance.seed());
  CHECK(board.delivers(120s));
  CHECK(settled_complaints(witness, board).empty());
  CHECK(out_of_order(witness.messages()).empty());
  const auto journals = board.journals();
  REQUIRE(journals.size() == 1);
  WARN(times << " kills: " << journals[0].events.size() << " events, " << witness.messages().size() << " messages arrived");
  CHECK(journals[0].events.size() > static_cast<std::size_t>(times));
}

}  // namespace

TEST_CASE("a board that is killed at random moments loses no event and invents none", "[K1][K2][storm]") {
  if (storm_is_possible()) kills(Witness::Role::listens, repeats("KUZET_KILLS", 24) / 2);
}

TEST_CASE("a board that is killed at random moments keeps what the centre has not confirmed", "[K1][K2][storm]") {
  if (storm_is_possible()) kills(Witness::Role::confirms, repeats("KUZET_KILLS", 24) / 2);
}
