// SPDX-License-Identifier: Apache-2.0
// Messages as network servers and bridges publish them, over a real Mosquitto that dies, refuses and is flooded.
#include "drivers/mqtt_in/old_broker_fixture.hpp"
#include "drivers/net/broker.hpp"
#include "drivers/net/line_fixture.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/linked.hpp"
#include "tests/harness/stopwatch.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

using namespace net;
using test::Broker;

/// As ChirpStack 4 publishes on application/ID/device/DEVEUI/event/up.
std::string chirpstack(int counter, const std::string& object, const std::string& device = "0102030405060708") {
  return R"({"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2022-07-18T09:34:15.775023242+00:00",)"
         R"("deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"City","applicationId":)"
         R"("17c82e96-be03-4f38-aef3-f83d48582d97","applicationName":"Bins","deviceProfileId":)"
         R"("14855bf7-d10d-4aee-b618-ebfcb64dc7ad","deviceProfileName":"Level","deviceName":"bin-7","devEui":")" +
         device + R"(","tags":{"street":"north"}},"devAddr":"00189440","adr":true,"dr":1,"fCnt":)" + std::to_string(counter) +
         R"(,"fPort":1,"confirmed":false,"data":"qg==","object":)" + object +
         R"(,"rxInfo":[{"gatewayId":"0016c001ff10a235","uplinkId":4217106255,"rssi":-48,"snr":9,"channel":5,)"
         R"("location":{},"context":"EFwMtA==","metadata":{"region_name":"eu868"},"crcStatus":"CRC_OK"}],)"
         R"("txInfo":{"frequency":868500000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":11,)"
         R"("codeRate":"CR_4_5"}}}})";
}

/// As The Things Stack 3 publishes on v3/APP@TENANT/devices/DEVICE/up; it leaves the counter out where it is 0.
std::string ttn(int counter, const std::string& fields) {
  return R"({"end_device_ids":{"device_id":"river-2","application_ids":{"application_id":"water"},)"
         R"("dev_eui":"70B3D57ED0000001","join_eui":"0000000000000000","dev_addr":"260B6B3D"},"correlation_ids":)"
         R"(["gs:uplink:01GZ"],"received_at":"2022-04-08T10:21:32.000Z","uplink_message":{"session_key_id":"AYAV",)"
         R"("f_port":2,)" +
         (counter == 0 ? std::string() : R"("f_cnt":)" + std::to_string(counter) + ",") +
         R"("frm_payload":"AQI=","decoded_payload":)" + fields +
         R"(,"rx_metadata":[{"gateway_ids":{"gateway_id":"roof","eui":"B827EBFFFE000001"},"rssi":-109,"snr":-3.2}],)"
         R"("settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7}}},"received_at":)"
         R"("2022-04-08T10:21:31.8Z","consumed_airtime":"0.056s"}})";
}

/// A sensor of this broker, and who publishes to it.
class Site {
 public:
  explicit Site(const std::vector<std::string>& entries, test::BrokerSettings settings = {}) : broker(std::move(settings)) {
    start(entries);
  }
  void start(const std::vector<std::string>& entries) {
    std::vector<std::string> all;
    for (const auto& one : entries) all.push_back("server: " + broker.url() + "\n" + one);
    work.emplace(line_of("mqtt_in", plan_of("mqtt_in", all)), told);
  }
  /// Publishes until something is told, and forgets how: the subscription is there.
  void settle(const std::string& topic, const std::string& payload = R"({"settling": 1})") {
    REQUIRE(says.connects(test::connection_to(broker.url(), "gateway")));
    REQUIRE(within(10s, [&] {
      (void)says.publish(test::saying(topic, payload));
      return told.alives() > 0 || !told.words().empty();
    }));
  }
  void say(const std::string& topic, const std::string& payload, bool retained = false) {
    REQUIRE(says.publish(test::saying(topic, payload, retained)) >= 0);
  }
  std::vector<double> values(std::size_t channel, std::size_t sensor = 0) const {
    std::vector<double> out;
    for (const auto& [place, sample] : told.samples())
      if (place == sensor && sample.channel == channel) out.push_back(sample.value);
    return out;
  }

  Broker broker;
  Told told;
  test::Linked says;
  std::optional<AtWork> work;
};

const std::string level =
    "format: chirpstack\ntopic: application/+/device/+/event/up\nreadings: [{name: distance}, {name: "
    "signal, at: /rxInfo/0/rssi}]\n";
const std::string uplinks = "application/17c82e96/device/0102030405060708/event/up";

}  // namespace

TEST_CASE("ChirpStack's uplinks give values, signal and what was lost between them", "[sensors]") {
  if (!Broker::available()) return;
  Site site({level + "device: \"0102030405060708\"\n"});
  site.settle(uplinks, R"({"deviceInfo": {"devEui": "0102030405060708"}})");
  site.say(uplinks, chirpstack(17, R"({"distance": 1234, "battery": 88})"));
  site.say(uplinks, chirpstack(17, R"({"distance": 1234, "battery": 88})"));
  site.say(uplinks, chirpstack(3, R"({"distance": 99})", "1112131415161718"));
  site.say(uplinks, chirpstack(21, R"({"distance": "1300"})"));
  site.say(uplinks, chirpstack(0, R"({"distance": 1301})"));
  REQUIRE(within(5s, [&] { return site.values(0).size() == 3; }));
  CHECK(site.values(0) == std::vector<double>{1234, 1300, 1301});
  CHECK(site.values(1) == std::vector<double>{-48, -48, -48});
  CHECK(site.values(2) == std::vector<double>{0, 3, 3});
  CHECK(site.told.heard("0: 3 uplinks lost between 17 and 21"));
  CHECK(site.work->losses() == 0);
  CHECK(site.work->stop() < 200ms + test::busy);
}

TEST_CASE("an uplink without a codec says so, and garbage is told without being quoted", "[K7][sensors]") {
  if (!Broker::available()) return;
  Site site({level});
  site.settle(uplinks);
  site.say(uplinks, chirpstack(1, "{}"));
  CHECK(within(5s, [&] { return site.told.heard("nothing at /object/distance; has its device profile a codec?"); }));
  for (const auto* bad : {"", "{", "secret-word", "[[[[[", "{\"a\":1,\"a\":2}", "\xFF\xFE"}) site.say(uplinks, bad);
  CHECK(within(5s, [&] { return site.told.heard("a member comes twice"); }));
  CHECK(site.told.heard(uplinks + ": no JSON: "));
  CHECK_FALSE(site.told.heard("secret-word"));
  site.say(uplinks, std::string(70'000, ' '));
  CHECK(within(5s, [&] { return site.told.heard("a message of more than 65536 bytes"); }));
  site.say(uplinks, chirpstack(2, R"({"distance": 5})"));
  CHECK(within(5s, [&] { return !site.values(0).empty(); }));
}

TEST_CASE("The Things Stack's uplinks begin at a counter that is left out", "[sensors]") {
  if (!Broker::available()) return;
  const std::string topic = "v3/water@city/devices/river-2/up";
  Site site({"format: ttn\ntopic: " + topic +
             "\nreadings: [{name: level}, {name: wet, at: "
             "/uplink_message/decoded_payload/in/0}]\n"});
  site.settle(topic);
  site.say(topic, ttn(0, R"({"level": 2.5, "in": [true]})"));
  site.say(topic, ttn(2, R"({"level": 2.75, "in": ["OFF"]})"));
  REQUIRE(within(5s, [&] { return site.values(1).size() == 2; }));
  CHECK(site.values(0) == std::vector<double>{2.5, 2.75});
  CHECK(site.values(1) == std::vector<double>{1, 0});
  CHECK(site.told.heard("1 uplink lost between 0 and 2"));
}

TEST_CASE("zigbee2mqtt's devices tell values, and the bridge that one is gone", "[K7][sensors]") {
  if (!Broker::available()) return;
  Site site(
      {"format: zigbee2mqtt\ntopic: zigbee2mqtt/door\nreadings: [{name: contact}, {name: linkquality}, {name: battery}]\n"});
  site.settle("zigbee2mqtt/door");
  site.say("zigbee2mqtt/door", R"({"battery":97,"contact":false,"linkquality":148,"voltage":3005,"tamper":null})");
  REQUIRE(within(5s, [&] { return site.values(2).size() == 1; }));
  CHECK(site.values(0) == std::vector<double>{0});
  CHECK(site.values(1) == std::vector<double>{148});
  site.say("zigbee2mqtt/door/availability", R"({"state":"offline"})");
  CHECK(within(5s, [&] { return site.told.heard("0 failed: zigbee2mqtt says that the device is offline"); }));
}

TEST_CASE("what the broker had kept is an old value and does not count", "[sensors]") {
  if (!Broker::available()) return;
  Site site({"topic: a\nformat: plain\nreadings: [{name: t}]\n"});
  REQUIRE(site.says.connects(test::connection_to(site.broker.url(), "gateway")));
  site.say("a", "17", true);
  site.broker.stop();
  site.broker.start();
  REQUIRE(within(10s, [&] { return site.told.heard("0: the broker kept an old message"); }));
  REQUIRE(site.says.connects(test::connection_to(site.broker.url(), "gateway")));
  site.say("a", "18");
  REQUIRE(within(5s, [&] { return std::ranges::count(site.values(0), 18) == 1; }));
  CHECK(site.values(0).back() == 18);
  CHECK(site.told.samples().back().second.quality == Quality::good);
}

TEST_CASE("sensors of one broker share a line, and a terminal tells who passes", "[sensors][access]") {
  if (!Broker::available()) return;
  Site site({"topic: room/t\nformat: plain\nreadings: [{name: t}]\n",
             "topic: door/#\npassage: {person: /card, what: /event, words: {entry: [kirdi]}}\n"});
  CHECK(plan_of("mqtt_in", {"server: mqtt://a:1\nusername: x\ntopic: b\nreadings: [{name: t}]"}).sensors[0].line ==
        "mqtt://a:1 as x");
  site.settle("door/1");
  site.say("room/t", "21.5");
  site.say("door/1", R"({"card": "4711", "event": "KIRDI"})");
  REQUIRE(within(5s, [&] { return site.told.passages().size() == 1; }));
  CHECK(site.told.passages()[0].person == "4711");
  CHECK(site.values(0) == std::vector<double>{21.5});
  CHECK_FALSE(site.told.heard("4711"));
}

TEST_CASE("a broker that dies is a loss of the line, and its return brings the values back", "[K7][sensors]") {
  if (!Broker::available()) return;
  Site site({"topic: a\nreadings: [{name: t}]\n"});
  site.settle("a");
  site.broker.kill();
  REQUIRE(within(10s, [&] { return site.work->losses() > 0; }));
  CHECK(site.work->loss().starts_with(site.broker.url() + ": "));
  site.broker.start();
  REQUIRE(site.says.connects(test::connection_to(site.broker.url(), "gateway")));
  REQUIRE(within(10s, [&] {
    (void)site.says.publish(test::saying("a", R"({"t": 4})"));
    return !site.values(0).empty();
  }));
  site.broker.kill();
  CHECK(site.work->stop() < 1200ms);
}

TEST_CASE("a wrong password is told in words, and never shown", "[K7][sensors]") {
  if (!Broker::available()) return;
  const test::TempFolder folder;
  test::BrokerSettings guarded;
  guarded.passwords = "gate:right-word\n";
  Broker broker(guarded);
  test::write_file(folder / "password", "wrong-word\n");
  const auto entry = "server: " + broker.url() +
                     "\nusername: gate\ntopic: a\nreadings: [{name: t}]\npassword_file: " + (folder / "password").string();
  Told told;
  AtWork work(line_of("mqtt_in", plan_of("mqtt_in", {entry})), told);
  REQUIRE(within(10s, [&] { return work.losses() > 0; }));
  CAPTURE(work.loss());
  CHECK(work.loss().starts_with(broker.url() + ": the broker refused the connection: "));
  CHECK(work.loss().find("wrong-word") == std::string::npos);
  test::write_file(folder / "password", "right-word\n");  // read anew for each attempt
  test::Linked says;
  auto gate = test::connection_to(broker.url(), "gateway");
  gate.username = "gate";
  gate.password = "right-word";
  REQUIRE(says.connects(gate));
  CHECK(within(10s, [&] {
    (void)says.publish(test::saying("a", R"({"t": 4})"));
    return !told.samples().empty();
  }));
  std::filesystem::remove(folder / "password");
  AtWork blind(line_of("mqtt_in", plan_of("mqtt_in", {entry})), told);
  REQUIRE(within(10s, [&] { return blind.losses() > 0; }));
  CHECK(blind.loss() == "password_file: " + (folder / "password").string() + ": No such file or directory");
}

TEST_CASE("a flood is read as far as it can be, said once, and does not pile up", "[K7][sensors]") {
  if (!Broker::available()) return;
  test::BrokerSettings wide;
  wide.extra = "max_queued_messages 0\nmax_inflight_messages 0\n";
  Site site({"topic: a\nreadings: [{name: t}]\n", "topic: end\nformat: plain\nreadings: [{name: t}]\n"}, wide);
  site.settle("a");
  constexpr int many = 30'000;
  for (int i = 0; i < many; ++i) {
    auto message = test::saying("a", R"({"t": 1})");
    message.qos = 0;
    (void)site.says.link->publish(0, message);
  }
  REQUIRE(within(20s, [&] { return site.told.heard(" were not read") || site.told.heard(" were dropped"); }));
  // To its end: Paho's C library leaks what it is just reading when its connection goes.
  REQUIRE(within(60s, [&] {
    (void)site.says.publish(test::saying("end", "1"));
    return !site.values(0, 1).empty();
  }));
  const auto seen = site.told.samples().size();
  CHECK(seen < 3000);
  CHECK(site.told.words().size() < 10);
  CHECK(site.work->losses() == 0);
  CHECK(site.work->stop() < 1200ms);
}

TEST_CASE("a broker without MQTT 5 is spoken to in 3.1.1, and a subscription that it refuses is told", "[K7][sensors]") {
  OldBroker broker;
  Told told;
  AtWork work(line_of("mqtt_in", plan_of("mqtt_in", {"server: " + broker.url() + "\ntopic: a/#\nreadings: [{name: t}]\n"})),
              told);
  REQUIRE(within(10s, [&] { return told.heard("0 failed: the broker refuses the subscription to a/#"); }));
  CHECK(broker.refused_fives() == 1);
  CHECK(work.losses() == 0);
  CHECK(work.stop() < 400ms);
}

TEST_CASE("filters match topics as MQTT says", "[sensors]") {
  for (const auto& [filter, topic] : std::vector<std::pair<std::string, std::string>>{{"a", "a"},
                                                                                      {"a/+", "a/b"},
                                                                                      {"a/#", "a"},
                                                                                      {"a/#", "a/b/c"},
                                                                                      {"#", "a/b"},
                                                                                      {"+/+", "/a"},
                                                                                      {"a/+/c", "a//c"},
                                                                                      {"/+", "/a"}}) {
    CAPTURE(filter, topic);
    CHECK(matches(filter, topic));
  }
  for (const auto& [filter, topic] : std::vector<std::pair<std::string, std::string>>{{"a", "b"},
                                                                                      {"a/+", "a"},
                                                                                      {"a/+", "a/b/c"},
                                                                                      {"+", "a/b"},
                                                                                      {"#", "$SYS/x"},
                                                                                      {"+/x", "$SYS/x"},
                                                                                      {"a/b", "a"},
                                                                                      {"a", "a/"}}) {
    CAPTURE(filter, topic);
    CHECK_FALSE(matches(filter, topic));
  }
}

TEST_CASE("wrong settings of an MQTT sensor are refused with the place", "[K6][sensors]") {
  const auto wrong = [](const std::string& entry) { return faults_of("mqtt_in", entry); };
  const std::string good = "server: mqtt://h:1\ntopic: a\nreadings: [{name: t}]\n";
  CHECK(wrong(good).empty());
  const auto says = [&](const std::string& entry, const std::string& what) {
    const auto text = wrong(entry);
    CAPTURE(entry, text);
    CHECK(text.find(what) != std::string::npos);
  };
  says("topic: a\nreadings: [{name: t}]", "server");
  says("server: http://h\ntopic: a\nreadings: [{name: t}]", "must begin with mqtt://");
  says("server: mqtt://u:secret@h:1\ntopic: a\nreadings: [{name: t}]", "must not hold a name or password");
  CHECK(wrong("server: http://u:secret@h:1\ntopic: a\nreadings: [{name: t}]").find("secret") == std::string::npos);
  says("server: mqtt://h:1\ntopic: a/b#\nreadings: [{name: t}]", "entry.topic");
  says("server: mqtt://h:1\ntopic: $share/g/a\nreadings: [{name: t}]", "shared subscription");
  says("server: mqtt://h:1\ntopic: a\n", "entry.readings");
  says(good + "password_file: /x\n", "a password needs a username");
  says(good + "certificate: /x\n", "belong together");
  says(good + "format: plain\ncounter: /n\n", "has no meaning in the format plain");
  says(good + "formt: plain\n", "format");
}

}  // namespace kuzet::drivers
