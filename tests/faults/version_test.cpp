// SPDX-License-Identifier: Apache-2.0
// Brokers that refuse: the version, the subscription, or any answer at all.
#include "tests/faults/puppet.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/linked.hpp"

namespace kuzet::test {

namespace {

using namespace std::string_literals;

const auto welcome_5 = "\x20\x03\x00\x00\x00"s;
const auto welcome_311 = "\x20\x02\x00\x00"s;

link::Loss loss_from(std::vector<std::string> answers, Puppet::End end, link::Version version = link::Version::v5) {
  const Puppet broker(std::move(answers), end);
  Linked us;
  auto connection = connection_to(broker.url());
  connection.version = version;
  CHECK_FALSE(us.connects(connection));
  return us.lost();
}

int subscription(const std::string& welcome, const std::string& answer, link::Version version,
                 const std::vector<std::string>& filters) {
  const Puppet broker({welcome, answer}, Puppet::End::stays_silent);
  Linked us;
  auto connection = connection_to(broker.url());
  connection.version = version;
  REQUIRE(us.connects(connection));
  return us.subscribe(filters);
}

}  // namespace

TEST_CASE("a broker that does not speak the version says so in three ways") {
  const auto by_reason = loss_from({"\x20\x03\x00\x84\x00"s}, Puppet::End::hangs_up);
  CHECK(by_reason.version_refused);
  CHECK(by_reason.why == "the broker refused the connection: Unsupported Protocol Version (132)");
  const auto in_311 = loss_from({"\x20\x02\x00\x01"s}, Puppet::End::hangs_up);
  CHECK(in_311.version_refused);
  const auto without_a_word = loss_from({}, Puppet::End::hangs_up);
  CHECK(without_a_word.version_refused);
  CHECK(without_a_word.why == "the broker hung up when we said who we are");
}

TEST_CASE("a broker that refuses for another reason, or is silent, does not refuse the version") {
  const auto not_authorized = loss_from({"\x20\x03\x00\x87\x00"s}, Puppet::End::hangs_up);
  CHECK_FALSE(not_authorized.version_refused);
  CHECK(not_authorized.why == "the broker refused the connection: Not authorized (135)");
  const auto silent = loss_from({}, Puppet::End::stays_silent);
  CHECK_FALSE(silent.version_refused);
  CHECK(silent.why == "cannot connect: no answer within 3 s");
}

TEST_CASE("in 3.1.1 only the answer 1 refuses the version") {
  const auto version = loss_from({"\x20\x02\x00\x01"s}, Puppet::End::hangs_up, link::Version::v311);
  CHECK(version.version_refused);
  CHECK(version.why == "the broker refused the connection: unacceptable protocol version");
  const auto password = loss_from({"\x20\x02\x00\x04"s}, Puppet::End::hangs_up, link::Version::v311);
  CHECK_FALSE(password.version_refused);
  CHECK(password.why == "the broker refused the connection: bad user name or password");
  CHECK_FALSE(loss_from({}, Puppet::End::hangs_up, link::Version::v311).version_refused);
}

TEST_CASE("a subscription is answered with the worst reason of its filters") {
  using link::Version;
  CHECK(subscription(welcome_5, "\x90\x04\x00\x01\x00\x01"s, Version::v5, {"a"}) == 1);
  CHECK(subscription(welcome_5, "\x90\x04\x00\x01\x00\x87"s, Version::v5, {"a"}) == 0x87);
  CHECK(subscription(welcome_5, "\x90\x06\x00\x01\x00\x01\x8f\x00"s, Version::v5, {"a", "b", "c"}) == 0x8f);
  CHECK(subscription(welcome_311, "\x90\x03\x00\x01\x01"s, Version::v311, {"a"}) == 1);
  CHECK(subscription(welcome_311, "\x90\x03\x00\x01\x80"s, Version::v311, {"a"}) == 0x80);
  CHECK(subscription(welcome_311, "\x90\x05\x00\x01\x01\x80\x00"s, Version::v311, {"a", "b", "c"}) == 0x80);
}

TEST_CASE("a message that the broker refuses is answered with its reason, and the connection stays") {
  const Puppet broker({welcome_5, "\x40\x03\x00\x01\x97"s, "\x40\x03\x00\x02\x10"s}, Puppet::End::stays_silent);
  Linked us;
  REQUIRE(us.connects(connection_to(broker.url())));
  CHECK(us.publish(saying("a", "x")) == 0x97);
  CHECK(us.publish(saying("a", "x")) < 0x80);
  CHECK_FALSE(us.loss);
}

TEST_CASE("a broker that takes the session from us is quoted") {
  const Puppet broker({welcome_5 + "\xe0\x01\x8e"s}, Puppet::End::stays_silent);
  Linked us;
  REQUIRE(us.connects(connection_to(broker.url())));
  CHECK(us.lost().why == "the broker ended the connection: Session taken over (142)");
}

}  // namespace kuzet::test
