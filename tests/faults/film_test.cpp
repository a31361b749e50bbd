// SPDX-License-Identifier: Apache-2.0
// A film as the control centre gets it: a real agent, a real broker, announced after its alert, and the bytes that were
// announced.
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/player.hpp"

#include <openssl/sha.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>

using namespace kuzet::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

std::string from_hexadecimal(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return out;
}

std::string hash_of(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string out;
  for (const unsigned char byte : digest) out += "0123456789abcdef"[byte >> 4], out += "0123456789abcdef"[byte & 15];
  return out;
}

struct Heard {
  std::string topic, payload;
};

/// A site whose camera shows a fire after three seconds, and a centre that takes everything down.
struct Fire {
  explicit Fire(const std::string& link = "") {
    write_flames(site / "flames.mp4", {4});
    site.configure({.source = (site / "flames.mp4").string(),
                    .before = "uplink: {servers: [\"" + broker.url() + "\"]" + link + "}\n",
                    .detect = "[{type: fire, evidence: clip}]",
                    .after = "    clip: {before: 2s, after: 2s, width: 320}\n"});
  }
  [[nodiscard]] std::vector<Heard> heard() const {
    std::vector<Heard> out;
    std::istringstream lines(read_text(folder / "heard"));
    for (std::string line; std::getline(lines, line);)
      if (const auto tab = line.find('\t'); tab != std::string::npos && !lines.eof())
        out.push_back({line.substr(0, tab), from_hexadecimal(line.substr(tab + 1))});
    return out;
  }
  /// The alert messages, each with its place in what was heard.
  [[nodiscard]] std::vector<std::pair<std::size_t, json::object>> alerts() const {
    std::vector<std::pair<std::size_t, json::object>> out;
    const auto all = heard();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].topic.find("/alert/") != std::string::npos) out.emplace_back(i, json::parse(all[i].payload).as_object());
    return out;
  }
  /// How the first film was announced, by which event, and after how many messages.
  struct Announcement {
    json::object event, film;
    std::size_t place = 0;
  };
  [[nodiscard]] std::optional<Announcement> announcement() const {
    for (const auto& [place, event] : alerts())
      for (const auto& one : event.at("evidence").as_array())
        if (one.as_object().contains("type")) return Announcement{event, one.as_object(), place};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> on(const std::string& end) const {
    for (const auto& one : heard())
      if (one.topic.ends_with(end)) return one.payload;
    return std::nullopt;
  }

  Broker broker;
  Site site;
  TempFolder folder;
  Process ears{{"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
                "kuzet/v1/yard/n1/#", "-F", "%t\t%x"},
               folder / "heard"};
};

bool possible() {
  if (Broker::available() && !find_program("mosquitto_sub").empty()) return true;
  WARN("skipped: mosquitto and mosquitto_sub are not installed");
  return false;
}

std::string topic_of(const Fire::Announcement& announced) {
  return "/evidence/" + word(announced.event, "id") + "/" + std::to_string(announced.film.at("n").as_int64());
}

}  // namespace

TEST_CASE("the film of an alert comes after it, with the hash that an event of the same alert announced", "[K1][faults]") {
  if (!possible()) return;
  Fire fire;
  Process agent = fire.site.start();
  INFO(fire.site.log());
  REQUIRE(eventually([&] { return fire.announcement().has_value(); }, 30s));
  const auto announced = *fire.announcement();
  REQUIRE(eventually([&] { return fire.on(topic_of(announced)).has_value(); }, 10s));
  const std::string film = *fire.on(topic_of(announced));
  CHECK(hash_of(film) == word(announced.film, "sha256"));
  CHECK(announced.film.at("bytes") == film.size());
  CHECK(word(announced.event, "phase") == "updated");
  const auto alerts = fire.alerts();
  CHECK(word(alerts.at(0).second, "phase") == "opened");
  CHECK(word(alerts.at(0).second, "id") == word(announced.event, "id"));
  CHECK(alerts.at(0).first < announced.place);
  CHECK(starts_fast(film));
  std::ofstream(fire.site / "film.mp4", std::ios::binary) << film;
  const auto played = play(fire.site / "film.mp4");
  CHECK(played.width == 320);
  CHECK(played.pictures.size() >= 12);
  CHECK(std::abs(played.seconds - 4) < 1);
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
  const auto verified = fire.site.run("verify");
  INFO(verified.output << verified.errors);
  CHECK(verified.code == 0);
}

TEST_CASE("an agent that is stopped in mid-film keeps what there is, and sends it, if not before then with the next start",
          "[K1][faults]") {
  if (!possible()) return;
  Fire fire;
  Process agent = fire.site.start();
  REQUIRE(eventually([&] { return !fire.alerts().empty(); }, 30s));
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
  CHECK(contains(fire.site.log(), "updated"));
  Process next = fire.site.start();
  REQUIRE(eventually([&] { return count(fire.site.log(), "watching with") == 2; }, 20s));
  REQUIRE(eventually([&] { return fire.announcement().has_value(); }, 20s));
  const auto announced = *fire.announcement();
  CHECK(eventually([&] { return fire.on(topic_of(announced)).has_value(); }, 10s));
  CHECK(announced.film.at("duration_s").to_number<double>() < 3.5);
  next.kill(SIGTERM);
  const auto ended = next.wait(10s);
  INFO(fire.site.log());
  CHECK(ended == 0);
}

TEST_CASE("over a metered link the film is announced as held, stays on the board, and its alert and picture go",
          "[K4][faults]") {
  if (!possible()) return;
  Fire fire(", link: metered, daily: 1MiB");
  Process agent = fire.site.start();
  REQUIRE(eventually([&] { return fire.announcement().has_value(); }, 30s));
  const auto announced = *fire.announcement();
  CHECK(announced.film.at("held") == true);
  CHECK(eventually([&] { return fire.on("/evidence/" + word(announced.event, "id") + "/1").has_value(); }, 10s));
  agent.kill(SIGTERM);
  CHECK(agent.wait(10s) == 0);
  CHECK_FALSE(fire.on(topic_of(announced)).has_value());
  const auto kept = fire.site.store() / "evidence" /
                    (word(announced.event, "id") + "-" + std::to_string(announced.film.at("n").as_int64()) + ".mp4");
  CHECK(std::filesystem::exists(kept));
}
