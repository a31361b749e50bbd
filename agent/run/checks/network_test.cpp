// SPDX-License-Identifier: Apache-2.0
// Checks of the network: names, the way out, certificates, and what a broker allows.
#include "agent/run/checks/brokers.hpp"
#include "agent/run/checks/certificates.hpp"
#include "agent/run/checks/checks_fixture.hpp"
#include "agent/run/checks/devices.hpp"
#include "agent/run/checks/names.hpp"

#include <thread>

using namespace kuzet;
using namespace kuzet::run;
using namespace kuzet::run::checks;

TEST_CASE("a name that is not found names the name servers, and a name server that hangs costs its time and no more",
          "[doctor]") {
  Tree tree;
  tree.put("etc/resolv.conf", "# made by NetworkManager\nnameserver 10.0.0.1\n");
  const std::vector<Peer> peers{{Peer::Kind::broker, "mqtts://mqtt.city.example:8883", "mqtt.city.example", 8883, true},
                                {Peer::Kind::camera, "camera yard", "slow.example", 554, false},
                                {Peer::Kind::camera, "camera gate", "10.0.0.9", 554, false}};
  const auto began = std::chrono::steady_clock::now();
  const auto found = find_names(peers, 200ms, [](const std::string& host) -> Result<std::vector<std::string>> {
    if (host == "slow.example") std::this_thread::sleep_for(1s);
    return Error{Code::io, "no such host"};
  });
  CHECK(std::chrono::steady_clock::now() - began < 900ms);
  const auto remarks = check_names(tree.roots, peers, found);
  CHECK(remarks.size() == 2);  // an address needs no name server
  CHECK(has(remarks, State::bad, "mqtt.city.example is not found: no such host"));
  CHECK(has(remarks, State::bad, "its name servers are 10.0.0.1"));
  CHECK(has(remarks, State::bad, "slow.example is not found: the name server does not answer"));
}

TEST_CASE("the way out is read from the kernel's tables of routes", "[doctor]") {
  Tree tree;
  CHECK(has(check_way(tree.roots), State::warning, "no default route"));
  const std::string head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
  tree.put("proc/net/route", head + "wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n");
  CHECK(has(check_way(tree.roots), State::warning, "no default route"));
  tree.put("proc/net/route", head + "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n");
  CHECK(has(check_way(tree.roots), State::good, "by wlan0"));
}

TEST_CASE("the end of a certificate is told in time, of short ones by their length", "[doctor]") {
  const auto now = at("2026-11-22T00:00Z", ClockState::synced);
  const auto judged = [&](Duration from, Duration until) {
    const auto wall = [&](Duration after) { return now.wall + std::chrono::duration_cast<std::chrono::milliseconds>(after); };
    return judge_end({"broker", {}, wall(from), wall(until)}, "s", "it", now, "renew");
  };
  CHECK(judged(-300 * 24h, 40 * 24h).state == State::good);
  CHECK(judged(-300 * 24h, 29 * 24h).state == State::warning);
  CHECK(judged(-300 * 24h, 2 * 24h).state == State::bad);
  CHECK(judged(-300 * 24h, 2 * 24h).what == "it ends in 2 days (from 2026-01-26 until 2026-11-24)");
  CHECK(judged(-1h, 23h).state == State::good);  // made for a day
  CHECK(judged(-20h, 4h).state == State::warning);
  CHECK(judged(-23h, 1h).state == State::bad);
  CHECK(judged(-48h, -24h).what.starts_with("it has ended 24 hours ago"));
  CHECK(judged(24h, 48h).state == State::bad);
}

TEST_CASE("before the clock is set a certificate of the future is nobody's fault", "[doctor]") {
  const auto now = at("1970-01-01T00:10Z", ClockState::unsynced);
  const link::Certificate paper{"broker", {}, at("2026-01-01", {}).wall, at("2027-01-01", {}).wall};
  CHECK(judge_end(paper, "s", "it", now, "renew").state == State::unknown);
}

TEST_CASE("what a broker allows is judged: subscriptions, size, window, retained messages, QoS, version", "[doctor]") {
  Configuration all;
  all.uplink.emplace().username = "n1";
  Login login;
  login.welcome.emplace();
  login.answers = {{"kuzet/v1/yard/n1/ack", 1}};
  CHECK(has(judge_login(login, all, "s"), State::good, "the login as n1 works, with MQTT 5"));
  CHECK(has(judge_login(login, all, "s"), State::good, "grants the subscription"));
  CHECK(has(judge_login(login, all, "s"), State::unknown, "may publish was not tried"));
  login.answers = {{"kuzet/v1/yard/n1/ack", 0x87}, {"kuzet/v1/yard/n1/cmd/+", -1}};
  login.version = link::Version::v311;
  login.welcome = link::Welcome{.receive_maximum = 5, .maximum_packet = 65536, .retains = false, .maximum_qos = 0};
  const auto strict = judge_login(login, all, "s");
  CHECK(has(strict, State::bad, "refuses the subscription to kuzet/v1/yard/n1/ack (reason 135)"));
  CHECK(has(strict, State::bad, "refuses the subscription to kuzet/v1/yard/n1/cmd/+: no answer"));
  CHECK(has(strict, State::warning, "does not speak MQTT 5"));
  CHECK(has(strict, State::warning, "no message larger than 66 kB"));
  CHECK(has(strict, State::warning, "it takes 5 messages at once"));
  CHECK(has(strict, State::warning, "it retains nothing"));
  CHECK(has(strict, State::bad, "QoS 0 alone"));
  login.welcome.reset();
  login.failure = "the broker refused the connection: not authorized";
  CHECK(has(judge_login(login, all, "s"), State::bad, "the login fails: the broker refused"));
}

TEST_CASE("who is asked: brokers, cameras and devices on the network, each once, without their passwords", "[doctor]") {
  const auto all = parse(
      "node: {id: n1, site: yard}\n"
      "uplink: {servers: [mqtts://mqtt.city.example, \"ws://[fd00::5]:9001/mqtt\"]}\n"
      "cameras:\n  - {id: yard, source: \"rtsp://u:hunter2@10.0.0.5/sub\", detect: [{type: fire}]}\n"
      "  - {id: usb, source: /dev/video0, detect: [{type: fire}]}\n"
      "sensors:\n  - {id: m, driver: modbus, address: \"tcp://10.0.0.7:1502\", slave: 1, every: 5s, readings: "
      "[{name: t, table: input, register: 0, type: s16, unit: degC}]}\n",
      "k.yaml", {});
  INFO((all ? "" : all.error().what));
  REQUIRE(all.has_value());
  std::string out;
  for (const auto& peer : peers_of(*all))
    out += peer.subject + " = " + peer.host + " " + std::to_string(peer.port) + (peer.tls ? " tls" : "") + "\n";
  CHECK(out ==
        "mqtts://mqtt.city.example = mqtt.city.example 8883 tls\nws://[fd00::5]:9001/mqtt = fd00::5 9001\n"
        "camera yard = 10.0.0.5 554\nsensor m = 10.0.0.7 1502\n");
  const auto wanted = devices_of({}, *all);
  REQUIRE(wanted.size() == 1);
  CHECK(wanted[0].file == "/dev/video0");
}
