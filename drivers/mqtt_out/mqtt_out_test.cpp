// SPDX-License-Identifier: Apache-2.0
// Outputs over a real Mosquitto: confirmed, unheard, refused, and what the broker says when the agent is gone.
#include "drivers/net/line_fixture.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/linked.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

using namespace net;
using test::Broker;

/// A siren: it listens to `siren/set`, and writes down what it is told.
class Siren {
 public:
  explicit Siren(const Broker& broker) : url_(broker.url()) {}
  bool listens() { return linked.connects(test::connection_to(url_, "siren")) && linked.subscribe({"siren/set"}) < 0x80; }
  std::string told(std::size_t n) {
    const auto message = linked.arrival(n);
    return message ? message->payload : "";
  }
  test::Linked linked;

 private:
  std::string url_;
};

std::unique_ptr<Line> siren_line(const Broker& broker, const std::string& more = "") {
  return line_of("mqtt_out", plan_of("mqtt_out", {"server: " + broker.url() + "\ntopic: siren/set\n" + more}, true));
}

}  // namespace

TEST_CASE("a wish is published and confirmed by the broker, also one that is older than the connection", "[outputs]") {
  if (!Broker::available()) return;
  Broker broker;
  Siren siren(broker);
  REQUIRE(siren.listens());
  auto line = siren_line(broker);
  line->want(0, true);
  line->want(0, false);
  line->want(0, true);
  Told told;
  AtWork work(std::move(line), told);
  REQUIRE(within(5s, [&] { return told.switches().size() == 1; }));
  CHECK(told.switches()[0].on);
  CHECK(told.switches()[0].why.empty());
  CHECK(siren.told(0) == "ON");
  work.line().want(0, false);
  REQUIRE(within(5s, [&] { return told.switches().size() == 2; }));
  CHECK(siren.told(1) == "OFF");
  work.line().want(0, true);
  CHECK(work.stop() < 400ms);
  CHECK(siren.told(2) == "ON");  // what was wanted last is still said
}

TEST_CASE("the device's own answer confirms where it has one", "[outputs]") {
  if (!Broker::available()) return;
  Broker broker;
  Siren siren(broker);
  REQUIRE(siren.listens());
  Told told;
  AtWork work(
      siren_line(broker, "state_topic: siren\nstate_at: /state\nstate_on: \"on\"\nstate_off: \"off\"\nconfirm: 500ms\n"), told);
  work.line().want(0, true);
  CHECK(siren.told(0) == "ON");
  siren.linked.publish(test::saying("siren", R"({"state": "off"})"));
  siren.linked.publish(test::saying("siren", "garbage"));
  siren.linked.publish(test::saying("siren", R"({"state": "on"})"));
  REQUIRE(within(5s, [&] { return told.switches().size() == 1; }));
  CHECK(told.switches()[0].why.empty());
  work.line().want(0, false);
  REQUIRE(within(5s, [&] { return told.switches().size() == 2; }));
  CHECK(told.switches()[1].why == "no confirmation from siren within 500ms");
}

TEST_CASE("after the broker came back the newest wish is carried out again", "[K7][outputs]") {
  if (!Broker::available()) return;
  Broker broker;
  Told told;
  AtWork work(siren_line(broker, "retain: true\n"), told);
  work.line().want(0, true);
  REQUIRE(within(5s, [&] { return told.switches().size() == 1; }));
  broker.kill();
  REQUIRE(within(10s, [&] { return work.losses() > 0; }));
  work.line().want(0, false);
  broker.start();
  REQUIRE(within(10s, [&] { return told.switches().size() == 2; }));
  CHECK_FALSE(told.switches()[1].on);
  CHECK(told.switches()[1].why.empty());
}

TEST_CASE("the broker switches off when the agent's connection is lost, not when it stops in order", "[K7][outputs]") {
  if (!Broker::available()) return;
  Broker broker;
  Siren siren(broker);
  REQUIRE(siren.listens());
  Told told;
  {
    AtWork work(siren_line(broker, "if_lost: \"off\"\n"), told);
    work.line().want(0, true);
    CHECK(siren.told(0) == "ON");
    REQUIRE(within(5s, [&] { return told.switches().size() == 1; }));
    CHECK(work.stop() < 400ms);
  }
  CHECK_FALSE(siren.linked.arrival(1, 300ms));
  // Another connection of the same name ends the first one as a crash does.
  AtWork work(siren_line(broker, "if_lost: \"off\"\nclient_id: siren-line\n"), told);
  work.line().want(0, true);
  REQUIRE(siren.told(1) == "ON");
  test::Linked thief;
  REQUIRE(thief.connects(test::connection_to(broker.url(), "siren-line")));
  CHECK(siren.told(2) == "OFF");
}

TEST_CASE("wrong settings of an MQTT output are refused with the place", "[K6][outputs]") {
  const auto says = [](const std::string& entry, const std::string& what) {
    const auto text = faults_of("mqtt_out", entry, true);
    CAPTURE(entry, text);
    CHECK(text.find(what) != std::string::npos);
  };
  CHECK(faults_of("mqtt_out", "server: mqtt://h:1\ntopic: a\n", true).empty());
  says("server: mqtt://h:1\n", "topic");
  says("server: mqtt://h:1\ntopic: a/#\n", "must not hold + or #");
  says("server: mqtt://h:1\ntopic: a\nstate_topic: +\n", "entry.state_topic");
  says("server: mqtt://h:1\ntopic: a\nstate_at: x\n", "is no JSON pointer");
  says("server: mqtt://h:1\ntopic: a\non: x\noff: x\n", "is the same as on");
}

}  // namespace kuzet::drivers
