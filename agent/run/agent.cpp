// SPDX-License-Identifier: Apache-2.0
// The whole flow: camera -> detectors -> lifecycle -> store -> publisher -> broker.
#include "agent/run/agent.hpp"

#include "agent/core/json.hpp"
#include "agent/run/alarms.hpp"
#include "agent/run/before.hpp"
#include "agent/run/cameras.hpp"
#include "agent/run/control.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/run/local_time.hpp"
#include "agent/run/node_watch.hpp"
#include "agent/run/notify.hpp"
#include "agent/run/obedience.hpp"
#include "agent/run/offline_watch.hpp"
#include "agent/run/outputs.hpp"
#include "agent/run/references.hpp"
#include "agent/run/self_check.hpp"
#include "agent/run/site.hpp"
#include "agent/run/site_records.hpp"
#include "agent/run/snapshots.hpp"
#include "agent/run/stop_asked.hpp"
#include "agent/run/store_wait.hpp"
#include "agent/run/supervision.hpp"
#include "agent/run/system_clock.hpp"
#include "agent/run/takeover.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <csignal>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto patience_at_stop = 5s, patience_of_outputs = 3s;  // for what the disk has not taken; for outputs to be safe

void say(const std::string& sentence) { spdlog::info(sentence); }

Error refused(Error why) {
  why.what = without_password(std::move(why.what));
  spdlog::error("the configuration was not taken over: {}", why.what);
  return why;
}

class Agent {
 public:
  Agent(SharedConfiguration all, Configurations& configurations) : all_(std::move(all)), configurations_(configurations) {}

  /// `config`, `io`: it cannot start.
  Result<> start() {
    if (auto fit = Dispatch::check(*all_); !fit) return fit;
    auto store = open_store(*all_, boot_, clock_);
    if (!store) return store.error();
    before_ = before_of(*store, boot_, clock_.now());
    supervision_.emplace(*store, boot_, clock_.now(), Supervision::Hooks{say, fault_, offline_});
    auto dispatch = Dispatch::open(io_, *all_, clock_, std::move(*store), hooks());
    if (!dispatch) return dispatch.error();
    dispatch_ = std::move(*dispatch);
    if (auto fit = site_.prepare(remember_); !fit) return fit;
    configurations_.opened(clock_.now());
    outputs_.emplace(all_->site.outputs, all_->site.answers, boot_, clock_, output_hooks());
    if (auto control = Control::open(io_, all_->store.path, [this] { return json_text(dispatch_->status()); }))
      control_ = std::move(*control);
    else
      spdlog::warn("control: {}", control.error().what);
    return {};
  }

  /// After a start that failed: the store at least could be opened.
  [[nodiscard]] bool has_store() const { return supervision_.has_value(); }

  /// Until it is stopped; gives the configuration that another agent must begin with. `io`: why it ended by itself.
  Result<SharedConfiguration> run() {
    supervision_->begin(*dispatch_, clock_.now());
    site_.open();  // what an earlier run has left may be switched at once; nothing is heard before all else stands
    restore();
    wait_for_signals();
    tick();
    notify_ready();
    say("watching with " + what_watches() + "; configuration " + all_->fingerprint);
    io_.run();
    if (const auto& why = supervision_->restart(); why && !next_) return Error{Code::io, *why};
    return next_;
  }

 private:
  [[nodiscard]] std::string what_watches() const {
    const auto sensors = site_.sensors();
    return std::to_string(cameras_.size()) + " cameras" + (sensors > 0 ? ", " + std::to_string(sensors) + " sensors" : "");
  }

  Dispatch::Hooks hooks() {
    return {say,
            [this](const auto& event, const auto& stamp) { outputs_->recorded(event.alert.id, stamp.store, stamp.seq); },
            [this] { return alarms_.open(); },
            [this](const uplink::Command& command, Dispatch::Done done) { obedience_.obey(command, std::move(done)); },
            [this] { return about(); },
            fault_,
            [this](const uplink::Ack& ack) { outputs_->acknowledged(ack); },
            [this] { return alarms_.rules(); },
            [this](const uplink::DesiredReading& wanted) { change(configurations_.take(wanted, clock_.now())); },
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
    Site::Hooks out = records_of_site(dispatch_);
    out.say = say;
    out.judge = [this](const Site::Found& found, const Moment& now) { alarms_.judge(found, now); };
    out.circumstances = [this](const Moment& now) { return alarms_.circumstances(now); };
    out.passed = [this](const std::string& terminal, Passage::What what, const Moment& now) {
      alarms_.passed(terminal, what, now);
    };
    out.switched = [this](const std::string& output, bool on, const Result<>& done) { outputs_->switched(output, on, done); };
    return out;
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
    for (const auto& [zone, observation] : seen.observations) {
      dispatch_->observe(camera, zone, observation, at);
      site_.see(camera, zone, observation, at);
    }
  }

  /// Of everybody who can raise an alert.
  [[nodiscard]] std::vector<Rule> rules() const {
    std::vector<Rule> out;
    for (const auto& camera : all_->cameras)
      for (const auto& watch : rules_of(camera)) out.insert(out.end(), watch.begin(), watch.end());
    for (const auto& part : {node_.rules(), offline_.rules(), site_.rules(), outputs_->rules()})
      out.insert(out.end(), part.begin(), part.end());
    return out;
  }

  /// Gives what was open back to its rules.
  void restore() {
    alarms_.add(rules());
    outputs_->restore(before_.answers, before_.open);
    offline_.resume(before_.open);
    suspected_ = alarms_.restore(before_, clock_.now());
    auto known = before_.open;
    known.insert(known.end(), suspected_.begin(), suspected_.end());
    site_.resume(known, before_.access);
    outputs_->tick();  // what an earlier run has left is brought to safety first
    std::erase_if(known, [](const Alert& alert) { return alert.ended.has_value(); });
    cameras_.open(known);
  }

  void wait_for_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGHUP) return next_.reset(), begin_stop();  // also while everything begins anew
      (void)reload();
      wait_for_signals();
    });
  }

  /// The fingerprint of the configuration that will be taken over.
  Result<std::string> reload() {
    auto next = configurations_.reread(clock_.now());
    if (!next) return refused(next.error());
    const std::string fingerprint = next->fingerprint;
    if (auto taken = apply(std::move(*next)); !taken) return taken.error();
    return fingerprint;
  }

  /// `config`, `busy`: nothing changes. Otherwise this one is taken over soon, after this has returned.
  Result<> apply(Configuration next) {
    auto taken = takeover_.apply(std::move(next));
    if (taken) return notify_reloading(), taken;
    configurations_.not_taken(clock_.now());
    return refused(taken.error());
  }

  void change(std::optional<Configuration> next) {
    if (next) (void)apply(std::move(*next));  // what is wrong with it is told
  }

  /// Its trial, and what the centre must know of it.
  void watch_configuration(const Moment& now) {
    if (stopping_ || takeover_.coming()) return;
    Signs signs{all_->uplink ? std::optional(dispatch_->online()) : std::nullopt, offline_.signs(now)};
    std::ranges::move(site_.signs(now), std::back_inserter(signs.inputs));
    change(configurations_.tick(signs, now));
    if (auto details = configurations_.fault()) fault_(node_fault::configuration, std::move(*details), 10s);
    if (configurations_.news()) dispatch_->report();
  }

  Takeover::Hooks takeover_hooks() {
    return {[this](const Configuration& next) {
              if (auto fit = Dispatch::check(next); !fit) return fit;
              return site_.prepare_for(next);
            },
            [this](const Configuration& next) { return founded_anew(next) || outputs_->let_go(next.site.outputs); },
            [this](const SharedConfiguration& next) { founded_anew(*next) ? begin_anew(next) : adopt(next); },
            [this](const Error& why) {
              (void)outputs_->let_go(all_->site.outputs);
              configurations_.not_taken(clock_.now());
              (void)refused(why);
              notify_ready();
            }};
  }

  /// The node, its store or its topics are other ones: nothing of what runs would be right.
  [[nodiscard]] bool founded_anew(const Configuration& next) const { return next.parts.foundation != all_->parts.foundation; }

  void begin_anew(const SharedConfiguration& next) {
    say("node, store or prefix have changed: everything begins anew");
    if (next->store.path != all_->store.path && dispatch_->waiting() > 0)
      spdlog::warn("{} messages wait in {}, and are sent when store.path is set back to it", dispatch_->waiting(),
                   all_->store.path);
    next_ = next;
    begin_stop();
  }

  /// Only what differs is begun anew. At the end of this nobody refers to the configuration before.
  void adopt(const SharedConfiguration& next) {
    say("taking over configuration " + next->fingerprint);
    const SharedConfiguration before = std::exchange(all_, next);
    offline_.adopt(watched_cameras(*all_), clock_.now());
    outputs_->adopt(all_->site.outputs, all_->site.answers, alarms_.open());
    site_.adopt(*all_, alarms_.known());
    alarms_.adopt(all_->site, rules(), clock_.now());
    snapshots_.adopt(*all_);
    dispatch_->adopt(*all_);
    self_check_.adopt(*all_);
    std::ranges::for_each(cameras_.adopt(*all_, alarms_.known()), say);
    outputs_->tick();
    say("watching with " + what_watches() + "; configuration " + all_->fingerprint);
    notify_ready();
  }

  /// The agent's part of health and status.
  json::object about() {
    const Moment now = clock_.now();
    json::object out{
        {"version", KUZET_VERSION},    {"configuration", all_->fingerprint}, {"configured", configurations_.about(now)},
        {"budget", cameras_.budget()}, {"cameras", cameras_.about(now)},     {"outputs", outputs_->about(now)}};
    for (auto&& part : {alarms_.about(now), site_.about(now), supervision_->about(now)})
      for (const auto& member : part) out[member.key()] = member.value();
    return out;
  }

  /// A technician has shown how a place looks: the detectors begin anew with it.
  void watch_references() {
    const auto mark = references_.mark();
    if (stopping_ || mark == references_mark_) return;
    references_mark_ = mark;
    say("a reference was kept: taking it over");
    if (auto same = configurations_.again()) change(std::move(*same));
  }

  void tick() {
    const Moment now = clock_.now();
    watch_references();
    watch_configuration(now);
    self_check_.tick(now);
    alarms_.judge(node_.look(now), now);
    alarms_.judge(offline_.look(now), now);
    site_.tick(now);
    ask_conditions();
    outputs_->tick();
    alarms_.judge(outputs_->look(now), now);
    alarms_.tick(now);
    dispatch_->tick();
    cameras_.tick(now);
    supervision_->tick(cameras_.stuck(now.steady), what_watches() + configurations_.line(), all_->fingerprint, now);
    if (supervision_->restart() && !stopping_) return begin_stop();
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
    for (const auto& answer : all_->site.answers)
      if (!answer.when.empty()) outputs_->condition(answer.when, site_.truth(answer.when).truth == alerts::Truth::yes);
  }

  void begin_stop() {
    if (stopping_) return;
    takeover_.stop();
    next_ ? notify_reloading() : notify_stopping();
    stopping_ = clock_.now().steady;
    outputs_->stop();
    supervision_->end(clock_.now());
    cameras_.stop();
    dispatch_->end_films();
    timer_.cancel();
    tick();
  }

  void finish() {
    if (!dispatch_->idle()) spdlog::error("store: alerts that the disk did not take are lost with this stop");
    if (!next_ && !supervision_->restart()) configurations_.close(clock_.now());
    site_.keep(clock_.now());  // sensors were heard until now
    dispatch_->stop();
    control_.reset();
    signals_.cancel();
    io_.stop();
  }

  std::optional<Supervision> supervision_;  // first: its last resort waits for the end of all the others
  SharedConfiguration all_;
  Configurations& configurations_;
  SharedConfiguration next_;  // for another agent
  SystemClock& clock_ = system_clock();
  const std::string boot_ = boot_id();
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer timer_{io_};
  const CameraThread::Home home_ = [this](std::function<void()> job) { asio::post(io_, std::move(job)); };
  NodeWatch node_;
  const Supervision::Fault fault_ = [this](std::string_view fault, json::object details, Duration lasts) {
    node_.report(fault, std::move(details), clock_.now(), lasts);
  };
  SelfCheck self_check_{*all_, home_, fault_};
  OfflineWatch offline_{watched_cameras(*all_), clock_.now()};
  Before before_;
  std::vector<Alert> suspected_;
  std::unique_ptr<Dispatch> dispatch_;
  const Remember remember_ = [this](const std::string& name, const std::string& value) { dispatch_->remember(name, value); };
  Alarms alarms_{all_->site,
                 boot_,
                 remember_,
                 {[this](AlertEvent event, const Frame& frame) { record(std::move(event), frame); },
                  [this](const std::string& condition) { return site_.truth(condition); }, say}};
  const References references_{all_->store.path};
  std::string references_mark_ = references_.mark();
  Snapshots snapshots_{*all_, [this](auto work, auto tell) { dispatch_->apart(std::move(work), std::move(tell)); }};
  Obedience obedience_{{alarms_, snapshots_, clock_, [this]() -> const Configuration& { return *all_; },
                        [this](const uplink::Switch& command) { return outputs_->obey(command); }, [this] { return reload(); },
                        say}};
  std::unique_ptr<Control> control_;
  Cameras cameras_{*all_,
                   references_,
                   clock_,
                   home_,
                   {[this](const std::string& camera, const Seen& what) { seen(camera, what); }, say,
                    [this](const std::string& camera, bool online, const std::string& cause) {
                      online ? offline_.shown(camera, clock_.now()) : offline_.dark(camera, cause);
                    },
                    [this](const Rule& rule) { return alarms_.on_duty(rule, clock_.now()); },
                    [this](auto work, auto tell) { dispatch_->apart(std::move(work), std::move(tell)); }}};
  Site site_{*all_, clock_, home_, site_hooks()};
  std::optional<Outputs> outputs_;
  Takeover takeover_{io_, clock_, takeover_hooks()};
  std::optional<Steady> stopping_;
};

}  // namespace

Result<> run_agent(Configuration configuration, Configurations& configurations) {
  StoreWait waiting;
  std::optional<StopAsked> stop(std::in_place);
  for (auto all = std::make_shared<const Configuration>(std::move(configuration)); all != nullptr;) {
    set_time_zone(all->node.timezone);
    std::optional<Agent> agent(std::in_place, all, configurations);
    if (const auto started = agent->start(); !started) {
      const bool stored = agent->has_store();
      agent.reset();
      if (stop->by_now()) return {};
      stop.reset();  // a stop ends us at once while we wait
      if (auto last_good = configurations.failed(started.error(), stored, system_clock().now()))
        all = std::make_shared<const Configuration>(std::move(*last_good));
      else if (auto helps = waiting.wait(started.error(), *all); !helps)
        return helps;
      stop.emplace();
      continue;
    }
    waiting.over();
    auto next = agent->run();
    if (!next) return next.error();
    agent.reset();
    if (stop->by_now() && *next) return configurations.close(system_clock().now()), Result<>();
    all = std::move(*next);
  }
  return {};
}

}  // namespace kuzet::run
