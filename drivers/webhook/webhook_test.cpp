// SPDX-License-Identifier: Apache-2.0
// Real sockets against the webhook: devices as they should be, and clients that are slow, rude, wrong or many.
#include "drivers/net/line_fixture.hpp"
#include "drivers/net/socket_fixture.hpp"
#include "drivers/webhook/guard.hpp"
#include "drivers/webhook/server.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/stopwatch.hpp"

#include <atomic>

namespace kuzet::drivers {

namespace {

using namespace net;

const std::string reading = "readings: [{name: t}]\n";
const std::string word = "0123456789abcdef-secret";

/// A webhook at work, with its sensors.
class Hook {
 public:
  explicit Hook(const std::vector<std::string>& entries) {
    std::vector<std::string> all;
    for (const auto& one : entries) all.push_back("listen: 127.0.0.1:" + std::to_string(port) + "\n" + one);
    work.emplace(line_of("webhook", plan_of("webhook", all)), told);
    REQUIRE(within(5s, [&] { return test::listens(port); }));
  }
  /// The number of the answer to one request on a connection of its own.
  int ask(const std::string& request) {
    Client client(port);
    (void)client.send(request);
    return client.status();
  }

  int port = test::free_port();
  Told told;
  std::optional<AtWork> work;
};

/// Decides as it is told, for tests of the server alone.
struct Open final : webhook::Desk {
  std::variant<webhook::Admitted, webhook::Answer> admits(const webhook::Ask&) override {
    return webhook::Admitted{{0}, 65536};
  }
  webhook::Answer takes(const webhook::Admitted&, const std::string&, const std::string& body) override {
    ++taken;
    return body == "bad" ? webhook::Answer{400, "bad"} : webhook::Answer{};
  }
  std::atomic<int> taken = 0;
};

/// The server alone, with limits that a test can wait for.
class Short {
 public:
  explicit Short(const webhook::Limits& limits) : limits_(limits) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      (void)webhook::serve({boost::asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(port)}, limits_, desk, stop);
    });
    REQUIRE(within(5s, [&] { return test::listens(port); }));
  }
  int port = test::free_port();
  Open desk;

 private:
  webhook::Limits limits_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("what is posted becomes readings, also as a form and on a connection that is kept", "[sensors]") {
  Hook hook({reading + "counter: /n\n", "path: /other\nreadings: [{name: wet, at: /a/0}]\n"});
  Client client(hook.port);
  REQUIRE(client.send(post("/hook/one", R"({"t": 21.5, "n": 4})")));
  CHECK(client.status() == 204);
  REQUIRE(client.send(post("/hook/one?event=up", R"({"t": "22", "n": 7})", "", "PUT")));
  CHECK(client.status() == 204);
  REQUIRE(client.send(post("/other", R"({"a": ["ON"]})")));
  CHECK(client.status() == 204);
  REQUIRE(
      client.send("POST /other HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\nb=1"));
  CHECK(client.status() == 204);
  CHECK(hook.ask("POST /hook/one HTTP/1.0\r\nContent-Length: 9\r\n\r\n{\"t\": 23}") == 204);
  CHECK(hook.told.heard("0: 2 uplinks lost between 4 and 7"));
  std::vector<double> values;
  for (const auto& [sensor, sample] : hook.told.samples())
    if (sample.channel == 0) values.push_back(sample.value);
  CHECK(values == std::vector<double>{21.5, 22, 1, 23});
  CHECK(hook.work->stop() < 200ms + test::busy);
}

TEST_CASE("requests in one packet are answered one after the other", "[sensors]") {
  Hook hook({reading});
  Client client(hook.port);
  const auto one = post("/hook/one", R"({"t": 1})"), bad = post("/hook/one", "{");
  REQUIRE(client.send(one + bad + one + post("/hook/one", R"({"t": 2})", "Connection: close\r\n")));
  const auto answers = client.rest();
  CHECK(client.closed);
  std::size_t good = 0;
  for (std::size_t i = 0; (i = answers.find("204 No Content", i)) != std::string::npos; ++i) ++good;
  CHECK(good == 3);
  CHECK(answers.find("400 Bad Request") != std::string::npos);
  CHECK(answers.find("no JSON: ") != std::string::npos);
  CHECK(hook.told.samples().size() == 3);
}

TEST_CASE("every wrong request gets the answer that says what is wrong", "[K7][sensors]") {
  Hook hook({reading + "size: 100\n"});
  CHECK(hook.ask(post("/hook/two", "{}")) == 404);
  CHECK(hook.ask("GET /hook/one HTTP/1.1\r\n\r\n") == 405);
  CHECK(hook.ask("HEAD /hook/one HTTP/1.1\r\n\r\n") == 405);
  CHECK(hook.ask(post("/hook/one", "{}")) == 400);
  CHECK(hook.ask(post("/hook/one", R"({"t": "warm"})")) == 400);
  CHECK(hook.ask(post("/hook/one", "")) == 400);
  CHECK(hook.ask(post("/hook/one", std::string(101, ' '))) == 413);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, ' ') +
                 "\r\n0\r\n\r\n") == 413);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"t\": 1}\r\n0\r\n\r\n") == 204);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 1\r\n\r\nx") == 415);
  CHECK(hook.ask("garbage\r\n\r\n") == 400);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nContent-Length: -1\r\n\r\n") == 400);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n") == 431);
  CHECK(hook.ask("POST /hook/one HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n") == 400);
  Client polite(hook.port);
  REQUIRE(polite.send("POST /hook/one HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n"));
  CHECK(polite.status() == 100);
  REQUIRE(polite.send("{\"t\": 1}"));
  CHECK(polite.status() == 204);
  CHECK(hook.work->losses() == 0);
}

TEST_CASE("only who has the token is heard, and the token is never told", "[K7][sensors]") {
  const test::TempFolder folder;
  const auto file = folder / "token";
  test::write_file(file, word + "\n");
  Hook hook({reading + "token_file: " + file.string() + "\n"});
  const auto with = [&](const std::string& header) { return hook.ask(post("/hook/one", R"({"t": 1})", header)); };
  CHECK(with("") == 401);
  CHECK(with("Authorization: Bearer 0123456789abcdef-secreT\r\n") == 401);
  CHECK(with("X-Token: \r\n") == 401);
  CHECK(hook.ask(post("/hook/one?token=" + word, R"({"t": 1})")) == 401);
  CHECK(hook.told.heard("0 failed: a request with a wrong token"));
  CHECK(hook.told.samples().empty());
  CHECK(with("Authorization: bearer " + word + "\r\n") == 204);
  CHECK(with("X-Token: " + word + "\r\n") == 204);
  test::write_file(file, "another-long-token\n");  // a new one counts at once
  CHECK(with("X-Token: " + word + "\r\n") == 401);
  CHECK(with("X-Token: another-long-token\r\n") == 204);
  test::write_file(file, "short\n");
  CHECK(with("X-Token: short\r\n") == 401);
  CHECK(hook.told.heard("less than 16 letters"));
  std::filesystem::remove(file);
  CHECK(with("X-Token: another-long-token\r\n") == 401);
  CHECK(hook.told.heard("token_file: " + file.string() + ": No such file or directory"));
  CHECK_FALSE(hook.told.heard("secret"));
  CHECK(webhook::same_token("", ""));
  CHECK_FALSE(webhook::same_token("a", "ab"));
}

TEST_CASE("several sensors of one path get what is of their device", "[sensors]") {
  const std::string shared = "path: /up\nformat: ttn\n" + reading;
  Hook hook({shared + "device: river-1\n", shared + "device: river-2\n"});
  const auto up = [&](const std::string& device) {
    return hook.ask(post(
        "/up", R"({"end_device_ids": {"device_id": ")" + device + R"("}, "uplink_message": {"decoded_payload": {"t": 3}}})"));
  };
  CHECK(up("river-2") == 204);
  CHECK(up("river-3") == 400);
  REQUIRE(hook.told.samples().size() == 2);
  CHECK(hook.told.samples()[0].first == 1);
}

TEST_CASE("a terminal posts who passes, and no answer repeats it", "[sensors][access]") {
  Hook hook({"passage: {person: /card, what: /event}\n"});
  CHECK(hook.ask(post("/hook/one", R"({"card": "4711", "event": "in"})")) == 204);
  REQUIRE(hook.told.passages().size() == 1);
  CHECK(hook.told.passages()[0].person == "4711");
  Client client(hook.port);
  REQUIRE(client.send(post("/hook/one", R"({"card": "4711", "event": "Aru"})", "Connection: close\r\n")));
  const auto answer = client.rest();
  CHECK(answer.find("400") != std::string::npos);
  CHECK(answer.find("Aru") == std::string::npos);
  CHECK_FALSE(hook.told.heard("4711"));
}

TEST_CASE("a flood is refused with a time to come back, and said once", "[K7][sensors]") {
  Hook hook({reading + "rate: 0.2\n", "path: /calm\n" + reading});
  int taken = 0, refused = 0;
  Client client(hook.port);
  std::string last;
  for (int i = 0; i < 100; ++i) {
    if (!client.connected) break;
    Client one(hook.port);
    (void)one.send(post("/hook/one", R"({"t": 1})"));
    last = one.read("\r\n\r\n");
    taken += last.find("204") != std::string::npos ? 1 : 0;
    refused += last.find("429") != std::string::npos ? 1 : 0;
  }
  CHECK(taken == 10);
  CHECK(refused == 90);
  CHECK(last.find("Retry-After: 5") != std::string::npos);
  CHECK(hook.told.words() == std::vector<std::string>{"0 failed: more requests than its rate: 1 refused"});
  CHECK(hook.ask(post("/calm", R"({"t": 1})")) == 204);  // the other sensor is heard
  bool too_much = false;  // the address itself, whatever it asks for; a slow machine earns new requests while it sends
  for (int i = 0; i < 2000 && !too_much; ++i) too_much = hook.ask(post("/nowhere", "{}")) == 429;
  CHECK(too_much);
}

TEST_CASE("a client that is slow, half open or gone holds nobody up, and is sent away in time", "[K7][sensors]") {
  webhook::Limits limits;
  limits.header = 300ms;
  limits.body = 300ms;
  Short server(limits);
  Client silent(server.port), slow(server.port), stuck(server.port);
  {
    Client gone(server.port);
    (void)gone.send("POST / HT");
  }
  REQUIRE(slow.send("POST / HTTP/1.1\r\nX"));
  REQUIRE(stuck.send("POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\n12345"));
  Client good(server.port);
  REQUIRE(good.send(post("/", "{}")));
  CHECK(good.status() == 204);
  CHECK(slow.status() == 408);
  CHECK(stuck.status() == 408);
  CHECK(silent.rest().empty());
  CHECK(silent.closed);
  CHECK(good.rest().empty());  // kept open for a while, then closed without a word
  CHECK(good.closed);
  Client drip(server.port);  // a byte now and then does not help
  const auto begin = std::chrono::steady_clock::now();
  while (drip.send("P") && std::chrono::steady_clock::now() - begin < 3s) {
    if (!drip.read("408", 50ms).empty() || drip.closed) break;
  }
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("one address has only so many connections, and all together have", "[K7][sensors]") {
  webhook::Limits limits;
  limits.of_one_address = 4;
  Short server(limits);
  std::vector<Client> clients;
  REQUIRE(within(5s, [&] {  // the look of the test itself has gone
    clients.clear();
    for (int i = 0; i < 4; ++i) clients.emplace_back(server.port);
    for (auto& one : clients)
      if (!one.send(post("/", "{}")) || one.status() != 204) return false;
    return true;
  }));
  Client fifth(server.port);
  CHECK(fifth.status() == 503);
  CHECK(clients[0].send(post("/", "{}")));
  CHECK(clients[0].status() == 204);
  clients.pop_back();
  CHECK(within(5s, [&] {
    Client again(server.port);
    return again.send(post("/", "{}")) && again.status() == 204;
  }));
}

TEST_CASE("a refused body that is still being sent does not swallow the answer", "[sensors]") {
  Hook hook({reading});
  Client client(hook.port);
  REQUIRE(client.send("POST /nowhere HTTP/1.1\r\nContent-Length: 200000\r\n\r\n"));
  (void)client.send(std::string(200'000, 'x'));
  CHECK(client.status() == 404);
}

TEST_CASE("a port that is taken is a loss of the line that names it, and it listens once it is free", "[K7][sensors]") {
  const int port = test::free_port();
  Told told;
  const auto line = [&] {
    return line_of("webhook", plan_of("webhook", {"listen: 127.0.0.1:" + std::to_string(port) + "\n" + reading}));
  };
  std::optional<AtWork> first(std::in_place, line(), told);
  REQUIRE(within(5s, [&] { return test::listens(port); }));
  AtWork second(line(), told);
  REQUIRE(within(5s, [&] { return second.losses() > 0; }));
  CHECK(second.loss() == "127.0.0.1:" + std::to_string(port) + ": Address already in use");
  first.reset();
  REQUIRE(within(5s, [&] {
    Client client(port);
    return client.connected && client.send(post("/hook/one", R"({"t": 5})")) && client.status() == 204;
  }));
  CHECK(second.stop() < 200ms + test::busy);
}

TEST_CASE("wrong settings of a webhook are refused with the place", "[K6][sensors]") {
  const auto says = [](const std::string& entry, const std::string& what) {
    const auto text = faults_of("webhook", entry);
    CAPTURE(entry, text);
    CHECK(text.find(what) != std::string::npos);
  };
  CHECK(faults_of("webhook", reading).empty());
  CHECK(faults_of("webhook", reading + "listen: \"[::1]:80\"\n").empty());
  CHECK(faults_of("webhook", reading + "listen: 0.0.0.0:80\ntoken_file: /x\n").empty());
  says(reading + "listen: 0.0.0.0:80\n", "entry.token_file: is missing");
  for (const std::string bad : {"localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:x", "::1:80", ":80"})
    says(reading + "listen: \"" + bad + "\"\n", "is no address and port");
  says(reading + "path: hook\n", "is no path");
  says(reading + "path: /a?b\n", "is no path");
  says(reading + "size: 1MiB\n", "entry.size");
}

}  // namespace kuzet::drivers
