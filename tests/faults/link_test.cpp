// SPDX-License-Identifier: Apache-2.0
// The link against a real broker: what it says arrives, what the broker says is told, and its silence is heard as such.
#include "agent/link/link.hpp"

#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/linked.hpp"

#include <fcntl.h>

namespace kuzet::test {

namespace {

const auto versions = {link::Version::v5, link::Version::v311};

link::Connection connection_as(link::Version version, const Broker& broker, const std::string& client = "n07") {
  auto out = connection_to(broker.url(), client);
  out.version = version;
  return out;
}

/// Somebody else, who writes down what is said about one topic.
class Listener {
 public:
  Listener(const Broker& broker, const std::string& topic)
      : process_({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-q", "1", "-t", topic, "-t",
                  "ready", "-F", "%p"},
                 folder_ / "heard") {
    Linked us;
    REQUIRE(us.connects(connection_to(broker.url(), "ready")));
    REQUIRE(eventually([&] { return us.publish(saying("ready", "")) == 0 && !read_text(folder_ / "heard").empty(); }, 10s));
  }
  /// Once it has been quiet for a while.
  [[nodiscard]] std::string heard() const {
    std::string before, now = read_text(folder_ / "heard");
    do {
      before = now;
      (void)eventually([&] { return (now = read_text(folder_ / "heard")) != before; }, 700ms);
    } while (now != before);
    return now.substr(now.find_first_not_of('\n'));
  }

 private:
  TempFolder folder_;
  Process process_;
};

}  // namespace

TEST_CASE("a message is published and arrives, in both versions") {
  const Broker broker;
  for (const auto version : versions) {
    CAPTURE(std::string(name(version)));
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    CHECK(us.subscribe({"kuzet/v1/+/cmd/#", "kuzet/v1/ack"}) < 0x80);
    CHECK(us.publish(saying("kuzet/v1/ack", "payload")) == 0);
    const auto got = us.arrival();
    REQUIRE(got);
    CHECK(got->topic == "kuzet/v1/ack");
    CHECK(got->payload == "payload");
    CHECK_FALSE(got->retained);
  }
}

TEST_CASE("what was retained is marked as such") {
  const Broker broker;
  for (const auto version : versions) {
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    const auto kept = saying("kept", "old", true);
    CHECK(us.publish(kept) == 0);
    CHECK(us.subscribe({"kept"}) < 0x80);
    REQUIRE(us.arrival());
    CHECK(us.arrival()->retained);
    CHECK(us.arrival()->payload == "old");
  }
}

TEST_CASE("content type, user properties, expiry, response topic and correlation cross in MQTT 5 and are left away in 3.1.1") {
  const Broker broker;
  Linked reader;
  REQUIRE(reader.connects(connection_as(link::Version::v5, broker, "reader")));
  REQUIRE(reader.subscribe({"#"}) < 0x80);
  auto all = saying("topic", "payload");
  all.content_type = "application/json";
  all.properties = {{"seq", "7"}, {"store", "a"}};
  all.expiry = 3600s;
  all.response_topic = "answer/here";
  all.correlation = std::string("a\0b", 3);
  for (const auto version : versions) {
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    REQUIRE(us.publish(all) == 0);
  }
  const auto five = reader.arrival(0), three = reader.arrival(1);
  REQUIRE((five && three));
  CHECK(five->content_type == all.content_type);
  CHECK(five->properties == all.properties);
  REQUIRE(five->expiry);
  CHECK((*five->expiry > 3590s && *five->expiry <= 3600s));
  CHECK(five->response_topic == all.response_topic);
  CHECK(five->correlation == all.correlation);
  CHECK(three->payload == "payload");
  CHECK(three->response_topic.empty());
  CHECK_FALSE(three->expiry);
}

TEST_CASE("a message with QoS 0 arrives and is answered by nobody") {
  const Broker broker;
  for (const auto version : versions) {
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    REQUIRE(us.subscribe({"#"}) < 0x80);
    auto message = saying("health", "fine");
    message.qos = 0;
    const auto before = us.answers.size();
    us.publish(message);
    REQUIRE(us.arrival());
    CHECK(us.arrival()->payload == "fine");
    CHECK(us.arrival()->qos == 0);
    CHECK(us.answers.size() == before);
  }
}

TEST_CASE("what the access rules forbid is answered with 0x87 in MQTT 5 and looks accepted in 3.1.1") {
  BrokerSettings settings;
  settings.acl = "topic readwrite mine/#\n";
  const Broker broker(settings);
  for (const auto version : versions) {
    CAPTURE(std::string(name(version)));
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    CHECK(us.publish(saying("mine/a", "x")) == 0);
    CHECK(us.publish(saying("theirs/a", "x")) == (version == link::Version::v5 ? 0x87 : 0));
    CHECK(us.subscribe({"mine/#"}) < 0x80);
    CHECK_FALSE(us.loss);
  }
}

TEST_CASE("a wrong password is a loss that says so, and no reason to speak another version") {
  BrokerSettings settings;
  settings.passwords = "n07:secret\n";
  const Broker broker(settings);
  for (const auto version : versions) {
    Linked us;
    auto connection = connection_as(version, broker);
    connection.username = "n07", connection.password = "wrong";
    CHECK_FALSE(us.connects(connection));
    CHECK(us.lost().why.starts_with("the broker refused the connection: "));
    CHECK_FALSE(us.lost().version_refused);
    connection.password = "secret";
    CHECK(us.connects(connection));
  }
}

TEST_CASE("the broker says the will when a connection is dropped, and keeps it to itself after a proper goodbye") {
  const Broker broker;
  for (const auto version : versions) {
    const std::string topic = "state/" + std::string(name(version));
    CAPTURE(topic);
    const Listener listener(broker, topic);
    Linked us;
    auto connection = connection_as(version, broker);
    connection.will = saying(topic, "offline", true);
    REQUIRE(us.connects(connection));
    us.publish(saying(topic, "proper goodbye"));
    us.link->disconnect(1s);
    REQUIRE(us.connects(connection));
    us.publish(saying(topic, "dropped"));
    us.link->drop();
    CHECK(listener.heard() == "proper goodbye\ndropped\noffline\n");
    REQUIRE(us.connects(connection));
    us.publish(saying(topic, "destroyed"));
    us.link.reset();
    CHECK(listener.heard() == "proper goodbye\ndropped\noffline\ndestroyed\noffline\n");
  }
}

TEST_CASE("the will is retained, and stays away after a proper goodbye with messages under way") {
  const Broker broker;
  for (const auto version : versions) {
    Linked us;
    auto connection = connection_as(version, broker);
    connection.will = saying("kept", "offline", true);
    REQUIRE(us.connects(connection));
    us.link->drop();
    REQUIRE(us.connects(connection));
    REQUIRE(us.subscribe({"kept"}) < 0x80);
    REQUIRE(us.arrival());
    CHECK(us.arrival()->retained);
    CHECK(us.arrival()->payload == "offline");
    for (int i = 0; i < 10; ++i) (void)us.link->publish(1000, saying("kept", "online " + std::to_string(i), true));
    us.link->disconnect(5s);
    us.arrived.clear();
    REQUIRE(us.connects(connection));
    REQUIRE(us.subscribe({"kept"}) < 0x80);
    REQUIRE(us.arrival());
    CHECK(us.arrival()->payload == "online 9");
    us.arrived.clear();
  }
}

TEST_CASE("another client with our id takes the session over, which is a loss") {
  const Broker broker;
  for (const auto version : versions) {
    Linked us, twin;
    REQUIRE(us.connects(connection_as(version, broker)));
    REQUIRE(twin.connects(connection_as(version, broker)));
    CHECK(us.lost().why == "connection lost");  // Mosquitto 2.0 gives no reason
  }
}

TEST_CASE("a message larger than the broker takes ends the connection, and the loss says so in MQTT 5") {
  BrokerSettings settings;
  settings.extra = "max_packet_size 2000\n";
  const Broker broker(settings);
  for (const auto version : versions) {
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    if (version == link::Version::v5) CHECK(us.welcome->maximum_packet == 2000);
    CHECK(us.publish(saying("a", std::string(1000, 'x'))) == 0);
    (void)us.link->publish(77, saying("a", std::string(5000, 'x')));
    const bool five = version == link::Version::v5;
    CHECK(us.lost().why == (five ? "the broker ended the connection: Packet too large (149)" : "connection lost"));
  }
}

TEST_CASE("a broker that dies is a loss") {
  Broker broker;
  for (const auto version : versions) {
    Linked us;
    REQUIRE(us.connects(connection_as(version, broker)));
    broker.kill();
    CHECK(us.lost().why == "connection lost");
    broker.start();
  }
}

}  // namespace kuzet::test
