// SPDX-License-Identifier: Apache-2.0
// When the next certificate is asked for, and what is said when none comes; time is an argument.
#include "agent/run/renewal.hpp"

#include "agent/enrolment/key.hpp"
#include "agent/run/credentials.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/home.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using enrolment::IdentityFolder;
using enrolment::Record;

constexpr auto day = 24h;

/// An identity of 90 days from day 1000 on, and the clocks at any moment.
class Case {
 public:
  Case() { keep(Wall(day * 1000), 90 * day); }

  void keep(Wall issued, Duration life) {
    Record record;
    record.renew = "https://city.example/enrol/renew";
    record.issued = issued, record.expires = issued + std::chrono::floor<std::chrono::milliseconds>(life);
    record.renew_after = issued + std::chrono::floor<std::chrono::milliseconds>(life * 2 / 3);
    REQUIRE(folder.keep(enrolment::new_key().value(), {}, record).has_value());
  }
  void at(Duration since, ClockState clock = ClockState::synced) {
    renewal.tick({Steady(since), Wall(day * 1000) + std::chrono::floor<std::chrono::milliseconds>(since), clock});
    while (renewal.asking()) home.run(1);
  }

  test::TempFolder temp;
  IdentityFolder folder{temp.path()};
  test::Home home;
  int asked = 0;
  Result<Record> answer = Error{Code::io, "city.example: connect: no answer within 30s"};
  std::vector<std::string> said;
  std::vector<boost::json::object> faults;
  Renewal renewal{folder,
                  [this](Wall, const std::stop_token&) { return ++asked, answer; },
                  home.poster(),
                  [] { return 0.5; },
                  {[this](const std::string& sentence) { said.push_back(sentence); },
                   [this](boost::json::object fault, Duration) { faults.push_back(std::move(fault)); }}};
};

std::string text(const boost::json::object& fault, const char* key) { return std::string(fault.at(key).as_string()); }

}  // namespace

TEST_CASE("the next certificate is asked for from two thirds of a life on, and not before", "[enroll][renewal]") {
  Case board;
  for (int i = 0; i <= 60; ++i) board.at(i * day);
  CHECK(board.asked == 0);
  board.at(60 * day + 18h);  // half of a twentieth of the 30 days that are left is 18 hours
  CHECK(board.asked == 1);
  CHECK(board.said == std::vector<std::string>{"certificate: not renewed: city.example: connect: no answer within 30s"});
  CHECK(board.faults.empty());  // thirty days are time enough
}

TEST_CASE("what fails is asked again ever later, up to six hours, and said once", "[enroll][renewal]") {
  Case board;
  std::vector<Duration> tries;
  for (Duration at = 61 * day; at < 65 * day; at += 1min) {
    const int before = board.asked;
    board.at(at);
    if (board.asked > before) tries.push_back(at);
  }
  REQUIRE(tries.size() > 20);
  CHECK(tries.size() < 60);
  CHECK(tries[1] - tries[0] <= 10min);
  CHECK(tries.back() - tries[tries.size() - 2] <= 6h);
  CHECK(board.said.size() == 1);
}

TEST_CASE("a certificate that ends soon and is not renewed is a fault of the node, with what to do", "[enroll][renewal]") {
  Case board;
  board.at(75 * day);
  CHECK(board.faults.empty());
  board.at(77 * day);
  REQUIRE(board.faults.size() == 1);
  CHECK(text(board.faults[0], "what") ==
        "the certificate ends in 13 days and could not be renewed: city.example: connect: no answer within 30s");
  CHECK(text(board.faults[0], "do").find("reaches https://city.example/enrol/renew") != std::string::npos);
  board.at(91 * day);
  CHECK(text(board.faults.back(), "what").starts_with("the certificate has ended on "));
  CHECK(text(board.faults.back(), "do") == "get a new token and run kuzet enroll again");
}

TEST_CASE("a new certificate ends it all, whoever got it", "[enroll][renewal]") {
  Case board;
  board.at(80 * day);
  REQUIRE_FALSE(board.said.empty());
  board.keep(Wall(day * 1080), 90 * day);
  board.faults.clear();
  board.at(80 * day + 11s);
  board.at(100 * day);
  CHECK(board.asked == 1);
  CHECK(board.faults.empty());
  board.at(145 * day);
  CHECK(board.asked == 2);
}

TEST_CASE("a clock that was never set says nothing about an end", "[enroll][renewal]") {
  Case board;
  board.at(-1000 * day, ClockState::unsynced);
  CHECK(board.asked == 0);
  REQUIRE(board.said.size() == 1);
  CHECK(board.said[0].find("it is renewed once the clock is set") != std::string::npos);
  board.at(4000 * day, ClockState::unsynced);
  CHECK(board.faults.empty());
  board.at(10 * day);
  CHECK(board.faults.empty());
}

TEST_CASE("a minute's certificate is renewed within its minute, however often it fails", "[enroll][renewal]") {
  Case board;
  board.keep(Wall(day * 1000), 60s);
  for (int i = 0; i < 60; ++i) board.at(std::chrono::seconds(i));
  CHECK(board.asked > 7);
  CHECK(board.asked < 20);
}

TEST_CASE("a board that was never enrolled says so", "[enroll][renewal]") {
  Case board;
  std::filesystem::remove(board.folder.record_file());
  board.at(1s);
  REQUIRE(board.faults.size() == 1);
  CHECK(text(board.faults[0], "do") == "enroll it: kuzet enroll URL TOKEN");
  CHECK(board.asked == 0);
}

TEST_CASE("an identity is certificate, key and authority of a connection, unless tls names others", "[enroll][renewal]") {
  const test::TempFolder temp;
  UplinkSettings uplink;
  uplink.identity = temp.path().string();
  const auto pem = (temp / "identity.pem").string();
  CHECK((tls_of(uplink).certificate == pem && tls_of(uplink).key == pem && tls_of(uplink).ca.empty()));
  const auto mark = credentials_mark(uplink);
  test::write_file(temp / "authority.pem", "CA");
  CHECK(tls_of(uplink).ca == (temp / "authority.pem").string());
  CHECK(credentials_mark(uplink) != mark);
  const auto second = credentials_mark(uplink);
  test::write_file(pem, "key");
  CHECK(credentials_mark(uplink) != second);
  uplink.tls.certificate = "/etc/own.crt";
  CHECK((tls_of(uplink).certificate == "/etc/own.crt" && tls_of(uplink).key.empty()));
  uplink.tls.ca = "/etc/city.pem";
  CHECK(tls_of(uplink).ca == "/etc/city.pem");
}

}  // namespace kuzet::run
