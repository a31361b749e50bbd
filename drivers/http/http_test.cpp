// SPDX-License-Identifier: Apache-2.0
// HTTP calls to real servers that answer, refuse, hang, lie about their name or are not there.
#include "drivers/net/line_fixture.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/peer.hpp"
#include "tests/harness/stopwatch.hpp"

#include <algorithm>

namespace kuzet::drivers {

namespace {

using namespace net;
using test::Peer;
using test::Talk;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string calls(const std::string& site, const std::string& more = "") {
  return "on: {url: \"" + site + "/relay?turn=on\"}\noff: {url: \"" + site +
         "/relay?turn=off\", method: POST, body: '{\"on\": false}'}\n" + more;
}

/// An output at work.
class Relay {
 public:
  explicit Relay(const std::string& entry) : work(line_of("http", plan_of("http", {entry}, true)), told) {}
  /// What came of the nth call.
  std::string outcome(std::size_t n) {
    if (!within(10s, [&] { return told.switches().size() > n; })) return "nothing";
    return told.switches()[n].why;
  }
  Told told;
  AtWork work;
};

/// openssl s_server, which answers every request with a page.
class TlsServer {
 public:
  explicit TlsServer(const test::Certificate& certificate)
      : process_({test::find_program("openssl"), "s_server", "-quiet", "-www", "-accept", std::to_string(port), "-cert",
                  certificate.file.string(), "-key", certificate.key.string()},
                 folder_ / "log") {
    REQUIRE(within(10s, [&] { return test::listens(port); }));
  }
  int port = test::free_port();

 private:
  test::TempFolder folder_;
  test::Process process_;
};

}  // namespace

TEST_CASE("a call says what was configured, and an answer of 200 to 299 is done", "[outputs]") {
  const test::TempFolder folder;
  test::write_file(folder / "token", "very-secret\n");
  Peer peer([](Talk& talk, const std::string&) { talk.send("HTTP/1.1 204 No Content\r\n\r\n"); });
  Relay relay(calls(peer.url(""), "content_type: application/json\nheaders: [{name: X-Site, value: \"88\"}]\ntoken_file: " +
                                      (folder / "token").string() + "\n"));
  relay.work.line().want(0, true);
  CHECK(relay.outcome(0).empty());
  relay.work.line().want(0, false);
  CHECK(relay.outcome(1).empty());
  REQUIRE(peer.requests().size() == 2);
  const auto on = peer.requests()[0], off = peer.requests()[1];
  CHECK(on.starts_with("GET /relay?turn=on HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
  CHECK(off.starts_with("POST /relay?turn=off HTTP/1.1\r\n"));
  CHECK(off.find("Content-Length: 13\r\n") != std::string::npos);
  CHECK(off.find("Authorization: Bearer very-secret\r\n") != std::string::npos);
  CHECK(off.find("Content-Type: application/json\r\nX-Site: 88\r\n") != std::string::npos);
  CHECK(relay.work.stop() < 200ms + test::busy);
  std::filesystem::remove(folder / "token");
}

TEST_CASE("name and password are sent as basic authentication, and no failure shows them", "[outputs]") {
  const test::TempFolder folder;
  test::write_file(folder / "password", "open sesame\n");
  Peer peer([](Talk& talk, const std::string&) { talk.send("HTTP/1.1 401 Unauthorized\r\n\r\n"); });
  Relay relay(calls(peer.url(""), "username: aladdin\npassword_file: " + (folder / "password").string() + "\n"));
  relay.work.line().want(0, true);
  CHECK(relay.outcome(0) == peer.url("") + ": answered 401");
  CHECK(peer.requests()[0].find("Authorization: Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") != std::string::npos);
}

TEST_CASE("what fails is said and tried again until it is done, or until something else is wanted", "[K7][outputs]") {
  std::atomic<bool> well = false;
  Peer peer([&](Talk& talk, const std::string&) { talk.send(well ? ok : "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"); });
  Relay relay(calls(peer.url("")));
  relay.work.line().want(0, true);
  CHECK(relay.outcome(0) == peer.url("") + ": answered 500");
  well = true;
  CHECK(relay.outcome(1).empty());
  CHECK(relay.told.switches()[1].on);
  well = false;
  relay.work.line().want(0, true);
  relay.work.line().want(0, false);
  CHECK_FALSE(relay.outcome(2).empty());
  CHECK(within(5s, [&] { return !relay.told.switches().back().on; }));
}

TEST_CASE("redirects are not followed", "[outputs]") {
  Peer elsewhere([](Talk& talk, const std::string&) { talk.send(ok); });
  Peer peer(
      [&](Talk& talk, const std::string&) { talk.send("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() + "\r\n\r\n"); });
  Relay relay(calls(peer.url("")));
  relay.work.line().want(0, true);
  CHECK(relay.outcome(0) == peer.url("") + ": answered 302, and redirects are not followed");
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("a host that hangs, hangs up, talks nonsense or is not there fails in time", "[K7][outputs]") {
  Peer hangs([](Talk& talk, const std::string&) { talk.hang(); });
  Relay hung(calls(hangs.url(""), "timeout: 300ms\n"));
  hung.work.line().want(0, true);
  CHECK(hung.outcome(0) == hangs.url("") + ": answer: no answer within 300ms");
  Peer leaves([](Talk&, const std::string&) {});
  Relay left(calls(leaves.url("")));
  left.work.line().want(0, true);
  CHECK(left.outcome(0) == leaves.url("") + ": answer: end of stream");
  Peer babbles([](Talk& talk, const std::string&) { talk.send("nonsense\r\n\r\n"); });
  Relay babbled(calls(babbles.url("")));
  babbled.work.line().want(0, true);
  CHECK(babbled.outcome(0).starts_with(babbles.url("") + ": answer: "));
  Relay nobody(calls("http://127.0.0.1:" + std::to_string(test::closed_port())));
  nobody.work.line().want(0, true);
  CHECK(nobody.outcome(0).ends_with(": connect: Connection refused"));
}

TEST_CASE("a stop does not wait for an answer", "[outputs]") {
  Peer hangs([](Talk& talk, const std::string&) { talk.hang(); });
  Relay relay(calls(hangs.url(""), "timeout: 60s\n"));
  relay.work.line().want(0, true);
  REQUIRE(within(5s, [&] { return !hangs.requests().empty(); }));
  CHECK(relay.work.stop() < 200ms + test::busy);
  CHECK(relay.told.switches().empty());
}

TEST_CASE("with TLS the certificate must be for the host and from an authority that is trusted", "[K7][outputs]") {
  if (test::find_program("openssl").empty()) return;
  test::Authority authority, other;
  const auto ca = "ca: " + authority.file().string() + "\n";
  TlsServer server(authority.sign({}));
  const auto site = "https://localhost:" + std::to_string(server.port);
  Relay good(calls(site, ca));
  good.work.line().want(0, true);
  CHECK(good.outcome(0).empty());
  Relay unknown(calls(site, "ca: " + other.file().string() + "\n"));
  unknown.work.line().want(0, true);
  CHECK(unknown.outcome(0).find(": TLS: certificate verify failed") != std::string::npos);
  TlsServer liar(authority.sign({"broker", "DNS:elsewhere.example"}));
  Relay lied(calls("https://localhost:" + std::to_string(liar.port), ca));
  lied.work.line().want(0, true);
  CHECK(lied.outcome(0).find(": TLS: certificate verify failed") != std::string::npos);
  Relay missing(calls(site, "ca: /nowhere.pem\n"));
  missing.work.line().want(0, true);
  CHECK(missing.outcome(0).find("ca: /nowhere.pem: ") != std::string::npos);
}

TEST_CASE("wrong settings of an HTTP output are refused with the place, and secrets in addresses are not shown",
          "[K6][outputs]") {
  const auto says = [](const std::string& entry, const std::string& what) {
    const auto text = faults_of("http", entry, true);
    CAPTURE(entry, text);
    CHECK(text.find(what) != std::string::npos);
  };
  CHECK(faults_of("http", calls("http://[::1]:80"), true).empty());
  says("on: {url: \"http://h/\"}\n", "off");
  says(calls("ftp://h"), "entry.on.url: is no http:// or https:// address");
  says(calls("http://u:secret@h"), "entry.off.url");
  CHECK(faults_of("http", calls("http://u:secret@h"), true).find("secret") == std::string::npos);
  says(calls("http://h:70000"), "entry.on.url");
  says(calls("http://h", "headers: [{name: \"a b\", value: x}]\n"), "is no header field");
  says(calls("http://h", "username: x\n"), "belong together");
  says(calls("http://h", "username: x\npassword_file: /x\ntoken_file: /y\n"), "one of them");
}

}  // namespace kuzet::drivers
