// SPDX-License-Identifier: Apache-2.0
// A line that is a connection to a broker.
#include "drivers/net/broker.hpp"

#include "agent/core/ids.hpp"
#include "agent/core/source.hpp"
#include "drivers/net/secret.hpp"

#include <algorithm>
#include <array>

namespace kuzet::drivers::net {

using namespace std::chrono_literals;

namespace {

constexpr auto farewell = 150ms;           // for what was published last: a line that stops has 0.2 s
constexpr Duration between_versions = 1s;  // Paho leaks when it is asked faster (paho.mqtt.c#1689)
constexpr std::array<std::string_view, 4> schemes{"mqtt://", "mqtts://", "ws://", "wss://"};

Steady steady_now() { return std::chrono::steady_clock::now(); }

/// Unlike all others; MQTT 3.1.1 promises no more than 23 letters.
std::string random_id(Wall wall) { return "kuzet-" + RandomIds().next(wall).substr(10); }

}  // namespace

void check_broker(const BrokerSettings& settings, const Node& entry, const std::string& key, Faults& faults) {
  const auto& server = settings.server;
  if (server.empty()) return;  // told as missing
  const auto place = key + ".server";
  const auto scheme = std::ranges::find_if(schemes, [&](std::string_view one) { return server.starts_with(one); });
  if (scheme == schemes.end())
    return faults.add(entry.at, place, "\"" + shown_source(server) + "\" must begin with mqtt://, mqtts://, ws:// or wss://");
  if (server.size() == scheme->size()) faults.add(entry.at, place, "names no host");
  if (server.find('@') != std::string::npos)
    faults.add(entry.at, place, "must not hold a name or password: these are username and password_file");
  if (settings.username.empty() && !settings.password_file.empty())
    faults.add(entry.at, key + ".password_file", "a password needs a username");
  if (settings.certificate.empty() != settings.key.empty())
    faults.add(entry.at, key + ".key", "certificate and key belong together");
}

std::string line_of(const BrokerSettings& settings) {
  std::string out = shown_source(settings.server);
  for (const auto& [word, value] : {std::pair{" as ", &settings.username},
                                    {" password ", &settings.password_file},
                                    {" ca ", &settings.ca},
                                    {" certificate ", &settings.certificate},
                                    {" key ", &settings.key},
                                    {" client ", &settings.client_id}})
    if (!value->empty()) out += word + *value;
  return settings.keep_alive == BrokerSettings().keep_alive ? out : out + " keep-alive " + to_text(settings.keep_alive);
}

std::optional<std::string> topic_fault(const std::string& topic) {
  if (topic.empty()) return "is empty";
  if (topic.size() > 65535 || topic.find('\0') != std::string::npos) return "is no topic";
  if (topic.find_first_of("+#") != std::string::npos) return "must not hold + or #: these are for subscribers";
  return std::nullopt;
}

std::optional<std::string> filter_fault(const std::string& filter) {
  if (filter.empty()) return "is empty";
  if (filter.size() > 65535 || filter.find('\0') != std::string::npos) return "is no topic";
  if (filter.starts_with("$share/")) return "is a shared subscription, which would give others a part of the values";
  for (auto i = filter.find_first_of("+#"); i != std::string::npos; i = filter.find_first_of("+#", i + 1)) {
    const bool alone = (i == 0 || filter[i - 1] == '/') && (i + 1 == filter.size() || filter[i + 1] == '/');
    if (!alone) return "must have + and # alone between two slashes";
    if (filter[i] == '#' && i + 1 != filter.size()) return "must have # at its end only";
  }
  return std::nullopt;
}

bool matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  for (;;) {
    const auto wanted = filter.substr(0, filter.find('/')), level = topic.substr(0, topic.find('/'));
    if (wanted == "#") return true;
    if (wanted != "+" && wanted != level) return false;
    const bool more_wanted = wanted.size() < filter.size(), more = level.size() < topic.size();
    if (!more) return !more_wanted || filter.substr(wanted.size()) == "/#";  // "a/#" is for "a" too
    if (!more_wanted) return false;
    filter.remove_prefix(wanted.size() + 1);
    topic.remove_prefix(level.size() + 1);
  }
}

BrokerLine::BrokerLine(BrokerSettings settings, link::Message will, const Clock& clock)
    : settings_(std::move(settings)),
      will_(std::move(will)),
      clock_(&clock),
      client_id_(settings_.client_id.empty() ? random_id(clock.now().wall) : settings_.client_id) {}

std::uint64_t BrokerLine::publish(const link::Message& message) {
  if (!link_->publish(++number_, message)) give_up("not connected");
  return number_;
}

std::uint64_t BrokerLine::subscribe(const std::string& filter) {
  if (!link_->subscribe(++number_, {filter})) give_up("not connected");
  return number_;
}

void BrokerLine::give_up(const std::string& why) {
  if (!lost_) lost_ = link::Loss{why};
}

Result<> BrokerLine::connect(Steady now) {
  if (!link_)
    link_ = link::make_paho_link({[this](const link::Welcome&) { up_ = true, version_.connected(), connected(); },
                                  [this](const link::Loss& loss) { lost_ = loss; },
                                  [this](std::uint64_t number, int reason) { answered(number, reason); },
                                  [this](const link::Message& message) { arrived(message); },
                                  [this](const link::Message& message) { return admits(message); }},
                                 [this](std::function<void()> job) { inbox_.post(std::move(job)); });
  link::Connection connection;
  if (!settings_.password_file.empty()) {
    auto password = secret("password_file", settings_.password_file);
    if (!password) return password.error();
    connection.password = std::move(*password);
  }
  version_.begin(now);
  connection.version = version_.version();
  connection.server = settings_.server;
  connection.client_id = client_id_;
  connection.username = settings_.username;
  connection.ca = settings_.ca;
  connection.certificate = settings_.certificate;
  connection.key = settings_.key;
  connection.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(settings_.keep_alive);
  connection.will = will_;
  up_ = false;
  lost_.reset();
  link_->connect(connection);
  return {};
}

/// What ends the attempt; nothing where another version is to be tried.
std::optional<Error> BrokerLine::loss(Steady now) {
  const auto lost = *std::exchange(lost_, std::nullopt);
  link_->drop();
  if (!std::exchange(up_, false) && version_.refused(lost, now)) {
    attempt_ = now + between_versions;
    attempting_ = false;
    return std::nullopt;
  }
  return Error{Code::io, shown_source(settings_.server) + ": " + lost.why};
}

Result<> BrokerLine::serve(const std::stop_token& stop) {
  attempt_ = steady_now();
  attempting_ = false;
  Steady due = attempt_;
  while (!stop.stop_requested()) {
    const Steady before = steady_now();
    if (!attempting_ && before >= attempt_) {
      if (auto begun = connect(before); !begun) return begun;
      attempting_ = true;
    }
    if (const auto job = inbox_.next(stop, attempting_ ? due : std::min(due, attempt_))) job();
    const Steady after = steady_now();
    if (lost_)
      if (auto ended = loss(after)) return std::move(*ended);
    due = up_ ? tick(after) : Steady::max();
  }
  if (up_) (void)tick(steady_now());  // what was wanted last
  return {};
}

void BrokerLine::leave() {
  if (!link_) return;
  if (up_)
    link_->disconnect(std::chrono::duration_cast<std::chrono::milliseconds>(farewell));
  else
    link_->drop();
  up_ = false;
}

Result<> BrokerLine::work(LineEvents& events, std::stop_token stop) {
  events_ = &events;
  auto done = serve(stop);
  if (up_ && !stop.stop_requested()) link_->drop();
  if (stop.stop_requested()) leave();
  return done;
}

}  // namespace kuzet::drivers::net
