// SPDX-License-Identifier: Apache-2.0
// Store, uplink and commands, tied together.
#include "agent/run/dispatch.hpp"

#include "agent/core/json.hpp"
#include "agent/outbox/ledger.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/eye.hpp"
#include "agent/run/node_watch.hpp"
#include "agent/run/system_clock.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>

#include <fstream>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto link_day = "link/day", card_day = "card/day";
constexpr auto farewell = 1s;               // for the broker to hear that we go
constexpr Duration repaired_shows = 10min;  // how long a store that was begun anew counts as a fault

/// Bytes of memory that this process holds (proc(5), statm); 0 where the kernel does not tell.
std::uint64_t memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * 4096;
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

Result<> Dispatch::check(const Configuration& all) { return Uplink::check(all); }

Result<std::unique_ptr<Dispatch>> Dispatch::open(asio::io_context& io, const Configuration& all, const Clock& clock,
                                                 outbox::Outbox store, Hooks hooks) {
  std::unique_ptr<Dispatch> dispatch(new Dispatch(io, all, clock, std::move(store), std::move(hooks)));
  if (auto connected = dispatch->connect(); !connected) return connected.error();
  return dispatch;
}

Dispatch::Dispatch(asio::io_context& io, const Configuration& all, const Clock& clock, outbox::Outbox store, Hooks hooks)
    : io_(io),
      all_(&all),
      clock_(clock),
      hooks_(std::move(hooks)),
      who_(identity_of(all)),
      boot_(store.boot()),
      began_(clock.now().steady),
      book_{{}, store.last_checkpoint(), store.store(), std::nullopt, store.has_centre()},
      public_key_(store.public_key()),
      day_(fact(store, link_day)),
      card_kept_(fact(store, card_day)),
      home_([&io](std::function<void()> job) { asio::post(io, std::move(job)); }),
      keeper_(std::move(store), home_),
      recorder_(keeper_, about_events(all), {uplink::system_chance(), 1s, 60s}, hooks_.say,
                [this](const AlertEvent& event, const outbox::Stamp& stamp) { recorded(event, stamp); }),
      films_(
          all, keeper_, home_, clock,
          [this](AlertEvent event, FilmOfAlert film) { recorder_.record(std::move(event), {}, clock_.now(), std::move(film)); },
          hooks_.say),
      card_(
          all.store.path, all.store.daily.count, card_kept_, [this](const std::string& day) { remember(card_day, day); },
          hooks_.say, hooks_.fault) {}

/// Nothing is done where the configuration has no uplink.
Result<> Dispatch::connect() {
  uplink_.reset();
  renewal_.reset();
  if (!all_->uplink) return {};
  Uplink::Hooks hooks;
  hooks.say = hooks_.say;
  hooks.account = [this] { return account_of(*all_, public_key_, hooks_.rules()); };
  hooks.open = [this](const Moment& now) {
    return uplink::open_message(who_, book_.store, book_.counts.seq, hooks_.open(), now.wall);
  };
  hooks.trouble = [this] { return unwritten(); };
  hooks.status = [this] { return status(); };
  hooks.obey = [this](const uplink::Order& order, Done done) { obey(order, std::move(done)); };
  hooks.acknowledged = [this](const uplink::Ack& ack) {
    hooks_.acknowledged(ack);
    answered(ack);
  };
  hooks.store_failed = [this] { store_failed_ = true; };
  hooks.desired = hooks_.desired;
  hooks.reported = hooks_.reported;
  hooks.remember_day = [this](const std::string& day) { day_ = day, remember(link_day, day); };
  auto opened = Uplink::open(io_, keeper_, clock_, {all_, book_.store, boot_, day_}, std::move(hooks));
  if (!opened) return opened.error();
  uplink_ = std::move(*opened);
  if (!all_->uplink->identity.empty()) keep_certificate(all_->uplink->identity);
  return {};
}

void Dispatch::adopt(const Configuration& all) {
  const bool same = uplink_ && all.uplink && all_->uplink->fingerprint == all.uplink->fingerprint;
  const bool none = !uplink_ && !all.uplink;
  all_ = &all;
  who_ = identity_of(all);
  recorder_.adopt(about_events(all));
  films_.adopt(all);
  card_.allow(all.store.daily.count);
  if (same) return uplink_->adopt(all);
  if (none) return;
  hooks_.say(all.uplink ? "uplink: its settings have changed; connecting anew" : "uplink: the configuration has none any more");
  if (uplink_) uplink_->stop(farewell);
  if (auto connected = connect(); !connected) hooks_.say("uplink: " + connected.error().what);
}

void Dispatch::keep_certificate(const std::string& folder) {
  const enrolment::IdentityFolder identity(folder);
  renewal_.emplace(
      identity,
      [identity](Wall now, const std::stop_token& stop) { return enrolment::renew(identity, KUZET_VERSION, now, stop); }, home_,
      uplink::system_chance(), Renewal::Hooks{hooks_.say, [this](json::object details, Duration lasts) {
                                                hooks_.fault(node_fault::certificate, std::move(details), lasts);
                                              }});
}

void Dispatch::record(AlertEvent event, Frame frame) {
  films_.follow(event);
  recorder_.record(std::move(event), std::move(frame), clock_.now());
}

/// An event is on the disk: now, and not before, it may be sent.
void Dispatch::recorded(const AlertEvent& event, const outbox::Stamp& stamp) {
  const Alert& alert = event.alert;
  hooks_.say(spdlog::fmt_lib::format("alert {} {}: {} {} {}, confidence {:.2f}, seq {}", alert.id, name(event.phase),
                                     name(alert.kind), alert.source, alert.zone, alert.confidence, stamp.seq));
  book_.counts.seq = stamp.seq;
  hooks_.recorded(event, stamp);
  if (uplink_) uplink_->wake(outbox::Class::alert, event.phase != Phase::updated);
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

void Dispatch::tick() {
  const Moment now = clock_.now();
  recorder_.tick(now);
  films_.tick(now);
  set_right(now);
  flush_observations(now, spare(now) >= Spared::observations);
  look_into_store(now);
  tell_unwritten();
  if (uplink_) uplink_->tick(now);
  if (renewal_) renewal_->tick(now);
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
                if (uplink_) uplink_->reread();
              });
}

/// The card's day has a budget: what is done without.
Spared Dispatch::spare(const Moment& now) {
  const Spared spared = card_.tick(now);
  films_.spare(spared >= Spared::films);
  recorder_.spare(spared >= Spared::pictures);
  return spared;
}

void Dispatch::flush_observations(const Moment& now, bool sparse) {
  std::vector<outbox::Draft> drafts;
  for (auto& batch : observer_.take(now, sparse || (uplink_ && uplink_->thrifty())))
    drafts.push_back(uplink::obs_draft(who_, batch.source, now, std::move(batch.observed)));
  if (drafts.empty()) return;
  keeper_.ask([drafts = std::move(drafts), now](outbox::Outbox& store) { return store.observe(drafts, now); },
              [this](const Result<>& stored) {
                if (stored && uplink_) uplink_->wake(outbox::Class::observation);
                if (!stored) ++dropped_;
                if (!stored && !told_dropped_) hooks_.say("store: " + stored.error().what + "; observations are not kept");
                told_dropped_ = !stored;
                // Room that is held back for alerts is none for observations: nothing is wrong with the disk.
                failing_ = stored || stored.error().code == Code::full ? "" : stored.error().what;
              });
}

std::string Dispatch::unwritten() const { return recorder_.unwritten().empty() ? failing_ : recorder_.unwritten(); }

/// An alert about it would need the disk.
void Dispatch::tell_unwritten() {
  const auto why = unwritten();
  if (std::exchange(told_centre_, why) != why && uplink_) uplink_->trouble_changed();
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
  if (renewed && uplink_) uplink_->renewed(book.store);
  if (counts.free_bytes < all_->store.keep_free.count)
    hooks_.fault(node_fault::disk_full, {{"free_bytes", counts.free_bytes}, {"keep_free", all_->store.keep_free.count}}, 90s);
  if (counts.refused > 0) hooks_.fault(node_fault::refused, {{"count", counts.refused}}, 90s);
}

void Dispatch::obey(const uplink::Order& order, Done done) {
  if (std::holds_alternative<uplink::Diagnose>(order.what)) return done(status());
  hooks_.obey(order.what, std::move(done));
}

bool Dispatch::delivered() const {
  const auto& counts = book_.counts;
  const auto films = all_->uplink && all_->uplink->link == "metered" ? 0 : counts.films;
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
  if (const auto why = unwritten(); !why.empty()) store["unwritten"] = why;
  out["store"] = std::move(store);
  out["card"] = card_.about(now);
  out["uplink"] = uplink_ ? json::value(uplink_->report(now)) : json::value(nullptr);
  if (book_.checkpoint) out["journal"] = uplink::checkpoint_json(*book_.checkpoint);
  return out;
}

void Dispatch::stop() {
  const Moment now = clock_.now();
  observer_.hurry();
  card_.save(now);
  flush_observations(now);
  keeper_.ask([now](outbox::Outbox& store) { return store.checkpoint(now); },
              [](const Result<>&) {});  // a journal whose last events are not signed yet is signed by the next start
  if (uplink_) uplink_->stop(farewell);
}

}  // namespace kuzet::run
