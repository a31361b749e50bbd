// SPDX-License-Identifier: Apache-2.0
// Sensors that post their values by HTTP: devices, gateways and network servers that call us.
//
// Gives: what stands in the fields of JSON bodies and forms, as mqtt_in does. Wants: a token in a header, unless it listens on
// this board only. There is no TLS here: it is for the site's own network, or behind a proxy that has certificates. Sensors
// with the same address share a server, those with the same path its requests: network servers post for all devices alike.
#include "agent/core/tokens.hpp"
#include "drivers/net/json_fields.hpp"
#include "drivers/net/payload.hpp"
#include "drivers/net/secret.hpp"
#include "drivers/webhook/guard.hpp"
#include "drivers/webhook/server.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace kuzet::drivers {

namespace {

namespace json = boost::json;
using boost::asio::ip::tcp;
using net::PayloadReader;
using webhook::Admitted;
using webhook::Answer;

constexpr std::size_t least_token = 16;                   // letters: what is shorter can be guessed
constexpr Duration tell_again = std::chrono::minutes(1);  // how often a flood is told

struct Settings : DeviceSettings, net::PayloadSettings {
  std::string listen = "127.0.0.1:8099";
  std::string path = "/hook/{id}";
  std::string token_file;
  std::string format = "json";
  Bytes size{net::most_payload};
  double rate = 10;
};

const Schema<Settings>& schema() {
  namespace s = settings;
  static const auto all = [] {
    Schema<Settings> out{
        s::text<Settings>("listen", &Settings::listen,
                          "Address and port of this board: 0.0.0.0:8099 or [::]:8099 for all of them."),
        s::text<Settings>("path", &Settings::path, "Where it posts to; {id} stands for the sensor's id."),
        s::text<Settings>(
            "token_file", &Settings::token_file,
            "File whose first line is the token, of 16 letters or more, that it sends as Authorization: Bearer or "
            "X-Token; a must unless it listens on loopback."),
        s::choice<Settings>("format", &Settings::format, {"json", "zigbee2mqtt", "chirpstack", "ttn"},
                            "Who sends: it says where fields usually are; ttn is The Things Stack 3."),
        s::bytes<Settings>("size", &Settings::size, {Bytes{64}, Bytes{net::most_payload}}, "Longer bodies are refused."),
        s::number<Settings>("rate", &Settings::rate, {0.01, 1000}, "requests a second", "More than that are refused."),
    };
    net::add_payload_fields(out);
    return out;
  }();
  return all;
}

/// "192.168.1.5:8099", "[::1]:8099".
std::optional<tcp::endpoint> endpoint_of(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size() || text.size() - colon > 6) return std::nullopt;
  const auto port = text.substr(colon + 1);
  if (port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) > 65535) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (six) host = host.substr(1, host.size() - 2);
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(host, failed);
  if (failed || address.is_v6() != six) return std::nullopt;
  return tcp::endpoint(address, static_cast<std::uint16_t>(std::stoul(port)));
}

Device read_sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<Settings>();
  schema().read(*settings, entry, key, faults);
  const auto where = endpoint_of(settings->listen);
  if (!where) faults.add(entry.at, key + ".listen", "\"" + settings->listen + "\" is no address and port: 192.168.1.5:8099");
  if (where && !where->address().is_loopback() && settings->token_file.empty())
    faults.add(entry.at, key + ".token_file", "is missing: whoever reaches " + settings->listen + " could post values");
  if (!settings->path.starts_with('/') || settings->path.find_first_of("?# ") != std::string::npos)
    faults.add(entry.at, key + ".path", "\"" + settings->path + "\" is no path: /hook/{id}");
  Device out = net::complete(*settings, net::format_of(settings->format), entry, key, faults);
  out.line = settings->listen;
  out.settings = std::move(settings);
  return out;
}

std::string path_of(const Settings& settings, const std::string& id) {
  constexpr std::string_view mark = "{id}";
  const auto found = settings.path.find(mark);
  return found == std::string::npos ? settings.path : std::string(settings.path).replace(found, mark.size(), id);
}

bool same_word(std::string_view one, std::string_view other) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, other, {}, small, small);
}

/// What a header field gave as a token; empty: nothing.
std::string_view token_of(const webhook::Ask& ask) {
  constexpr std::string_view bearer = "Bearer ";
  const std::string_view said = ask.authorization;
  if (same_word(said.substr(0, bearer.size()), bearer)) return said.substr(said.find_last_of(' ') + 1);
  return ask.token;
}

enum class Body { json, form, other };

/// What a device that names none sends is JSON.
Body body_of(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (type.empty() || same_word(type, "application/json")) return Body::json;
  if (type.size() > 5 && same_word(type.substr(type.size() - 5), "+json")) return Body::json;
  return same_word(type, "application/x-www-form-urlencoded") ? Body::form : Body::other;
}

class Webhook final : public Line, private webhook::Desk {
 public:
  Webhook(std::vector<Device> sensors, const Clock& clock) : clock_(&clock) {
    for (auto& one : sensors) sensors_.emplace_back(std::move(one));
  }

  Result<> work(LineEvents& events, std::stop_token stop) override {
    events_ = &events;
    for (auto& one : sensors_) one.heard = false;
    return serve(*endpoint_of(sensors_.front().settings.listen), {}, *this, stop);
  }

 private:
  struct Sensor {
    explicit Sensor(Device one)
        : device(std::move(one)),
          settings(static_cast<const Settings&>(*device.settings)),
          path(path_of(settings, device.id)),
          reader(settings),
          tokens(settings.rate, std::max(10.0, 5 * settings.rate)) {}

    Device device;
    const Settings& settings;
    std::string path;
    PayloadReader reader;
    Tokens tokens;
    bool heard = false;  // since the line was opened
    std::uint64_t refused = 0;
    Steady told{};
  };

  std::variant<Admitted, Answer> admits(const webhook::Ask& ask) override;
  Answer takes(const Admitted& whom, const std::string& content_type, const std::string& body) override;
  [[nodiscard]] bool knows(std::size_t place, std::string_view token);
  [[nodiscard]] bool too_often(std::size_t place, Steady now);
  Answer take(std::size_t place, const Result<json::value>& payload);

  const Clock* clock_;
  std::vector<Sensor> sensors_;
  webhook::Doorman doorman_;
  LineEvents* events_ = nullptr;
};

/// Whether the token is this sensor's. It is read anew each time, so that a new one counts at once.
bool Webhook::knows(std::size_t place, std::string_view token) {
  auto& sensor = sensors_[place];
  if (sensor.settings.token_file.empty()) return true;
  const auto expected = net::secret("token_file", sensor.settings.token_file);
  if (!expected || expected->size() < least_token) {
    events_->failed(place, expected ? "token_file: a token of less than 16 letters can be guessed" : expected.error().what);
    return false;
  }
  if (webhook::same_token(token, *expected)) return true;
  if (!sensor.heard) events_->failed(place, "a request with a wrong token");  // later on, it is only somebody who tries
  return false;
}

bool Webhook::too_often(std::size_t place, Steady now) {
  auto& sensor = sensors_[place];
  if (sensor.tokens.take(now)) return false;
  ++sensor.refused;
  if (sensor.told == Steady{} || now - sensor.told >= tell_again) {
    sensor.told = now;
    events_->failed(place, "more requests than its rate: " + std::to_string(std::exchange(sensor.refused, 0)) + " refused");
  }
  return true;
}

std::variant<Admitted, Answer> Webhook::admits(const webhook::Ask& ask) {
  const Steady now = std::chrono::steady_clock::now();
  if (!doorman_.lets_in(ask.from, now)) return Answer{429, "too many requests from this address", 1};
  Admitted out{{}, net::most_payload};
  const auto token = token_of(ask);
  bool there = false, often = false;
  const bool posts = ask.method == "POST" || ask.method == "PUT";
  double wait = 1;
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    const auto& sensor = sensors_[i];
    if (sensor.path != ask.path) continue;
    there = true;
    if (!posts || !knows(i, token)) continue;
    if (too_often(i, now)) {
      often = true;
      wait = std::max(wait, std::ceil(1 / sensor.settings.rate));
      continue;
    }
    out.most = std::min(out.most, sensor.settings.size.count);
    out.sensors.push_back(i);
  }
  if (!there) return Answer{404, "there is no such path"};
  if (!posts) return Answer{405, "only POST and PUT are taken"};
  if (out.sensors.empty() && often) return Answer{429, "too many requests for this sensor", static_cast<int>(wait)};
  if (out.sensors.empty()) return Answer{401, "a token is needed, as Authorization: Bearer or X-Token"};
  if (ask.length && *ask.length > out.most) return Answer{413, "more than " + std::to_string(out.most) + " bytes"};
  if (body_of(ask.content_type) == Body::other) return Answer{415, "only application/json and forms are taken"};
  return out;
}

Answer Webhook::takes(const Admitted& whom, const std::string& content_type, const std::string& body) {
  const auto payload = body_of(content_type) == Body::form ? net::parse_form(body) : net::parse_json(body);
  Answer worst;
  bool taken = false;
  for (const auto place : whom.sensors) {
    auto answer = take(place, payload);
    taken = taken || answer.status == 204;
    if (answer.status != 204) worst = std::move(answer);
  }
  return taken ? Answer{} : worst;
}

Answer Webhook::take(std::size_t place, const Result<json::value>& payload) {
  auto& sensor = sensors_[place];
  if (!payload) {
    events_->failed(place, payload.error().what);
    return {400, payload.error().what};
  }
  auto heard = sensor.reader.read(*payload, clock_->now());
  if (!heard) {
    events_->failed(place, heard.error().what);
    return {400, heard.error().what};
  }
  if (heard->of_another) return {400, "it is of another device"};
  sensor.heard = true;
  if (!heard->told.empty()) events_->described(place, heard->told);
  const bool nothing = heard->samples.empty() && !heard->passage;
  if (!heard->samples.empty()) events_->sampled(place, std::move(heard->samples));
  if (heard->passage) events_->passed(place, std::move(*heard->passage));
  if (nothing) events_->alive(place);
  return {};
}

std::unique_ptr<Line> open(LinePlan plan, const Clock& clock) {
  return std::make_unique<Webhook>(std::move(plan.sensors), clock);
}

}  // namespace

const DeviceType& webhook_device() {
  static const DeviceType type{"webhook",
                               "Values and passages that are posted to this board by HTTP, with a token.",
                               &schema().fields(),
                               nullptr,
                               read_sensor,
                               nullptr,
                               open};
  return type;
}

}  // namespace kuzet::drivers
