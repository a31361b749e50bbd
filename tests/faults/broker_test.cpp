// SPDX-License-Identifier: Apache-2.0
// The broker that we recommend (config/broker), run as it stands there but for its places: who may do what, and what outlives
// it.
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/certificates.hpp"
#include "tests/harness/linked.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::test {

namespace {

using Words = std::vector<std::string>;

constexpr int not_authorized = 0x87;

int free_port() {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  return tcp::acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

Words lines(const std::string& text) {
  Words out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

/// Replaces every occurrence; the test fails where there is none: then the recommended files have changed, and it must follow.
void put(std::string& text, const std::string& what, const std::string& instead) {
  INFO("looking for " << what);
  std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  for (; at != std::string::npos; at = text.find(what, at + instead.size())) text.replace(at, what.size(), instead);
}

using Edit = std::function<void(std::string& configuration, std::string& acl)>;

/// Mosquitto with the recommended files, in a folder of its own. Everybody's password is the name backwards.
class CityBroker {
 public:
  explicit CityBroker(const Edit& edit = {}) {
    configure(edit);
    start();
  }

  void start() {
    write_text(folder_ / "log", "");
    process_.emplace(Words{find_program("mosquitto"), "-c", (folder_ / "mosquitto.conf").string()}, folder_ / "output");
    const auto runs = [this] { return log().find(" running\n") != std::string::npos; };
    if (!eventually(runs, 20s)) throw std::runtime_error("mosquitto: " + log() + read_text(folder_ / "output"));
  }
  void kill() {
    process_->kill(SIGKILL);
    (void)process_->wait(10s);
  }

  static std::string password(const std::string& name) { return {name.rbegin(), name.rend()}; }
  /// The words with which a program of Mosquitto comes in.
  [[nodiscard]] Words as(const std::string& program, const std::string& name, const Words& more) const {
    Words out{program, "-h", "localhost", "-p", std::to_string(port), "--cafile", authority.file().string(), "-V", "5", "-q",
              "1",     "-u", name,        "-P", password(name)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  /// How a board comes in.
  [[nodiscard]] link::Connection door(const std::string& name, link::Version version = link::Version::v5) const {
    auto out = connection_to("mqtts://localhost:" + std::to_string(port), "client-of-" + name);
    out.ca = authority.file().string();
    out.username = name;
    out.password = password(name);
    out.version = version;
    return out;
  }
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  Authority authority;
  int port = free_port(), second_port = free_port();

 private:
  void configure(const Edit& edit) {
    auto text = read_text(KUZET_BROKER_FOLDER "/mosquitto.conf"), acl = read_text(KUZET_BROKER_FOLDER "/acl");
    put(text, "\nlistener 8883\n", "\nlistener " + std::to_string(port) + " 127.0.0.1\n");
    put(text, "\n#listener 8884\n", "\n#listener " + std::to_string(second_port) + " 127.0.0.1\n");
    put(text, "/var/log/mosquitto/mosquitto.log", (folder_ / "log").string());
    for (const char* place : {"/etc/mosquitto/", "/var/lib/mosquitto/", "/run/mosquitto/"})
      put(text, place, folder_.path().string() + "/");
    if (edit) edit(text, acl);
    if (::geteuid() == 0) text += "user root\n";  // so that it may write into the test's own folder
    write_text(folder_ / "mosquitto.conf", text);
    write_text(folder_ / "acl", acl);
    std::filesystem::create_directory(folder_ / "certs");
    const auto ours = authority.sign({.owner = "broker"});
    std::filesystem::copy(ours.file, folder_ / "certs/broker.crt");
    std::filesystem::copy(ours.key, folder_ / "certs/broker.key");
    std::filesystem::copy(authority.file(), folder_ / "certs/nodes-ca.crt");
    std::string passwords;
    for (const std::string name : {"n07", "n08", "centre", "landfill-88/n07"}) passwords += name + ":" + password(name) + "\n";
    write_text(folder_ / "passwords", passwords);
    REQUIRE(run({"mosquitto_passwd", "-U", (folder_ / "passwords").string()}).code == 0);
  }

  TempFolder folder_;
  std::optional<Process> process_;
};

/// The topics of what came, in order, once `last` came.
Words topics_until(Linked& reader, const std::string& last) {
  const auto topics = [&] {
    Words out;
    for (const auto& message : reader.arrived) out.push_back(message.topic);
    return out;
  };
  REQUIRE(reader.until([&] { return !reader.arrived.empty() && reader.arrived.back().topic == last; }, 10s));
  return topics();
}

const Words own_topics{"state",          "birth", "alert/yard/fire", "open",         "obs/yard",
                       "evidence/01J/1", "gap",   "health",          "cmd/ping/res", "cfg/reported"};

const Words foreign_topics{
    "kuzet/v1/s/n08/state", "kuzet/v1/s/n08/alert/yard/fire", "kuzet/v1/s/n08/evidence/01J/1", "kuzet/v1/s/n08/cmd/ping",
    "kuzet/v1/s/n07/ack",   "kuzet/v1/s/n07/cmd/ping",        "kuzet/v1/s/n07/cfg/desired",    "kuzet/v1/_centre/centre/state",
    "kuzet/v1/s/n07",       "kuzet/v1/s/n07/state/x",         "kuzet/v2/s/n07/state",          "elsewhere"};

// A consumer with a session that outlives it: what it says when it comes for the first time and goes, and when it is back. The
// filter is one that nothing but alerts matches.
const Words away{"-i", "centre", "-c", "-x", "86400", "-t", "kuzet/v1/+/+/alert/#", "-E"};
const Words back{"-i", "centre", "-c", "-x", "86400", "-t", "kuzet/v1/+/+/alert/#"};

}  // namespace

TEST_CASE("the recommended broker lets a board write its own topics and nothing else") {
  const CityBroker broker;
  for (const auto version : {link::Version::v5, link::Version::v311}) {
    CAPTURE(std::string(name(version)));
    Linked centre, board;
    REQUIRE(centre.connects(broker.door("centre")));
    REQUIRE(centre.subscribe({"#"}) < 0x80);
    REQUIRE(board.connects(broker.door("n07", version)));
    for (const auto& topic : foreign_topics) {
      CAPTURE(topic);
      CHECK(board.publish(saying(topic, "x")) == (version == link::Version::v5 ? not_authorized : 0));
    }
    for (const auto& topic : own_topics) {
      CAPTURE(topic);
      CHECK(board.publish(saying("kuzet/v1/s/n07/" + topic, "x")) == 0);
    }
    Words expected;
    for (const auto& topic : own_topics) expected.push_back("kuzet/v1/s/n07/" + topic);
    CHECK(topics_until(centre, expected.back()) == expected);
  }
}

TEST_CASE("the recommended broker lets a board read what is meant for it and nothing else") {
  const CityBroker broker;
  Linked centre, board, other;
  REQUIRE(centre.connects(broker.door("centre")));
  REQUIRE(board.connects(broker.door("n07")));
  REQUIRE(other.connects(broker.door("n08")));
  // Mosquitto takes any subscription and holds back what may not be read.
  REQUIRE(board.subscribe({"#"}) < 0x80);
  for (const std::string node : {"n08", "n07"})
    for (const std::string topic : {"ack", "cmd/ping", "cfg/desired"})
      CHECK(centre.publish(saying("kuzet/v1/s/" + node + "/" + topic, "x")) == 0);
  CHECK(centre.publish(saying("kuzet/v1/_centre/centre/state", "x")) == 0);
  CHECK(other.publish(saying("kuzet/v1/s/n08/alert/yard/fire", "x")) == 0);
  (void)other.publish(saying("kuzet/v1/_centre/n08/state", "a board that poses as a centre"));
  CHECK(centre.publish(saying("kuzet/v1/s/n07/cmd/last", "x")) == 0);
  CHECK(topics_until(board, "kuzet/v1/s/n07/cmd/last") == Words{"kuzet/v1/s/n07/ack", "kuzet/v1/s/n07/cmd/ping",
                                                                "kuzet/v1/s/n07/cfg/desired", "kuzet/v1/_centre/centre/state",
                                                                "kuzet/v1/s/n07/cmd/last"});
}

TEST_CASE("the recommended broker lets the centre write no alert and nobody else's messages") {
  const CityBroker broker;
  Linked centre;
  REQUIRE(centre.connects(broker.door("centre")));
  for (const std::string topic : {"kuzet/v1/s/n07/alert/yard/fire", "kuzet/v1/s/n07/state", "kuzet/v1/s/n07/gap",
                                  "kuzet/v1/s/n07/cmd/ping/res", "kuzet/v1/_centre/other/state", "elsewhere"}) {
    CAPTURE(topic);
    CHECK(centre.publish(saying(topic, "x")) == not_authorized);
  }
}

TEST_CASE("the recommended broker lets nobody in without name, with a wrong password or without TLS") {
  const CityBroker broker;
  Linked us;
  auto door = broker.door("n07");
  CHECK(us.connects(door));
  door.password = "guessed";
  CHECK_FALSE(us.connects(door));
  door = broker.door("unknown");
  CHECK_FALSE(us.connects(door));
  door.username.clear(), door.password.clear();
  CHECK_FALSE(us.connects(door));
  door = broker.door("n07");
  door.server = "mqtt://localhost:" + std::to_string(broker.port);
  CHECK_FALSE(us.connects(door));
}

TEST_CASE("boards whose ids are unique in their site alone are told apart by names with the site") {
  const CityBroker broker([](std::string&, std::string& acl) { put(acl, "+/%u", "%u"); });
  Linked board;
  REQUIRE(board.connects(broker.door("landfill-88/n07")));
  CHECK(board.publish(saying("kuzet/v1/landfill-88/n07/state", "x")) == 0);
  CHECK(board.publish(saying("kuzet/v1/landfill-89/n07/state", "x")) == not_authorized);
  CHECK(board.publish(saying("kuzet/v1/_centre/n07/state", "x")) == not_authorized);
}

TEST_CASE("with the lines for certificates a board needs no password, and is who its certificate says") {
  CityBroker broker([](std::string& configuration, std::string&) {
    for (const std::string line : {"cafile ", "require_certificate ", "use_identity_as_username "})
      put(configuration, "\n#" + line, "\n" + line);
  });
  const auto ours = broker.authority.sign({.owner = "n07", .names = ""});
  Linked board;
  auto door = broker.door("n08");
  CHECK_FALSE(board.connects(door));
  door.certificate = ours.file.string(), door.key = ours.key.string();
  REQUIRE(board.connects(door));
  CHECK(board.publish(saying("kuzet/v1/s/n07/state", "x")) == 0);
  CHECK(board.publish(saying("kuzet/v1/s/n08/state", "x")) == not_authorized);
}

TEST_CASE("with the lines for WebSockets a board comes in by wss") {
  const CityBroker broker([](std::string& configuration, std::string&) {
    const auto begin = configuration.find("\n#listener "), end = configuration.find("\n\n", begin);
    auto lines = configuration.substr(begin, end - begin);
    put(lines, "\n#", "\n");
    configuration.replace(begin, end - begin, lines);
  });
  Linked board;
  auto door = broker.door("n07");
  door.server = "wss://localhost:" + std::to_string(broker.second_port);
  REQUIRE(board.connects(door));
  CHECK(board.publish(saying("kuzet/v1/s/n07/state", "x")) == 0);
  CHECK(board.publish(saying("kuzet/v1/s/n08/state", "x")) == not_authorized);
}

TEST_CASE("the recommended broker refuses what is too large with a reason and goes on") {
  const CityBroker broker;
  Linked board;
  REQUIRE(board.connects(broker.door("n07")));
  CHECK(board.welcome->maximum_packet == 8u << 20);
  CHECK(board.publish(saying("kuzet/v1/s/n07/evidence/01J/1", std::string(4u << 20, 'p'))) == 0);
  CHECK(board.publish(saying("kuzet/v1/s/n07/evidence/01J/2", std::string((4u << 20) + 1, 'p'))) >= 0x80);
  CHECK(board.publish(saying("kuzet/v1/s/n07/state", "x")) == 0);
}

TEST_CASE("the recommended broker gives nobody the centre's session, whatever client id it shows") {
  const CityBroker broker;
  const TempFolder folder;
  REQUIRE(run(broker.as("mosquitto_sub", "centre", away)).code == 0);
  Linked board;
  auto door = broker.door("n07");
  for (const std::string thief : {"centre", "archive"}) {
    door.client_id = thief;
    REQUIRE(board.connects(door));
    REQUIRE(board.publish(saying("kuzet/v1/s/n07/alert/yard/fire", thief)) == 0);
  }
  const Process centre(broker.as("mosquitto_sub", "centre", back), folder / "got");
  CHECK(eventually([&] { return lines(read_text(folder / "got")) == Words{"centre", "archive"}; }, 10s));
}

TEST_CASE("a consumer that is away while 5,000 messages come and the broker is killed gets all of them, in order") {
  CityBroker broker;
  const TempFolder folder;
  REQUIRE(run(broker.as("mosquitto_sub", "centre", away)).code == 0);
  Words expected;
  for (int part = 0; part < 2; ++part) {
    std::string text;
    for (int i = 0; i < 2500; ++i) text += expected.emplace_back(std::to_string(part * 2500 + i)) + "\n";
    write_text(folder / "text", text);
    auto publish = broker.as("mosquitto_pub", "n07", {"-t", "kuzet/v1/s/n07/alert/yard/fire", "-l"});
    publish.insert(publish.begin(), {"sh", "-c", "in=$1; shift; exec \"$@\" <\"$in\"", "sh", (folder / "text").string()});
    REQUIRE(run(publish, 240s).code == 0);
    // It answers the next one after it wrote down what the last one did.
    REQUIRE(run(broker.as("mosquitto_pub", "n08", {"-t", "kuzet/v1/s/n08/health", "-m", "x"})).code == 0);
    broker.kill();
    broker.start();
  }
  const Process centre(broker.as("mosquitto_sub", "centre", back), folder / "got");
  const auto got = [&] { return lines(read_text(folder / "got")); };
  CHECK(eventually([&] { return got().size() >= expected.size(); }, 240s));
  CHECK(got() == expected);
}

}  // namespace kuzet::test
