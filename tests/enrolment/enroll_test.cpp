// SPDX-License-Identifier: Apache-2.0
// `kuzet enroll` against a city's service that answers, refuses, hangs and lies; and killed at any moment.
#include "agent/enrolment/identity.hpp"
#include "agent/enrolment/key.hpp"
#include "tests/enrolment/city.hpp"
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"

#include <sys/stat.h>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <thread>

namespace kuzet::test {

namespace {

using namespace std::chrono_literals;

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string mark_in(const std::filesystem::path& file) {
  const auto mark = enrolment::public_mark(read_text(file));
  return mark ? *mark : "none";
}

}  // namespace

TEST_CASE("a blank board is enrolled: key here, certificate and name from the city, a configuration that checks", "[enroll]") {
  City city;
  const Blank board;
  const auto token = city.token();
  const auto ran = board.enroll(city, city.url(), token);
  INFO(ran.errors);
  REQUIRE(ran.code == 0);
  CHECK(contains(ran.errors, "enrolled as landfill-7/n42; the certificate is good until "));
  CHECK_FALSE(contains(ran.errors, token));
  CHECK(mode_of(board.identity()) == 0700);
  CHECK(mode_of(board.identity() / "identity.pem") == 0600);
  CHECK_FALSE(std::filesystem::exists(board.identity() / "pending.pem"));
  CHECK(read_text(board.identity() / "authority.pem") == read_text(city.ca()));
  CHECK(contains(read_text(board.configuration()), "# a new board\nnode: {id: n42, site: landfill-7}  # not named yet\n"));
  CHECK(contains(read_text(board / "kuzet.yaml.before-enroll"), "node: {id: new, site: nowhere}"));
  CHECK(run_kuzet({"check", "--config", board.configuration().string()}).code == 0);
  // Key and certificate belong together, by somebody else's judgement.
  const auto pem = (board.identity() / "identity.pem").string();
  CHECK(run({"openssl", "verify", "-CAfile", city.ca().string(), pem}).code == 0);
  CHECK(run({"openssl", "x509", "-in", pem, "-noout", "-pubkey"}).output ==
        run({"openssl", "pkey", "-in", pem, "-pubout"}).output);
  // What went over the wire: by the schema, and neither a person's nor the machine's name.
  const auto asked = city.requests();
  REQUIRE(asked.size() == 1);
  CHECK(contains(word(asked[0], "subject"), "subject=CN = "));
  CHECK_FALSE(contains(word(asked[0], "subject"), ","));
  auto body = asked[0].at("request").as_object();
  body["csr"] = "-----BEGIN CERTIFICATE REQUEST-----\n";
  CHECK(faults_by_schema(read_text(std::filesystem::path(KUZET_SCHEMAS) / "enrol.schema.json"), {boost::json::serialize(body)})
            .empty());
}

TEST_CASE("a token is good once, and for another board never", "[enroll]") {
  City city;
  const Blank one, two;
  const auto token = city.token();
  REQUIRE(one.enroll(city, city.url(), token).code == 0);
  check_refused(two.enroll(city, city.url(), token), 1, {"answered 409: the token was used by another board"});
  check_refused(two.enroll(city, city.url(), "unknown"), 1, {"answered 403: the token is not known"});
  CHECK(contains(read_text(two.configuration()), "id: new"));
}

TEST_CASE("a token comes from a file or from standard input too, and a pin is enough to know the city by", "[enroll]") {
  City city;
  const Blank by_file, by_input, by_pin;
  write_text(by_file / "token", city.token() + "\n");
  CHECK(by_file.enroll(city, city.url(), "@" + (by_file / "token").string()).code == 0);
  write_text(by_input / "token", city.token() + "\n");
  std::string output;
  CHECK(runs(std::string(KUZET_PROGRAM) + " enroll " + city.url() + " - --ca " + city.ca().string() + " --config " +
                 by_input.configuration().string() + " < " + (by_input / "token").string(),
             output));
  const auto finger =
      run({"openssl", "x509", "-in", (city / "server.pem").string(), "-noout", "-fingerprint", "-sha256"}).output;
  const auto pin = finger.substr(finger.find('=') + 1, 95);
  const std::vector<std::string> words{"enroll", city.url(), city.token(), "--config", by_pin.configuration().string(),
                                       "--pin"};
  auto wrong = words, right = words, broken = words;
  wrong.push_back(std::string(64, 'a')), right.push_back(pin), broken.emplace_back("abc");
  check_refused(run_kuzet(broken), 2, {"--pin must be a SHA-256"});
  check_refused(run_kuzet(wrong), 1, {"neither the certificate nor its public key has the SHA-256"});
  CHECK(city.requests().size() == 2);  // the token was not shown to whom we do not know
  CHECK(run_kuzet(right).code == 0);
}

TEST_CASE("what is wrong is said in one sentence, before the token is used where that can be", "[enroll]") {
  City city;
  const Blank board;
  const auto token = city.token(), before = read_text(board.configuration());
  const auto words = board.words(city, city.url(), token);
  auto plain = words, untrusted = words, missing = words, nobody = words;
  plain[1] = "http://localhost/enrol";
  untrusted.resize(5);
  missing[4] = (board / "missing.yaml").string();
  nobody[1] = "https://localhost:" + std::to_string(free_port()) + "/enrol";
  check_refused(run_kuzet(plain), 2, {"must begin with https://: over http:// anybody on the way could take the token"});
  check_refused(run_kuzet(untrusted), 1, {"TLS: certificate verify failed", "self-signed certificate in certificate chain"});
  check_refused(run_kuzet(missing), 78, {"missing.yaml is not there; begin with `kuzet new`"});
  check_refused(run_kuzet(nobody), 1, {"Connection refused"});
  auto elsewhere = words;
  elsewhere[1] = "https://127.0.0.2" + city.url().substr(17);
  check_refused(run_kuzet(elsewhere), 1, {"127.0.0.2"});
  write_text(board / "broken.yaml", "node: {id: N 1}\n");
  auto broken = words;
  broken[4] = (board / "broken.yaml").string();
  const auto refused = run_kuzet(broken);
  CHECK(refused.code == 78);
  CHECK(contains(refused.errors, "broken.yaml:1:12: node.id"));
  CHECK(contains(refused.errors, "the token was not used"));
  CHECK(city.requests().empty());
  CHECK(read_text(board.configuration()) == before);
}

TEST_CASE("an answer that is no good changes nothing, and the same token is good afterwards", "[enroll]") {
  City city;
  const Blank board;
  const auto token = city.token(), before = read_text(board.configuration());
  const std::vector<std::pair<std::string, std::string>> rows{
      {"500", "answered 500; try again later"},
      {"403", "answered 403: not you [2J"},
      {"302", "answered 302; redirects are not followed"},
      {"garbage", "the answer is not JSON"},
      {"truncated", "answer: partial message"},
      {"huge", "the answer is longer than 262144 bytes"},
      {"array", "the answer is no JSON object"},
      {"no_node", "the answer has no \"node\""},
      {"other_key", "the certificate is for another key than this board's"},
      {"expired", "the certificate has expired on "},
      {"early", "set the clock (timedatectl) and try again"},
      {"wrong_name", "the certificate's common name is neither \"n42\" nor \"kuzet-landfill-7-n42\""},
      {"mqtt", "begin with mqtts:// or wss://"},
      {"authority_cert", "the certificate is not one that a client may show"},
  };
  for (const auto& [fault, words] : rows) {
    CAPTURE(fault);
    check_refused(board.enroll(city, city.url(fault + "/enrol"), token), 1, {words});
    CHECK_FALSE(std::filesystem::exists(board.identity() / "identity.pem"));
    CHECK(read_text(board.configuration()) == before);
  }
  CHECK(board.enroll(city, city.url(), token).code == 0);
}

TEST_CASE("killed at any moment it is run again with the same token, and until then the old identity is whole", "[enroll]") {
  City city;
  const Blank board;
  REQUIRE(board.enroll(city, city.url(), city.token()).code == 0);
  for (int step = 0; step < 24; ++step) {
    CAPTURE(step);
    const auto token = city.token();
    const auto old = mark_in(board.identity() / "identity.pem");
    auto words = board.words(city, city.url(), token);
    words.insert(words.begin(), KUZET_PROGRAM);
    Process command(words, board / "log");
    std::this_thread::sleep_for(std::chrono::milliseconds(8 * step));  // the moment is what is tried
    command.kill(SIGKILL);
    (void)command.wait(5s);
    // What an agent would find now: settled by whoever looks next, never half of each.
    REQUIRE(enrolment::IdentityFolder(board.identity()).settle().has_value());
    const auto pem = (board.identity() / "identity.pem").string();
    CHECK(run({"openssl", "x509", "-in", pem, "-noout", "-pubkey"}).output ==
          run({"openssl", "pkey", "-in", pem, "-pubout"}).output);
    CHECK(enrolment::IdentityFolder(board.identity()).record().has_value());
    CHECK(run_kuzet({"check", "--config", board.configuration().string()}).code == 0);
    const auto again = board.enroll(city, city.url(), token);
    INFO(again.errors);
    CHECK(again.code == 0);
    CHECK(mark_in(pem) != old);
    CHECK(std::distance(std::filesystem::directory_iterator(board.identity()), {}) == 4);  // with its lock
  }
}

TEST_CASE("a city that hangs is left after half a minute at most", "[enroll]") {
  City city;
  const Blank board;
  const auto began = std::chrono::steady_clock::now();
  auto words = board.words(city, city.url("hang/enrol"), city.token());
  words.insert(words.begin(), KUZET_PROGRAM);
  check_refused(run(words, 45s), 1, {"answer: no answer within 30s"});
  CHECK(std::chrono::steady_clock::now() - began > 29s);
}

}  // namespace kuzet::test
