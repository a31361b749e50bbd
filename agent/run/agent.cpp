// SPDX-License-Identifier: Apache-2.0
// The whole flow: camera -> detectors -> lifecycle -> store -> publisher -> broker.
#include "agent/run/agent.hpp"

#include "agent/alerts/lifecycle.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/keeper.hpp"
#include "agent/run/camera_thread.hpp"
#include "agent/run/notify.hpp"
#include "agent/run/recorder.hpp"
#include "agent/run/system_clock.hpp"
#include "agent/uplink/publisher.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/array.hpp>

#include <csignal>
#include <map>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto patience_at_stop = 5s;  // for what the disk has not taken yet
constexpr auto farewell = 1s;          // for the broker to hear that we go

uplink::Identity identity_of(const Configuration& all) {
  const std::string prefix = all.uplink && !all.uplink->prefix.empty() ? all.uplink->prefix + "/" : "";
  std::optional<Point> place;
  if (all.node.location) place = Point{all.node.location->longitude, all.node.location->latitude};
  return {all.node.id, all.node.site, prefix, place, all.fingerprint};
}

std::map<std::string, std::vector<Polygon>> privacy_of(const Configuration& all) {
  std::map<std::string, std::vector<Polygon>> out;
  for (const auto& camera : all.cameras) out[camera.id] = camera.privacy;
  return out;
}

/// The birth message's account of what this node is.
json::object account_of(const Configuration& all) {
  json::array cameras, rules;
  for (const auto& camera : all.cameras) {
    json::array zones;
    for (const auto& zone : camera.zones) zones.emplace_back(zone.id);
    cameras.push_back(json::object{{"id", camera.id}, {"zones", std::move(zones)}});
    for (const auto& watch : rules_of(camera))
      for (const auto& rule : watch) rules.emplace_back(rule.id);
  }
  return {{"name", all.node.name},         {"kind", all.node.kind},    {"versions", json::object{{"kuzet", KUZET_VERSION}}},
          {"cameras", std::move(cameras)}, {"sensors", json::array{}}, {"rules", std::move(rules)}};
}

Result<link::Connection> connection_of(const Configuration& all) {
  const UplinkSettings& uplink = *all.uplink;
  link::Connection connection;
  connection.client_id = "kuzet-" + all.node.site + "-" + all.node.id;
  connection.username = uplink.username;
  connection.ca = uplink.tls.ca;
  connection.certificate = uplink.tls.certificate;
  connection.key = uplink.tls.key;
  connection.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(uplink.keep_alive);
  if (!uplink.password_file.empty()) {
    auto text = outbox::read_file(uplink.password_file);
    if (!text) return Error{Code::config, "uplink.password_file: " + text.error().what};
    connection.password = text->substr(0, text->find_first_of("\r\n"));
  }
  return connection;
}

void say(const std::string& sentence) { spdlog::info(sentence); }

class Agent {
 public:
  Agent(const Configuration& all, outbox::Outbox store, std::optional<link::Connection> connection)
      : all_(all),
        who_(identity_of(all)),
        store_id_(store.store()),
        boot_(store.boot()),
        open_(restored(store)),
        home_([this](std::function<void()> job) { asio::post(io_, std::move(job)); }),
        keeper_(std::move(store), home_),
        backlog_(keeper_),
        recorder_(keeper_, who_, privacy_of(all), {uplink::system_chance(), 1s, 60s}, say,
                  [this](const AlertEvent& event, const outbox::Stamp& stamp) { recorded(event, stamp); }) {
    if (connection) connect(std::move(*connection));
  }

  void run() {
    restore();
    open_cameras();
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) begin_stop();
    });
    tick();
    notify_ready();
    io_.run();
  }

 private:
  /// Findings of one picture become alerts, alerts become events, events go to the store.
  void seen(const Seen& seen) {
    for (const auto& sighting : seen.sightings)
      for (auto& event : lifecycle_.see(*sighting.rule, sighting.findings, seen.frame.taken))
        recorder_.record(std::move(event), seen.frame, clock_.now());
  }

  /// An event is on the disk: now, and not before, it may be sent.
  void recorded(const AlertEvent& event, const outbox::Stamp& stamp) {
    spdlog::info("alert {} {}: {} {} {}, confidence {:.2f}, seq {}", event.alert.id, name(event.phase), name(event.alert.kind),
                 event.alert.source, event.alert.zone, event.alert.confidence, stamp.seq);
    if (publisher_) publisher_->wake(clock_.now());
  }

  void connect(link::Connection connection) {
    uplink::Plan plan{all_.uplink->servers, std::move(connection), who_, store_id_, boot_, account_of(all_)};
    publisher_.emplace(std::move(plan), backlog_, uplink::Backoff(uplink::system_chance(), 1s, 60s), say);
    link_ =
        link::make_paho_link({[this](const link::Welcome& welcome) { publisher_->connected(welcome, clock_.now()); },
                              [this](const Error& error) { publisher_->lost(error, clock_.now()); },
                              [this](std::uint64_t number, int reason) { publisher_->answered(number, reason, clock_.now()); }},
                             home_);
    publisher_->use(*link_);
  }

  /// The alerts that were open when the agent stopped; their steady time is worked out from the wall clock.
  std::vector<Alert> restored(outbox::Outbox& store) const {
    std::vector<Alert> out;
    const Moment now = clock_.now();
    const auto states = store.open_states();
    if (!states) return spdlog::error("store: {}", states.error().what), out;
    for (const auto& state : *states) {
      auto alert = uplink::read_open_state(state);
      if (!alert) {
        spdlog::error("store: {}", alert.error().what);
        continue;
      }
      alert->started.steady = now.steady - std::max<Duration>(Duration::zero(), now.wall - alert->started.wall);
      out.push_back(std::move(*alert));
    }
    return out;
  }

  /// Gives the alerts that are open back to their rules; one whose rule the configuration has no more would stay open for ever.
  void restore() {
    std::map<std::string, Rule> rules;
    for (const auto& camera : all_.cameras)
      for (const auto& watch : rules_of(camera))
        for (const auto& rule : watch) rules.emplace(rule.id, rule);
    for (const auto& alert : open_) {
      if (const auto rule = rules.find(alert.rule); rule != rules.end()) {
        lifecycle_.restore(rule->second, alert);
        continue;
      }
      spdlog::warn("alert {}: there is no rule {} any more, so it is closed", alert.id, alert.rule);
      recorder_.record(alerts::abandoned(alert, clock_.now()), {}, clock_.now());
    }
  }

  void open_cameras() {
    for (const auto& camera : all_.cameras) {
      auto eye = std::make_unique<Eye>(camera);
      eye->resume(open_);
      cameras_.push_back(std::make_unique<CameraThread>(camera, std::move(eye), clock_,
                                                        CameraEvents{[this](const Seen& look) { seen(look); }, say}, home_));
    }
  }

  void tick() {
    const Moment now = clock_.now();
    recorder_.tick(now);
    if (publisher_ && !stopping_) publisher_->tick(now);
    notify_alive(std::to_string(cameras_.size()) + " cameras, " + (publisher_ && publisher_->online() ? "online" : "offline"));
    if (stopping_ && (recorder_.idle() || now.steady - *stopping_ > patience_at_stop)) return finish();
    timer_.expires_after(stopping_ ? 50ms : 1s);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) tick();
    });
  }

  void begin_stop() {
    notify_stopping();
    stopping_ = clock_.now().steady;
    cameras_.clear();
    timer_.cancel();
    tick();
  }

  void finish() {
    if (!recorder_.idle()) spdlog::error("store: alerts that the disk did not take are lost with this stop");
    if (publisher_) publisher_->stop(clock_.now(), farewell);
    signals_.cancel();
    io_.stop();
  }

  const Configuration& all_;
  SystemClock clock_;
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  asio::steady_timer timer_{io_};
  uplink::Identity who_;
  std::string store_id_;
  std::uint64_t boot_;
  std::vector<Alert> open_;
  RandomIds ids_;
  alerts::Lifecycle lifecycle_{ids_};
  outbox::Keeper::Home home_;
  outbox::Keeper keeper_;
  uplink::KeeperBacklog backlog_;
  Recorder recorder_;
  std::optional<uplink::Publisher> publisher_;
  std::unique_ptr<link::Link> link_;
  std::vector<std::unique_ptr<CameraThread>> cameras_;
  std::optional<Steady> stopping_;
};

}  // namespace

Result<> run_agent(const Configuration& all) {
  std::optional<link::Connection> connection;
  if (all.uplink) {
    auto made = connection_of(all);
    if (!made) return made.error();
    connection = std::move(*made);
  }
  auto store = outbox::Outbox::open({all.store.path, all.store.evidence.count, all.store.keep_free.count, boot_id()});
  if (!store) return std::move(store.error()).within("store");
  if (!store->set_aside().empty())
    spdlog::error("store: it could not be read and was set aside as {}; a fresh one begins", store->set_aside());
  Agent(all, std::move(*store), std::move(connection)).run();
  return {};
}

}  // namespace kuzet::run
