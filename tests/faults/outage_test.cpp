// SPDX-License-Identifier: Apache-2.0
// K1, K2 and K7 under every way in which a broker can be away.
#include "tests/faults/storm.hpp"
#include "tests/harness/catch.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

const std::string everything =
    "topic readwrite #\nuser n1\ntopic readwrite #\n";  // the first line: the witness, without a name
const std::string no_alerts = "topic readwrite #\nuser n1\ntopic readwrite kuzet/v1/yard/n1/state\ntopic read #\n";

/// A broker with TLS and an access list for the board, and a plain door for the witness.
struct Town {
  Authority authority;
  Certificate right = authority.sign({});
  Certificate wrong = authority.sign({.owner = "broker", .names = "DNS:elsewhere.example"});
  TempFolder folder;
  int door = free_port();
  Broker broker{settings()};
  Wire wire{broker.port()};
  Witness witness{door, Witness::Role::confirms};
  Board board{folder / "store", "mqtts://localhost:" + std::to_string(wire.port()),
              "username: n1, resend: 3s, tls: {ca: \"" + authority.file().string() + "\"}"};
  Chance chance;
  // No observations: Mosquitto acknowledges before it saves, so its death costs what only it has confirmed.
  Process siren = board.start({"--rate", "15"});

  BrokerSettings settings() {
    std::filesystem::copy_file(right.file, folder / "cert.pem");
    std::filesystem::copy_file(right.key, folder / "key.pem");
    write_text(folder / "acl", everything);
    BrokerSettings out;
    out.certificate = Certificate{folder / "cert.pem", folder / "key.pem"};
    out.extra =
        "acl_file " + (folder / "acl").string() + "\nlistener " + std::to_string(door) + " 127.0.0.1\nallow_anonymous true\n";
    return out;
  }
  void present(const Certificate& certificate) const {
    constexpr auto again = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(certificate.file, folder / "cert.pem", again);
    std::filesystem::copy_file(certificate.key, folder / "key.pem", again);
  }
  void restart(std::chrono::milliseconds away) {
    broker.kill();
    std::this_thread::sleep_for(away);
    broker.start();
  }
  void during(Wire::State state, std::chrono::milliseconds length) {
    wire.set(state);
    std::this_thread::sleep_for(length);
    wire.set(Wire::State::sound);
  }
};

using Outage = void (*)(Town&);

const std::array<std::pair<const char*, Outage>, 8> outages{{
    {"killed", [](Town& town) { town.restart(town.chance.wait(100, 3000)); }},
    {"cut", [](Town& town) { town.wire.cut(); }},
    {"refused", [](Town& town) { town.during(Wire::State::refused, town.chance.wait(200, 3000)); }},
    {"black hole", [](Town& town) { town.during(Wire::State::silent, town.chance.wait(500, 14000)); }},
    {"half-open", [](Town& town) { town.during(Wire::State::silent, town.chance.wait(500, 3000)), town.wire.cut(); }},
    {"slow", [](Town& town) { town.during(Wire::State::slow, town.chance.wait(1000, 6000)); }},
    {"wrong name",
     [](Town& town) {
       town.present(town.wrong);
       town.restart(100ms);
       std::this_thread::sleep_for(town.chance.wait(1000, 4000));
       town.present(town.right);
       town.restart(100ms);
     }},
    {"denied",
     [](Town& town) {
       write_text(town.folder / "acl", no_alerts);
       town.restart(100ms);
       std::this_thread::sleep_for(town.chance.wait(1000, 4000));
       write_text(town.folder / "acl", everything);
       town.restart(100ms);
     }},
}};

}  // namespace

TEST_CASE("a broker that is away in every way in which brokers are away gets every event in the end", "[K1][K2][K7][storm]") {
  if (!storm_is_possible()) return;
  Town town;
  const int times = repeats("KUZET_OUTAGES", static_cast<int>(outages.size()));
  INFO("seed " << town.chance.seed());
  for (int i = 0; i < times; ++i) {
    const auto& [name, outage] = outages.at(static_cast<std::size_t>(i) % outages.size());
    INFO(name);
    outage(town);
    REQUIRE(town.siren.running());
    std::this_thread::sleep_for(town.chance.wait(100, 2500));
  }
  town.siren.kill(SIGTERM);
  CHECK(town.siren.wait(10s) == 0);
  CHECK(town.board.delivers(180s));
  CHECK(settled_complaints(town.witness, town.board).empty());
  WARN(times << " outages: " << town.board.journals().at(0).events.size() << " events, " << town.witness.messages().size()
             << " messages arrived");
}
