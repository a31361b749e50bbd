// SPDX-License-Identifier: Apache-2.0
// The whole flow: camera -> detectors -> lifecycle -> store -> publisher -> broker.
#include "agent/run/agent.hpp"

#include "agent/core/json.hpp"
#include "agent/run/alarms.hpp"
#include "agent/run/before.hpp"
#include "agent/run/cameras.hpp"
#include "agent/run/control.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/run/local_time.hpp"
#include "agent/run/node_watch.hpp"
#include "agent/run/notify.hpp"
#include "agent/run/offline_watch.hpp"
#include "agent/run/outputs.hpp"
#include "agent/run/references.hpp"
#include "agent/run/site.hpp"
#include "agent/run/snapshots.hpp"
#include "agent/run/system_clock.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <csignal>
#include <map>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto patience_at_stop = 5s;             // for what the disk has not taken yet
constexpr auto patience_of_outputs = 3s;          // for lines to say that their outputs are safe
constexpr Duration remembered_levels = 24h * 70;  // of what is foretold

void say(const std::string& sentence) { spdlog::info(sentence); }

class Agent {
 public:
  Agent(const Configuration& all, Configurations& configurations) : all_(all), configurations_(configurations) {}

  /// `config`, `io`: it cannot start.
  Result<> start() {
    if (auto fit = Dispatch::check(all_); !fit) return fit;
    auto store = open_store();
    if (!store) return store.error();
    before_ = before_of(*store, boot_, clock_.now());
    auto dispatch = Dispatch::open(io_, all_, clock_, std::move(*store), hooks());
    if (!dispatch) return dispatch.error();
    dispatch_ = std::move(*dispatch);
    if (auto fit = site_.prepare(remember_); !fit) return fit;
    configurations_.opened(clock_.now());
    outputs_.emplace(all_.site.outputs, all_.site.answers, boot_, clock_, output_hooks());
    if (auto control = Control::open(io_, all_.store.path, [this] { return json_text(dispatch_->status()); }))
      control_ = std::move(*control);
    else
      spdlog::warn("control: {}", control.error().what);
    return {};
  }

  /// Until it is stopped; the configuration that is to follow, where one was asked for.
  std::optional<Configuration> run() {
    site_.open();  // what an earlier run has left may be switched at once; nothing is heard before all else stands
    restore();
    outputs_->tick();  // what an earlier run has left is brought to safety first
    open_cameras();
    wait_for_signals();
    tick();
    notify_ready();
    say("watching with " + what_watches() + "; configuration " + all_.fingerprint);
    io_.run();
    return std::move(next_);
  }

 private:
  [[nodiscard]] std::string what_watches() const {
    std::string out = std::to_string(cameras_.size()) + " cameras";
    if (site_.sensors() > 0) out += ", " + std::to_string(site_.sensors()) + " sensors";
    return out;
  }

  Result<outbox::Outbox> open_store() {
    auto opened = outbox::Outbox::open(store_options(all_, boot_), clock_.now());
    if (!opened) return std::move(opened.error()).within("store");
    auto synced = opened->remembered("synced");
    if (synced && !synced->empty() && synced->front().second == boot_) clock_.was_synced();
    return opened;
  }

  Dispatch::Hooks hooks() {
    return {say,
            [this](const AlertEvent& event, const outbox::Stamp& stamp) {
              const Alert& alert = event.alert;
              outputs_->recorded(alert.id, stamp.store, stamp.seq);
              spdlog::info("alert {} {}: {} {} {}, confidence {:.2f}, seq {}", alert.id, name(event.phase), name(alert.kind),
                           alert.source, alert.zone, alert.confidence, stamp.seq);
            },
            [this] { return alarms_.open(); },
            [this](const uplink::Command& command, Dispatch::Done done) { obey(command, std::move(done)); },
            [this] { return about(); },
            [this](std::string_view fault, json::object details, Duration lasts) {
              node_.report(fault, std::move(details), clock_.now(), lasts);
            },
            [this](const uplink::Ack& ack) { outputs_->acknowledged(ack); },
            [this] { return alarms_.rules(); },
            [this](const uplink::DesiredReading& wanted) { take_over(configurations_.take(wanted, clock_.now())); },
            [this] { return configurations_.reported(); }};
  }

  Outputs::Hooks output_hooks() {
    return {[this](const std::string& output, bool on) { site_.want(output, on); },
            remember_,
            [this](const json::object& entry) { dispatch_->enter(entry); },
            [this](const std::string& output, const Observation& observation, const Moment& at) {
              dispatch_->observe(output, "", observation, at);
            },
            [this](const std::string& alert, std::size_t level) { alarms_.escalate(alert, level, clock_.now()); },
            say};
  }

  Site::Hooks site_hooks() {
    return {say,
            [this](const Site::Found& found, const Moment& now) { alarms_.judge(found, now); },
            [this](const Moment& now) { return alarms_.circumstances(now); },
            [this](const std::string& source, const Observation& observation, const Moment& at) {
              dispatch_->observe(source, "", observation, at);
            },
            [this](const std::string& source, const Observation& observation, const Moment& at) {
              dispatch_->tell(source, observation, at);
            },
            [this](std::vector<MinuteFigures> figures, std::vector<outbox::Count> counts, const Moment& now) {
              dispatch_->keep_history(std::move(figures), std::move(counts), now);
            },
            [this](const std::string& sensor, const std::string& reading,
                   std::function<void(std::vector<alerts::HourLevel>)> tell) {
              dispatch_->hours_of(sensor, reading, remembered_levels,
                                  [tell = std::move(tell)](const auto& points) { tell(hour_levels(points)); });
            },
            [this](const std::string& terminal, Passage::What what, const Moment& now) { alarms_.passed(terminal, what, now); },
            [this](const std::string& output, bool on, const Result<>& done) { outputs_->switched(output, on, done); }};
  }

  /// On its way to the disk first; what answers it is switched meanwhile, whatever the disk does.
  void record(AlertEvent event, const Frame& frame) {
    dispatch_->record(event, frame);
    outputs_->alert(event);
  }

  /// Findings of one picture become alerts, alerts become events, events go to the store.
  void seen(const std::string& camera, const Seen& seen) {
    const Moment& at = seen.frame.taken;
    offline_.shown(camera, at);
    snapshots_.show(camera, seen.frame);
    dispatch_->show(camera, seen.frame);
    for (const auto& [rule, findings] : seen.sightings) alarms_.see(*rule, findings, seen.frame, clock_.now());
    for (const auto& learned : seen.learned) keep(camera, learned);
    for (const auto& [zone, observation] : seen.observations) {
      dispatch_->observe(camera, zone, observation, at);
      site_.see(camera, zone, observation, at);
    }
  }

  void state(const std::string& camera, bool online, const std::string& cause) {
    online ? offline_.shown(camera, clock_.now()) : offline_.dark(camera, cause);
  }

  void keep(const std::string& camera, const LearnedReference& learned) {
    const auto* settings = all_.camera(camera);
    if (settings == nullptr) return;
    dispatch_->apart([references = references_, settings = *settings,
                      learned] { return references.keep(settings, learned.zone, learned.reference); },
                     [camera, zone = learned.zone](const Result<KeptReference>& kept) {
                       if (!kept)
                         spdlog::warn("camera {}: the reference of {} was not kept: {}", camera, zone, kept.error().what);
                     });
  }

  /// Gives what was open back to its rules.
  void restore() {
    for (const auto& camera : all_.cameras)
      for (const auto& watch : rules_of(camera)) alarms_.add(watch);
    alarms_.add(node_.rules());
    alarms_.add(offline_.rules());
    alarms_.add(site_.rules());
    alarms_.add(outputs_->rules());
    outputs_->restore(before_.answers, before_.open);
    offline_.resume(before_.open);
    suspected_ = alarms_.restore(before_, clock_.now());
    auto known = before_.open;
    known.insert(known.end(), suspected_.begin(), suspected_.end());
    site_.resume(known, before_.access);
  }

  void open_cameras() {
    auto known = before_.open;
    std::erase_if(known, [](const Alert& alert) { return alert.ended.has_value(); });
    known.insert(known.end(), suspected_.begin(), suspected_.end());
    cameras_.open(known);
  }

  void wait_for_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGHUP) return begin_stop();
      (void)reload();
      wait_for_signals();
    });
  }

  Result<> reload() {
    auto next = configurations_.reread(clock_.now());
    if (next) return take_over(std::move(*next)), Result<>();
    spdlog::error("the configuration was not taken over: {}", next.error().what);
    return next.error();
  }

  void take_over(std::optional<Configuration> next) {
    if (!next || (stopping_ && !next_)) return;
    say("taking over configuration " + next->fingerprint);
    next_ = std::move(*next);
    asio::post(io_, [this] { begin_stop(); });
  }

  /// Its trial, and what the centre must know of it.
  void watch_configuration(const Moment& now) {
    if (stopping_) return;
    Signs signs{all_.uplink ? std::optional(dispatch_->online()) : std::nullopt, offline_.signs(now)};
    std::ranges::move(site_.signs(now), std::back_inserter(signs.inputs));
    take_over(configurations_.tick(signs, now));
    if (auto details = configurations_.fault()) node_.report(node_fault::configuration, std::move(*details), now, 10s);
    if (configurations_.news()) dispatch_->report();
  }

  /// Commands that concern cameras, rules and the configuration.
  void obey(const uplink::Command& command, Dispatch::Done done) {
    if (const auto* snapshot = std::get_if<uplink::Snapshot>(&command)) {
      if (all_.camera(snapshot->camera) == nullptr)
        return done(Error{Code::config, "there is no camera \"" + snapshot->camera + "\""});
      return snapshots_.ask(snapshot->camera, std::move(done));
    }
    if (const auto* mute = std::get_if<uplink::Mute>(&command)) {
      if (!alarms_.knows(mute->rule)) return done(Error{Code::config, "there is no rule \"" + mute->rule + "\""});
      alarms_.mute(mute->rule, mute->length, clock_.now());
      say("rule " + mute->rule + " is muted for " + to_text(mute->length));
      return done(json::object{{"rule", mute->rule}, {"for", to_text(mute->length)}});
    }
    if (const auto* arm = std::get_if<uplink::Arm>(&command)) return order(arm->camera, true, arm->length, done);
    if (const auto* disarm = std::get_if<uplink::Disarm>(&command)) return order(disarm->camera, false, disarm->length, done);
    if (const auto* word = std::get_if<uplink::Switch>(&command)) return done(outputs_->obey(*word));
    if (const auto taken = reload(); !taken) return done(taken.error());
    done(json::object{{"configuration", next_->fingerprint}});
  }

  /// `source`: a camera, a sensor, a site with terminals; empty: all.
  void order(const std::string& source, bool armed, Duration length, const Dispatch::Done& done) {
    const auto& sites = all_.site.access;
    const bool known = source.empty() || source == "node" || all_.camera(source) != nullptr || all_.sensor(source) != nullptr ||
                       std::ranges::find(sites, source, &AccessSettings::id) != sites.end();
    if (!known) return done(Error{Code::config, "there is no camera or sensor \"" + source + "\""});
    length = alarms_.order(source, armed, length, clock_.now());
    say((source.empty() ? "everything" : source) + (armed ? " is armed for " : " is disarmed for ") + to_text(length));
    done(json::object{
        {"camera", source.empty() ? json::value(nullptr) : json::value(source)}, {"armed", armed}, {"for", to_text(length)}});
  }

  /// The agent's part of health and status.
  json::object about() {
    const Moment now = clock_.now();
    json::object out{
        {"version", KUZET_VERSION},    {"configuration", all_.fingerprint}, {"configured", configurations_.about(now)},
        {"budget", cameras_.budget()}, {"cameras", cameras_.about(now)},    {"outputs", outputs_->about(now)}};
    for (auto&& part : {alarms_.about(now), site_.about(now)})
      for (const auto& member : part) out[member.key()] = member.value();
    return out;
  }

  /// A technician has shown how a place looks: the detectors begin anew with it.
  void watch_references() {
    const auto mark = references_.mark();
    if (stopping_ || mark == references_mark_) return;
    references_mark_ = mark;
    say("a reference was kept: taking it over");
    if (auto same = configurations_.again()) take_over(std::move(*same));
  }

  void tick() {
    const Moment now = clock_.now();
    watch_references();
    watch_configuration(now);
    alarms_.judge(node_.look(now), now);
    alarms_.judge(offline_.look(now), now);
    site_.tick(now);
    ask_conditions();
    outputs_->tick();
    alarms_.judge(outputs_->look(now), now);
    alarms_.tick(now);
    dispatch_->tick();
    cameras_.tick(now);
    notify_alive(what_watches() + ", " + (dispatch_->online() ? "online" : "offline") + configurations_.line());
    const bool safe = stopping_ && (outputs_->settled() || now.steady - *stopping_ > patience_of_outputs);
    if (safe) site_.request_stop();
    if (safe && (dispatch_->idle() || now.steady - *stopping_ > patience_at_stop)) return finish();
    timer_.expires_after(stopping_ ? 50ms : 1s);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) tick();
    });
  }

  /// What answers wait for.
  void ask_conditions() {
    for (const auto& answer : all_.site.answers)
      if (!answer.when.empty()) outputs_->condition(answer.when, site_.truth(answer.when).truth == alerts::Truth::yes);
  }

  void begin_stop() {
    if (stopping_) return;
    next_ ? notify_reloading() : notify_stopping();
    stopping_ = clock_.now().steady;
    outputs_->stop();
    cameras_.stop();
    dispatch_->end_films();
    timer_.cancel();
    tick();
  }

  void finish() {
    if (!next_) configurations_.close(clock_.now());
    if (!dispatch_->idle()) spdlog::error("store: alerts that the disk did not take are lost with this stop");
    site_.keep(clock_.now());  // sensors were heard until now
    dispatch_->stop();
    control_.reset();
    signals_.cancel();
    io_.stop();
  }

  const Configuration& all_;
  Configurations& configurations_;
  std::optional<Configuration> next_;
  SystemClock clock_;
  const std::string boot_ = boot_id();
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer timer_{io_};
  const CameraThread::Home home_ = [this](std::function<void()> job) { asio::post(io_, std::move(job)); };
  NodeWatch node_;
  OfflineWatch offline_{watched_cameras(all_.cameras), clock_.now()};
  Before before_;
  std::vector<Alert> suspected_;
  std::unique_ptr<Dispatch> dispatch_;
  const Remember remember_ = [this](const std::string& name, const std::string& value) { dispatch_->remember(name, value); };
  Alarms alarms_{all_.site,
                 boot_,
                 remember_,
                 {[this](AlertEvent event, const Frame& frame) { record(std::move(event), frame); },
                  [this](const std::string& condition) { return site_.truth(condition); }, say}};
  const References references_{all_.store.path};
  std::string references_mark_ = references_.mark();
  Snapshots snapshots_{all_, [this](auto work, auto tell) { dispatch_->apart(std::move(work), std::move(tell)); }};
  std::unique_ptr<Control> control_;
  Cameras cameras_{all_,
                   references_,
                   clock_,
                   home_,
                   {[this](const std::string& camera, const Seen& what) { seen(camera, what); }, say,
                    [this](const std::string& camera, bool online, const std::string& cause) { state(camera, online, cause); },
                    [this](const Rule& rule) { return alarms_.on_duty(rule, clock_.now()); }}};
  Site site_{all_, clock_, home_, site_hooks()};
  std::optional<Outputs> outputs_;
  std::optional<Steady> stopping_;
};

}  // namespace

Result<> run_agent(Configuration configuration, Configurations& configurations) {
  for (;;) {
    set_time_zone(configuration.node.timezone);
    std::optional<Configuration> next;
    {
      Agent agent(configuration, configurations);
      const auto started = agent.start();
      next = started ? agent.run() : configurations.failed(started.error(), SystemClock().now());
      if (!started && !next) return started;
    }  // all that refers to the configuration ends before it does
    if (!next) return {};
    configuration = std::move(*next);
  }
}

}  // namespace kuzet::run
