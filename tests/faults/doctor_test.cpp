// SPDX-License-Identifier: Apache-2.0
// `kuzet doctor` and the agent's own look, against real brokers that are sound, sick or strict.
#include "agent/link/visit.hpp"
#include "tests/faults/board.hpp"
#include "tests/harness/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/parse.hpp>

#include <sys/stat.h>

#include <algorithm>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

bool skipped() {
  if (Broker::available()) return false;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return true;
}

/// What the doctor says of a configuration with this uplink.
struct Said {
  Ran ran;
  std::vector<json::object> lines;

  void has(const std::string& check, const std::string& state, const std::string& words) const {
    const bool found = std::ranges::any_of(lines, [&](const json::object& line) {
      return word(line, "check") == check && word(line, "state") == state &&
             (contains(word(line, "what"), words) || contains(word(line, "do"), words));
    });
    INFO(ran.output);
    INFO(check << " " << state << ": " << words);
    CHECK(found);
  }
};

struct Patient {
  TempFolder folder;
  [[nodiscard]] std::filesystem::path file() const { return folder / "kuzet.yaml"; }
  [[nodiscard]] Said says(const std::string& uplink, const std::vector<std::string>& words = {}) const {
    write_text(file(), "node: {id: n1, site: yard}\n" + uplink + "store: {path: \"" + (folder / "store").string() +
                           "\", keep_free: 0B}\n");
    return ask(words);
  }
  [[nodiscard]] Said ask(const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all{"doctor", "--config", file().string(), "--json"};
    all.insert(all.end(), words.begin(), words.end());
    Said out{run_kuzet(all), {}};
    check_ended_well(out.ran);
    out.lines = json_lines(out.ran.output);
    for (const auto& line : out.lines) {  // each line has what a program needs
      CHECK_FALSE(word(line, "check").empty());
      CHECK_FALSE(word(line, "what").empty());
      const auto state = word(line, "state");
      CHECK((state == "good" || state == "unknown" || state == "warning" || state == "bad"));
      if (state == "bad" || state == "warning") CHECK_FALSE(word(line, "do").empty());
    }
    return out;
  }
};

BrokerSettings speaking(const Certificate& certificate) {
  BrokerSettings out;
  out.certificate = certificate;
  return out;
}

std::string uplink(const std::string& server, const std::string& more = "") {
  return "uplink: {servers: [\"" + server + "\"]" + more + "}\n";
}

std::string trusting(const Broker& broker, const Authority& authority) {
  return uplink(broker.url(), ", tls: {ca: \"" + authority.file().string() + "\"}");
}

}  // namespace

TEST_CASE("a sound broker is reached, believed and logged in at, and hears nothing", "[doctor][faults]") {
  if (skipped()) return;
  Authority authority;
  const Broker broker(speaking(authority.sign({.until = 24h * 365})));
  const Patient board;
  const auto said = board.says(trusting(broker, authority));
  said.has("broker", "good", "reached at 127.0.0.1");
  said.has("broker", "good", "its certificate is for localhost");
  said.has("broker", "good", "its certificate is believed (TLSv1.3)");
  said.has("certificate", "good", "the broker's certificate ends in 365 days");
  said.has("broker", "good", "the login as a client works, with MQTT 5");
  said.has("broker", "good", "grants the subscription to kuzet/v1/yard/n1/cmd/+");
  said.has("broker", "good", "messages of any size");
  CHECK_FALSE(contains(broker.log(), "Received PUBLISH"));
  CHECK(contains(broker.log(), "kuzet-yard-n1-doctor-"));  // its own name: nobody is sent away
}

TEST_CASE("a certificate with another name, one that ends, one that has ended, one of strangers", "[doctor][faults]") {
  if (skipped()) return;
  Authority authority, other;
  const Patient board;
  const Broker elsewhere(speaking(authority.sign({.names = "DNS:mqtt.city.example"})));
  auto said = board.says(trusting(elsewhere, authority));
  said.has("broker", "bad", "its certificate is not for localhost but for mqtt.city.example");
  CHECK(said.ran.code == 1);
  CHECK_FALSE(contains(said.ran.output, "the login"));  // nobody gives such a one a password
  const Broker ending(speaking(authority.sign({.from = -24h * 300, .until = 24h * 2})));
  board.says(trusting(ending, authority)).has("certificate", "bad", "the broker's certificate ends in 48 hours");
  const Broker ended(speaking(authority.sign({.from = -48h, .until = -24h})));
  said = board.says(trusting(ended, authority));
  said.has("certificate", "bad", "the broker's certificate has ended 24 hours ago");
  said.has("broker", "bad", "its certificate is not believed: certificate has expired");
  const Broker strange(speaking(other.sign({})));
  board.says(trusting(strange, authority)).has("broker", "bad", "put the authority that signed it into uplink.tls.ca");
}

TEST_CASE("the board's own certificate: its end, a key that does not fit, a file that is none", "[doctor][faults]") {
  if (skipped()) return;
  Authority authority;
  const Broker broker(speaking(authority.sign({})));
  const auto one = authority.sign({.owner = "n1", .names = "", .from = -24h * 300, .until = 24h * 10}),
             two = authority.sign({});
  const auto with = [&](const std::string& certificate, const std::string& key) {
    return uplink(broker.url(), ", tls: {ca: \"" + authority.file().string() + "\", certificate: \"" + certificate +
                                    "\", key: \"" + key + "\"}");
  };
  const Patient board;
  board.says(with(one.file, one.key)).has("certificate", "warning", "the certificate of n1");
  board.says(with(one.file, two.key)).has("certificate", "bad", "key values mismatch");
  write_text(board.folder / "junk", "no certificate\n");
  board.says(with((board.folder / "junk").string(), one.key)).has("certificate", "bad", "holds no certificate");
}

TEST_CASE("a broker that refuses the login, a topic or a large message", "[doctor][faults]") {
  if (skipped()) return;
  const Patient board;
  const auto password = board.folder / "password";
  write_text(password, "hunter2\n");
  ::chmod(password.c_str(), 0600);
  const auto as = [&](const Broker& broker) {
    return uplink(broker.url(), ", username: n1, password_file: \"" + password.string() + "\"");
  };
  BrokerSettings strict;
  strict.passwords = "n1:other\n";
  const Broker refusing(strict);
  auto said = board.says(as(refusing));
  said.has("broker", "bad", "the login fails: the broker refused the connection");
  CHECK_FALSE(contains(said.ran.output + said.ran.errors, "hunter2"));
  BrokerSettings closed;
  closed.passwords = "n1:hunter2\n";
  closed.acl = "user n1\ntopic read kuzet/v1/yard/n1/ack\n";
  closed.extra = "max_packet_size 20000\n";
  const Broker narrow(closed);
  said = board.says(as(narrow));
  said.has("broker", "good", "the login as n1 works");
  said.has("broker", "warning", "no message larger than 20 kB");
  CHECK_FALSE(contains(said.ran.output + said.ran.errors, "hunter2"));
}

TEST_CASE("a broker that is away, hangs, or speaks no TLS costs seconds", "[doctor][faults]") {
  if (skipped()) return;
  const Patient board;
  board.says(uplink("mqtt://127.0.0.1:" + std::to_string(free_port())))
      .has("broker", "bad", "nobody answers at 127.0.0.1 port");
  const Broker plain;
  board.says(uplink("mqtts://127.0.0.1:" + std::to_string(plain.port()))).has("broker", "bad", "no TLS there");
  board.says(uplink("mqtt://no.such.host.invalid")).has("names", "bad", "no.such.host.invalid is not found");
  boost::asio::io_context io;
  const boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
  const std::string port = std::to_string(silent.local_endpoint().port());
  const auto began = std::chrono::steady_clock::now();
  board.says(uplink("mqtts://127.0.0.1:" + port)).has("broker", "bad", "no TLS there: TLS: no answer");
  board.says(uplink("mqtt://127.0.0.1:" + port)).has("broker", "bad", "the login fails");
  CHECK(std::chrono::steady_clock::now() - began < 25s);
}

TEST_CASE("an agent that is connected is asked, and not disturbed", "[doctor][faults]") {
  if (skipped()) return;
  Board board;
  board.configure("");
  auto agent = board.start();
  CHECK(eventually([&] { return contains(board.run("status", {"--json"}).output, "\"state\":\"online\""); }, 10s));
  const auto ran = board.run("doctor", {"--json"});
  CHECK(contains(ran.output, "the agent is connected since"));
  CHECK_FALSE(contains(ran.output, "the login"));
  CHECK(contains(board.run("doctor", {"--json", "--login"}).output, "the login as a client works"));
  CHECK_FALSE(contains(board.log(), "offline"));
  check_stops(agent);
}

TEST_CASE("the agent tells of a certificate that ends soon, with what to do", "[doctor][K7][faults]") {
  if (skipped()) return;
  Authority authority;
  const Broker broker(speaking(authority.sign({.from = -24h * 300, .until = 24h * 2})));
  const Patient board;
  (void)board.says(trusting(broker, authority));
  Process agent({KUZET_PROGRAM, "run", "--config", board.file().string()}, board.folder / "log");
  std::string alerts;
  CHECK(eventually(
      [&] {
        alerts = run_kuzet({"alerts", "--config", board.file().string(), "--json"}).output;
        return contains(alerts, "\"fault\":\"certificate\"");
      },
      30s));
  INFO(read_text(board.folder / "log"));
  INFO(alerts);
  CHECK(contains(alerts, "the broker's certificate ends in 48 hours"));
  CHECK(contains(alerts, "tell those who run the broker"));
  check_stops(agent);
}

TEST_CASE("without a configuration the board itself is looked at, and a wrong one is refused", "[doctor][K6][faults]") {
  const Patient board;
  const auto said = board.ask();
  said.has("configuration", "bad", "kuzet new");
  CHECK(said.ran.code == 1);
  CHECK(std::ranges::any_of(said.lines, [](const json::object& line) { return word(line, "check") == "memory"; }));
  write_text(board.file(), "node: {id: n1, site: yard}\nstor: {}\n");
  const auto wrong = run_kuzet({"doctor", "--config", board.file().string()});
  CHECK(wrong.code == 78);
  CHECK(wrong.output.empty());
  CHECK(contains(wrong.errors, "did you mean \"store\"?"));
}

TEST_CASE("for people the worst comes first, each with what to do, and a count at the end", "[doctor][faults]") {
  const Patient board;
  (void)board.says(uplink("mqtt://no.such.host.invalid"));
  const auto ran = run_kuzet({"doctor", "--config", board.file().string()});
  CHECK(ran.code == 1);
  CHECK(ran.output.starts_with("BAD  "));
  CHECK(contains(ran.output, "\n     -> check its spelling"));
  CHECK_FALSE(contains(ran.output, "\nok   "));
  CHECK(contains(ran.output, " good (--all shows these too)\n"));
  const auto all = run_kuzet({"doctor", "--config", board.file().string(), "--all"});
  CHECK(contains(all.output, "\nok   configuration: the configuration is right"));
}
