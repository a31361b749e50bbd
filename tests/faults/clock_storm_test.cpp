// SPDX-License-Identifier: Apache-2.0
// K1 with a wall clock that jumps by a year both ways, with and without a broker.
#include "tests/faults/storm.hpp"
#include "tests/harness/catch.hpp"

#include <csignal>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

/// The library that lies about the time to a program it is loaded into; empty where it is not installed.
std::string lying_clock() {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib", failed))
    if (const auto file = entry.path() / "faketime/libfaketimeMT.so.1"; std::filesystem::exists(file, failed))
      return file.string();
  return {};
}

}  // namespace

TEST_CASE("a wall clock that jumps by a year both ways holds up nothing and loses nothing", "[K1][storm]") {
  if (!storm_is_possible()) return;
  const auto library = lying_clock();
  if (library.empty()) {
    WARN("skipped: libfaketime is not installed");
    return;
  }
  Broker broker;
  const Witness witness(broker.port(), Witness::Role::confirms);
  TempFolder folder;
  const Board board(folder / "store", broker.url(), "resend: 2s");
  const auto moment = folder / "clock";
  write_text(moment, "+0d\n");
  // Only the wall clock lies; the file is read again at each look.
  Process siren = board.start({"--rate", "30", "--observe", "5"},
                              {"env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + moment.string(),
                               "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1"});
  Chance chance;
  for (int i = 0; i < repeats("KUZET_CLOCK_JUMPS", 4); ++i) {
    for (const char* jump : {"+365d\n", "-365d\n", "+0d\n"}) {
      const bool away = chance.between(0, 1) == 0;
      if (away) broker.stop();
      write_text(moment, jump);
      std::this_thread::sleep_for(chance.wait(300, 1500));
      if (away) broker.start();
      std::this_thread::sleep_for(chance.wait(300, 2500));
    }
  }
  CHECK(siren.running());
  siren.kill(SIGTERM);
  CHECK(siren.wait(10s) == 0);
  INFO("seed " << chance.seed());
  CHECK(board.delivers(120s));
  CHECK(settled_complaints(witness, board).empty());
  CHECK(out_of_order(witness.messages()).empty());
}
