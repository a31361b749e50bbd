// SPDX-License-Identifier: Apache-2.0
// TLS against a real broker: who is believed, who is not, and what is said about it.
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/certificates.hpp"
#include "tests/harness/linked.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace kuzet::test {

namespace {

BrokerSettings speaking(const Certificate& certificate) {
  BrokerSettings out;
  out.certificate = certificate;
  return out;
}

link::Connection trusting(const Broker& broker, const Authority& authority) {
  auto out = connection_to(broker.url());
  out.ca = authority.file();
  return out;
}

/// In TLS 1.3 the refusal comes after our side is through, and may be lost in the broker's hanging up.
constexpr auto refusal = "cannot connect: TLS: the broker refused us";

}  // namespace

TEST_CASE("a broker whose certificate fits is believed, by its name and by its address, in both versions") {
  Authority authority;
  const Broker broker(speaking(authority.sign({.owner = "broker"})));
  for (const auto version : {link::Version::v5, link::Version::v311})
    for (const std::string host : {"localhost", "127.0.0.1"}) {
      Linked us;
      auto connection = trusting(broker, authority);
      connection.server = broker.url(host);
      connection.version = version;
      CAPTURE(host, std::string(name(version)));
      CHECK(us.connects(connection));
      CHECK(us.lost(0ms).why.empty());
    }
}

TEST_CASE("a broker with the certificate of another host is refused") {
  Authority authority;
  for (const std::string names : {"DNS:elsewhere.example,IP:127.0.0.2", ""})
    for (const std::string host : {"localhost", "127.0.0.1"}) {
      const Broker broker(speaking(authority.sign({.owner = "elsewhere.example", .names = names})));
      Linked us;
      auto connection = trusting(broker, authority);
      connection.server = broker.url(host);
      CAPTURE(names, host);
      CHECK_FALSE(us.connects(connection));
      CHECK(us.lost().why == "cannot connect: TLS: the broker's certificate is not for " + host);
      CHECK_FALSE(us.lost().version_refused);
    }
}

TEST_CASE("a broker whose authority we do not know is refused") {
  Authority authority, other;
  const Broker broker(speaking(authority.sign({.owner = "broker"})));
  Linked us;
  CHECK_FALSE(us.connects(trusting(broker, other)));
  CHECK(us.lost().why == "cannot connect: TLS: certificate verify failed (unknown CA)");
  CHECK_FALSE(us.connects(connection_to(broker.url())));
  CHECK(us.lost().why == "cannot connect: TLS: certificate verify failed (unknown CA)");
}

TEST_CASE("a broker whose certificate has expired, or is not valid yet, is refused") {
  Authority authority;
  Wish old, early;
  old.from = -48h, old.until = -24h;
  early.from = 24h, early.until = 48h;
  Linked us;
  const Broker expired(speaking(authority.sign(old)));
  CHECK_FALSE(us.connects(trusting(expired, authority)));
  CHECK(us.lost().why == "cannot connect: TLS: certificate verify failed (certificate expired)");
  const Broker unborn(speaking(authority.sign(early)));
  CHECK_FALSE(us.connects(trusting(unborn, authority)));
  CHECK(us.lost().why == "cannot connect: TLS: certificate verify failed (bad certificate)");
}

TEST_CASE("a broker that wants our certificate gets it, and lets nobody in without one") {
  Authority authority, other;
  auto settings = speaking(authority.sign({.owner = "broker"}));
  settings.authority = authority.file();
  const Broker broker(settings);
  const auto ours = authority.sign({.owner = "n07", .names = ""}), stranger = other.sign({.owner = "n07", .names = ""});
  for (const auto version : {link::Version::v5, link::Version::v311}) {
    Linked us;
    auto connection = trusting(broker, authority);
    connection.version = version;
    CHECK_FALSE(us.connects(connection));
    CHECK(us.lost().why.starts_with(refusal));
    CHECK_FALSE(us.lost().version_refused);
    connection.certificate = stranger.file, connection.key = stranger.key;
    CHECK_FALSE(us.connects(connection));
    CHECK(us.lost().why.starts_with(refusal));
    connection.certificate = ours.file, connection.key = ours.key;
    CHECK(us.connects(connection));
  }
}

TEST_CASE("files that hold something else, or do not fit each other, are named") {
  Authority authority;
  const Broker broker(speaking(authority.sign({.owner = "broker"})));
  const auto one = authority.sign({.owner = "n07", .names = ""}), two = authority.sign({.owner = "n08", .names = ""});
  const TempFolder folder;
  const auto junk = (folder / "junk").string();
  write_file(junk, "no certificate\n");
  Linked us;
  auto connection = trusting(broker, authority);
  connection.ca = junk;
  CHECK_FALSE(us.connects(connection));
  CHECK(us.lost().why.find("tls.ca: " + junk + ": ") == 0);
  connection.ca = authority.file(), connection.certificate = junk, connection.key = one.key;
  CHECK_FALSE(us.connects(connection));
  CHECK(us.lost().why.find("tls.certificate: " + junk + ": ") == 0);
  connection.certificate = one.file, connection.key = junk;
  CHECK_FALSE(us.connects(connection));
  CHECK(us.lost().why.find("tls.key: " + junk + ": ") == 0);
  connection.key = two.key;
  CHECK_FALSE(us.connects(connection));
  CHECK(us.lost().why == "tls.key: " + two.key.string() + ": key values mismatch");
}

TEST_CASE("a broker that speaks no TLS is a loss, and so is one that speaks nothing else") {
  const Broker plain;
  Linked us;
  CHECK_FALSE(us.connects(connection_to("mqtts://localhost:" + std::to_string(plain.port()))));
  CHECK(us.lost().why.starts_with("cannot connect: "));
  CHECK_FALSE(us.lost().version_refused);
  Authority authority;
  const Broker broker(speaking(authority.sign({.owner = "broker"})));
  CHECK_FALSE(us.connects(connection_to("mqtt://localhost:" + std::to_string(broker.port()))));
  CHECK_FALSE(us.lost().why.empty());
}

TEST_CASE("WebSockets, plain and by TLS, carry messages both ways") {
  Authority authority;
  for (const bool tls : {false, true})
    for (const auto version : {link::Version::v5, link::Version::v311}) {
      auto settings = tls ? speaking(authority.sign({.owner = "broker"})) : BrokerSettings{};
      settings.websockets = true;
      const Broker broker(settings);
      Linked us;
      auto connection = connection_to(broker.url());
      if (tls) connection.ca = authority.file();
      connection.version = version;
      CAPTURE(broker.url(), std::string(name(version)));
      REQUIRE(us.connects(connection));
      CHECK(us.subscribe({"a/#"}) < 0x80);
      CHECK(us.publish(saying("a/b", std::string(100'000, 'x'))) == 0);
      CHECK(us.arrival().value_or(link::Message{}).payload.size() == 100'000);
    }
}

}  // namespace kuzet::test
