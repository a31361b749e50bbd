// SPDX-License-Identifier: Apache-2.0
// Store, uplink and commands, tied together.
#include "agent/run/dispatch.hpp"

#include "agent/core/json.hpp"
#include "agent/outbox/ledger.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/eye.hpp"
#include "agent/run/node_watch.hpp"
#include "agent/run/system_clock.hpp"

#include <boost/asio/post.hpp>

#include <fstream>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto link_day = "link/day";
constexpr auto farewell = 1s;  // for the broker to hear that we go
constexpr Duration health_every = 60s;
constexpr Duration repaired_shows = 10min;  // how long a store that was begun anew counts as a fault

/// Bytes of memory that this process holds (proc(5), statm); 0 where the kernel does not tell.
std::uint64_t memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * 4096;
}

std::optional<link::Version> version_of(const std::string& setting) {
  if (setting == "5") return link::Version::v5;
  if (setting == "3.1.1") return link::Version::v311;
  return std::nullopt;
}

Result<std::optional<outbox::Key>> site_key(const Configuration& all) {
  if (!all.uplink || all.uplink->command_key.empty()) return std::optional<outbox::Key>{};
  auto key = outbox::Key::of(all.uplink->command_key);
  if (!key) return Error{Code::config, "uplink.command_key: " + key.error().what};
  return std::optional(std::move(*key));
}

Recorder::About about_events(const Configuration& all) {
  Recorder::About about{identity_of(all), boot_id(), {}, {}, {}, {}, all.uplink && all.uplink->link == "metered"};
  for (const auto& camera : all.cameras) {
    about.privacy[camera.id] = camera.privacy;
    for (const auto& watch : rules_of(camera))
      for (const auto& rule : watch) {
        about.cooldown[rule.id] = rule.cooldown;
        if (rule.close_up) about.close_up.insert(rule.id);
        if (rule.evidence == Evidence::none) about.no_evidence.insert(rule.id);
      }
  }
  return about;
}

std::string fact(outbox::Outbox& store, const std::string& name) {
  const auto facts = store.remembered(name);
  return facts && !facts->empty() ? facts->front().second : std::string();
}

}  // namespace

outbox::Options store_options(const Configuration& all, const std::string& boot) {
  const auto& store = all.store;
  const auto who = identity_of(all);
  outbox::Options options;
  options.folder = store.path;
  options.evidence_budget = store.evidence.count;
  options.telemetry_budget = store.telemetry.count;
  options.journal_budget = store.journal.count;
  options.history_budget = store.history.count;
  options.keep_free = store.keep_free.count;
  options.boot_id = boot;
  options.words = {[who](const outbox::Gap& gap, const Moment& now) { return uplink::gap_draft(who, gap, now); },
                   uplink::corrected_body};
  return options;
}

Result<> Dispatch::check(const Configuration& all) {
  if (auto key = site_key(all); !key) return key.error();
  if (all.uplink)
    if (auto connection = connection_of(all); !connection) return connection.error();
  return {};
}

Result<std::unique_ptr<Dispatch>> Dispatch::open(asio::io_context& io, const Configuration& all, const Clock& clock,
                                                 outbox::Outbox store, Hooks hooks) {
  if (auto fit = check(all); !fit) return fit.error();
  auto key = site_key(all);
  if (!key) return key.error();
  return std::unique_ptr<Dispatch>(new Dispatch(io, all, clock, std::move(store), std::move(hooks), std::move(*key)));
}

Dispatch::Dispatch(asio::io_context& io, const Configuration& all, const Clock& clock, outbox::Outbox store, Hooks hooks,
                   std::optional<outbox::Key> key)
    : all_(all),
      clock_(clock),
      hooks_(std::move(hooks)),
      who_(identity_of(all)),
      boot_(store.boot()),
      began_(clock.now().steady),
      book_{{}, store.last_checkpoint(), store.store(), std::nullopt, store.has_centre()},
      public_key_(store.public_key()),
      day_(fact(store, link_day)),
      home_([&io](std::function<void()> job) { asio::post(io, std::move(job)); }),
      keeper_(std::move(store), home_),
      backlog_(keeper_, clock),
      recorder_(keeper_, about_events(all), {uplink::system_chance(), 1s, 60s}, hooks_.say,
                [this](const AlertEvent& event, const outbox::Stamp& stamp) { recorded(event, stamp); }),
      films_(
          all, keeper_, home_, clock,
          [this](AlertEvent event, FilmOfAlert film) { recorder_.record(std::move(event), {}, clock_.now(), std::move(film)); },
          hooks_.say),
      pace_(io) {
  if (all.uplink) connect(std::move(key));
}

Dispatch::~Dispatch() = default;

void Dispatch::connect(std::optional<outbox::Key> key) {
  const auto& settings = *all_.uplink;
  uplink::Plan plan;
  plan.servers = settings.servers;
  plan.version = version_of(settings.version);
  plan.credentials = [this] { return connection_of(all_); };
  plan.who = who_;
  plan.store = book_.store;
  plan.boot = boot_;
  plan.about = [this] { return account_of(all_, public_key_, hooks_.rules()); };
  plan.open = [this](const Moment& now) {
    return uplink::open_message(who_, book_.store, book_.counts.seq, hooks_.open(), now.wall);
  };
  plan.command = [this](const link::Message& arrived, const std::string& called, const Moment& now) {
    desk_->take(arrived, called, now);
  };
  if (hooks_.desired && hooks_.reported) {
    plan.desired = [this](const link::Message& arrived, const Moment& now) { take_desired(arrived, now); };
    plan.reported = [this] { return uplink::reported_message(who_, hooks_.reported()); };
  }
  plan.acknowledged = [this](const uplink::Ack& ack) {
    hooks_.acknowledged(ack);
    answered(ack);
  };
  plan.store_failed = [this](const Error& error) {
    if (error.code == Code::corrupt) store_failed_ = true;
  };
  plan.drain = settings.drain;
  plan.resend = settings.resend;
  plan.link = {settings.link == "metered", settings.daily.count, day_,
               [this](const std::string& day) { remember(link_day, day); }};
  publisher_.emplace(std::move(plan), backlog_, uplink::Backoff(uplink::system_chance(), 1s, 60s), hooks_.say);
  const auto now = [this] { return clock_.now(); };
  link_ = link::make_paho_link(
      {[this, now](const link::Welcome& welcome) { publisher_->connected(welcome, now()), pace(); },
       [this, now](const link::Loss& loss) { publisher_->lost(loss, now()), pace(); },
       [this, now](std::uint64_t number, int reason) { publisher_->answered(number, reason, now()), pace(); },
       [this, now](const link::Message& message) { publisher_->arrived(message, now()), pace(); }},
      home_);
  publisher_->use(*link_);
  site_key_ = key;
  desk_.emplace(uplink::CommandDesk::Setup{
      who_, std::move(key), [this](const uplink::Order& order, Done done) { obey(order, std::move(done)); },
      [this](uplink::Entry entry, Wall at, uplink::CommandDesk::Entered told) {
        keeper_.ask([entry = std::move(entry), at](outbox::Outbox& store) { return uplink::enter(store.ledger(), entry, at); },
                    std::move(told));
      },
      [this](const link::Message& answer) { publisher_->publish(answer, clock_.now()); }, hooks_.say});
  credentials_mark_ = credentials_mark(settings);
}

void Dispatch::record(AlertEvent event, Frame frame) {
  films_.follow(event);
  recorder_.record(std::move(event), std::move(frame), clock_.now());
}

/// An event is on the disk: now, and not before, it may be sent.
void Dispatch::recorded(const AlertEvent& event, const outbox::Stamp& stamp) {
  book_.counts.seq = stamp.seq;
  hooks_.recorded(event, stamp);
  if (!publisher_) return;
  publisher_->wake(clock_.now(), outbox::Class::alert);
  if (event.phase != Phase::updated) publisher_->open_changed(clock_.now());
  pace();
}

void Dispatch::observe(const std::string& source, const std::string& zone, const Observation& observation, const Moment& at) {
  observer_.see(source, zone, observation, at);
}

void Dispatch::enter(const json::object& entry) {
  keeper_.ask([text = json_text(entry),
               at = clock_.now().wall](outbox::Outbox& store) { return store.ledger().enter("", Wall(), text, at); },
              [this](const Result<>& done) {
                if (!done && !told_unwritten_) hooks_.say("store: " + done.error().what + "; switches are not written down");
                told_unwritten_ = !done;
              });
}

void Dispatch::remember(const std::string& name, const std::string& value) {
  keeper_.ask([name, value](outbox::Outbox& store) { return store.remember(name, value); },
              [this](const Result<>& done) {
                if (!done) hooks_.say("store: " + done.error().what);
              });
}

/// The publisher may be able to send more before the next tick.
void Dispatch::pace() {
  const auto next = publisher_->wants_tick();
  if (!next) return;
  pace_.expires_at(std::max(*next, std::chrono::steady_clock::now() + 1ms));
  pace_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    publisher_->tick(clock_.now());
    pace();
  });
}

void Dispatch::tick() {
  const Moment now = clock_.now();
  recorder_.tick(now);
  films_.tick(now);
  set_right(now);
  flush_observations(now);
  look_into_store(now);
  if (!publisher_) return;
  desk_->tick(now);
  watch_credentials(now);
  publisher_->tick(now);
  say_health(now);
  pace();
}

/// The clock is right for the first time: what was recorded before is put right before it is sent.
void Dispatch::set_right(const Moment& now) {
  if (set_right_ || now.clock == ClockState::unsynced) return;
  set_right_ = true;
  remember("synced", boot_id());
  keeper_.ask([now](outbox::Outbox& store) { return store.correct(now); },
              [this](const Result<std::uint64_t>& corrected) {
                if (!corrected) return hooks_.say("store: " + corrected.error().what);
                if (*corrected == 0) return;
                hooks_.say("clock: set; " + std::to_string(*corrected) + " messages got their right time");
                if (publisher_) publisher_->reread(clock_.now());
              });
}

void Dispatch::flush_observations(const Moment& now) {
  std::vector<outbox::Draft> drafts;
  for (auto& batch : observer_.take(now, publisher_ && publisher_->thrifty()))
    drafts.push_back(uplink::obs_draft(who_, batch.source, now, std::move(batch.observed)));
  if (drafts.empty()) return;
  keeper_.ask([drafts = std::move(drafts), now](outbox::Outbox& store) { return store.observe(drafts, now); },
              [this](const Result<>& stored) {
                if (stored && publisher_) publisher_->wake(clock_.now(), outbox::Class::observation), pace();
                if (!stored) ++dropped_;
                if (!stored && !told_dropped_) hooks_.say("store: " + stored.error().what + "; observations are not kept");
                told_dropped_ = !stored;
              });
}

/// Asks for figures, and lets the store tidy up a little.
void Dispatch::look_into_store(const Moment& now) {
  if (looking_) return;
  looking_ = true;
  const bool failed = std::exchange(store_failed_, false);
  keeper_.ask([now, failed](outbox::Outbox& store) { return look(store, failed, now); },
              [this](const Result<Book>& book) {
                looking_ = false;
                if (book) return read(*book);
                if (!told_trouble_) hooks_.say("store: " + book.error().what);
                told_trouble_ = true;
              });
}

/// On the keeper's thread.
Result<Dispatch::Book> Dispatch::look(outbox::Outbox& store, bool failed, const Moment& now) {
  const auto corrupt = [](const auto& result) { return !result && result.error().code == Code::corrupt; };
  const auto tidied = store.tidy(now);
  auto counts = store.counts();
  if (failed || corrupt(tidied) || corrupt(counts)) {
    if (auto fresh = store.renew(now); !fresh) return fresh.error();
    counts = store.counts();
  }
  if (!counts) return counts.error();
  return Book{*counts, store.last_checkpoint(), store.store(), store.salvage(), store.has_centre()};
}

void Dispatch::read(const Book& book) {
  told_trouble_ = false;
  const bool renewed = book.store != book_.store;
  const bool news = book.salvage && (!book_.salvage || book_.salvage->name != book.salvage->name);
  book_ = book;
  const auto& counts = book.counts;
  if (news) {
    const auto& old = *book.salvage;
    hooks_.say("store: it could not be read (" + old.why + ") and was set aside as " + old.name + "; " +
               std::to_string(old.saved) + " messages were saved, " + std::to_string(old.lost) +
               " places could not be read; a fresh one begins");
    hooks_.fault(node_fault::store_corrupt,
                 {{"set_aside", std::filesystem::path(old.name).filename().string()}, {"saved", old.saved}, {"lost", old.lost}},
                 repaired_shows);
  }
  if (renewed && publisher_) publisher_->renewed(book.store, clock_.now());
  if (counts.free_bytes < all_.store.keep_free.count)
    hooks_.fault(node_fault::disk_full, {{"free_bytes", counts.free_bytes}, {"keep_free", all_.store.keep_free.count}}, 90s);
  if (counts.refused > 0) hooks_.fault(node_fault::refused, {{"count", counts.refused}}, 90s);
}

void Dispatch::say_health(const Moment& now) {
  if (!publisher_->online() || (health_said_ && now.steady - *health_said_ < health_every)) return;
  health_said_ = now.steady;
  publisher_->publish(uplink::health_message(who_, status(), now), now);
}

/// Retained or not: an empty message, by which a retained one is taken back, wants nothing.
void Dispatch::take_desired(const link::Message& arrived, const Moment& now) {
  if (arrived.payload.empty() || !desired_turnstile_.lets_through(now.steady)) return;
  hooks_.desired(uplink::read_desired(arrived.topic, arrived.payload, site_key_));
}

void Dispatch::report() {
  if (publisher_) publisher_->publish(uplink::reported_message(who_, hooks_.reported()), clock_.now());
}

/// Certificates and passwords that were exchanged take effect without a restart.
void Dispatch::watch_credentials(const Moment& now) {
  if (credentials_seen_ && now.steady - *credentials_seen_ < 10s) return;
  credentials_seen_ = now.steady;
  auto mark = credentials_mark(*all_.uplink);
  if (mark == credentials_mark_) return;
  credentials_mark_ = std::move(mark);
  hooks_.say("uplink: password or certificates have changed; connecting anew");
  publisher_->renew_connection(now);
}

void Dispatch::obey(const uplink::Order& order, Done done) {
  if (std::holds_alternative<uplink::Ping>(order.what)) return done(json::object{{"at", rfc3339(clock_.now().wall)}});
  if (std::holds_alternative<uplink::Diagnose>(order.what)) return done(status());
  if (const auto* span = std::get_if<uplink::Resend>(&order.what)) {
    if (auto begun = publisher_->resend(span->from, span->to, clock_.now()); !begun) return done(begun.error());
    return done(json::object{{"from", span->from}, {"to", span->to}});
  }
  hooks_.obey(order.what, std::move(done));
}

bool Dispatch::delivered() const {
  const auto& counts = book_.counts;
  const auto films = all_.uplink && all_.uplink->link == "metered" ? 0 : counts.films;
  return idle() && films + counts.unsent + counts.unconfirmed + counts.refused + counts.pictures + counts.observations == 0;
}

json::object Dispatch::status() const {
  const Moment now = clock_.now();
  json::object out = hooks_.about();
  out["boot"] = boot_;
  out["clock"] = name(now.clock);
  out["uptime_s"] = std::floor(in_seconds(now.steady - began_));
  out["memory_bytes"] = memory_bytes();
  json::object store = uplink::counts_json(book_.counts);
  store["id"] = book_.store;
  store["observations_dropped"] = dropped_;
  out["store"] = std::move(store);
  out["uplink"] = publisher_ ? json::value(publisher_->report(now)) : json::value(nullptr);
  if (book_.checkpoint) out["journal"] = uplink::checkpoint_json(*book_.checkpoint);
  return out;
}

void Dispatch::stop() {
  const Moment now = clock_.now();
  observer_.hurry();
  flush_observations(now);
  keeper_.ask([now](outbox::Outbox& store) { return store.checkpoint(now); },
              [](const Result<>&) {});  // a journal whose last events are not signed yet is signed by the next start
  if (publisher_) publisher_->stop(now, farewell);
}

}  // namespace kuzet::run
