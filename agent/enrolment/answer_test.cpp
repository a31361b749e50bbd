// SPDX-License-Identifier: Apache-2.0
// Answers of the enrolment service: what is believed, and the sentence for what is not.
#include "agent/enrolment/answer.hpp"

#include "agent/core/json.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/certificates.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/process.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace kuzet::enrolment {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

Wall now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

json::object good(const std::string& certificate, const std::string& authority) {
  return {{"schema", "kuzet.enrolled/1"}, {"certificate", certificate},
          {"authority", authority},       {"node", "n42"},
          {"site", "landfill-7"},         {"servers", json::array{"mqtts://mqtt.city.example:8883"}}};
}

json::object with(json::object all, const char* name, json::value value) {
  all[name] = std::move(value);
  return all;
}

std::string why_not(const json::object& all) {
  const auto read = parse_answer(json_text(all));
  return read ? "" : read.error().what;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a good answer is read: the certificates alone, the brokers, the name", "[enroll]") {
  test::Authority authority;
  const auto ours = authority.sign({.owner = "n42", .names = ""});
  const auto certificate = test::read_text(ours.file), root = test::read_text(authority.file());
  const auto all = good("bag attributes\n" + certificate + root, root);
  CHECK(test::faults_by_schema(test::read_text(std::filesystem::path(KUZET_SCHEMAS) / "enrolled.schema.json"), {json_text(all)})
            .empty());
  const auto read = parse_answer(json_text(all));
  REQUIRE(read.has_value());
  CHECK(read->chain.pem == certificate + root);
  CHECK(read->chain.count == 2);
  CHECK(read->chain.first.owner == "n42");
  CHECK(read->authority == root);
  CHECK((read->node == "n42" && read->site == "landfill-7"));
  CHECK(read->servers == std::vector<std::string>{"mqtts://mqtt.city.example:8883"});
  CHECK(read->renew.empty());
  CHECK(parse_answer(json_text(with(all, "authority", nullptr)))->authority.empty());
  CHECK(parse_answer(json_text(with(all, "renew", "https://city.example/again")))->renew == "https://city.example/again");
}

TEST_CASE("each field that is no good is named", "[enroll]") {
  test::Authority authority;
  const auto certificate = test::read_text(authority.sign({.owner = "n42", .names = ""}).file);
  const auto all = good(certificate, "");
  REQUIRE(why_not(all).empty());
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += certificate;
  const std::vector<std::pair<json::object, std::string>> rows{
      {with(all, "schema", "kuzet.enrolled/2"), "another kind than kuzet.enrolled/1"},
      {with(all, "certificate", "none"), "\"certificate\" in the answer: there is no certificate"},
      {with(all, "certificate", 5), "\"certificate\" in the answer is no text"},
      {with(all, "certificate", json::string(certificate.substr(0, certificate.size() / 2))),
       "\"certificate\" in the answer: there is no"},
      {with(all, "certificate", json::string(nine)), "more than 8 certificates"},
      {with(all, "authority", "none"), "\"authority\" in the answer"},
      {with(all, "node", "N 42"), "\"node\" in the answer must be"},
      {with(all, "site", ""), "\"site\" in the answer must be"},
      {with(all, "servers", json::array{}), "\"servers\" in the answer must be a list"},
      {with(all, "servers", "mqtts://a"), "\"servers\" in the answer must be a list"},
      {with(all, "servers", json::array{"mqtts://a", "mqtt://b"}), "begin with mqtts:// or wss://"},
      {with(all, "servers", json::array{"mqtts://a b"}), "begin with mqtts:// or wss://"},
      {with(all, "servers", json::array(17, "mqtts://a")), "1 to 16"},
      {with(all, "renew", "http://city.example"), "\"renew\" in the answer: the address must begin with https://"},
  };
  for (const auto& [answer, words] : rows) {
    INFO(words << " <> " << why_not(answer));
    CHECK(holds(why_not(answer), words));
  }
  CHECK(holds(parse_answer("\x01 nonsense").error().what, "the answer is not JSON"));
  CHECK(holds(parse_answer("[]").error().what, "no JSON object"));
  CHECK(holds(parse_answer(std::string(100'000, '[')).error().what, "the answer is not JSON"));
  auto missing = all;
  missing.erase("node");
  CHECK(why_not(missing) == "the answer has no \"node\"");
}

TEST_CASE("a certificate must be for this board's key and name, for a client, and good now", "[enroll]") {
  test::Authority authority;
  const auto judged = [&](const test::Wish& wish, Wall at, bool own = true) {
    const auto read = parse_answer(json_text(good(test::read_text(authority.sign(wish).file), "")));
    REQUIRE(read.has_value());
    const auto fit = judge(*read, own ? read->chain.first.mark : std::string(64, '0'), at);
    return fit ? std::string() : fit.error().what;
  };
  CHECK(judged({.owner = "n42", .names = ""}, now()).empty());
  CHECK(judged({.owner = "kuzet-landfill-7-n42", .names = ""}, now()).empty());
  CHECK(judged({.owner = "n42", .names = ""}, now(), false) == "the certificate is for another key than this board's");
  CHECK(holds(judged({.owner = "n43", .names = ""}, now()), "neither \"n42\" nor \"kuzet-landfill-7-n42\""));
  CHECK(holds(judged({.owner = "n42", .names = "", .from = -48h, .until = -24h}, now()), "has expired on"));
  CHECK(
      judged({.owner = "n42", .names = "", .from = 5min, .until = 24h}, now()).empty());  // the city's clock is ahead a little
  const auto unset = judged({.owner = "n42", .names = ""}, Wall(10s));
  CHECK(holds(unset, "this board's clock says 1970-01-01T00:00:10.000Z: set the clock"));
  const auto root = parse_answer(json_text(with(good(test::read_text(authority.file()), ""), "node", "n42")));
  REQUIRE(root.has_value());
  auto owned = *root;
  owned.chain.first.owner = "n42";
  CHECK(judge(owned, owned.chain.first.mark, now()).error().what == "the certificate is not one that a client may show");
}

TEST_CASE("a refusal is one line that fits a screen, whatever was sent", "[enroll]") {
  CHECK(reason_in(R"({"why": "the token is not known"})") == "the token is not known");
  CHECK(reason_in("{\"why\": \"a\\u001b[2Jb\\nc\"}") == "a [2Jb c");
  CHECK(reason_in(json_text(json::object{{"why", std::string(5000, 'x')}})).size() < 220);
  for (const std::string text : {"", "<html>", "[]", R"({"why": 5})", R"({"because": "x"})"}) CHECK(reason_in(text).empty());
}

TEST_CASE("a token is sent over https only", "[enroll]") {
  CHECK(check_address("https://city.example/enrol").has_value());
  CHECK(check_address("https://[::1]:8443/enrol").has_value());
  CHECK(holds(check_address("http://city.example/enrol").error().what, "must begin with https://: over http:// anybody"));
  for (const std::string text :
       {"", "city.example", "ftp://city.example", "https://", "https://a b/", "https://me:secret@city/"}) {
    REQUIRE(check_address(text).has_error());
    CHECK_FALSE(holds(check_address(text).error().what, "secret"));
  }
}

}  // namespace kuzet::enrolment
