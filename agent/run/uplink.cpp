// SPDX-License-Identifier: Apache-2.0
// Link, publisher and command desk, tied together.
#include "agent/run/uplink.hpp"

#include "agent/outbox/ledger.hpp"
#include "agent/run/credentials.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration health_every = 60s;
constexpr Duration look_at_credentials = 10s;

Result<std::optional<outbox::Key>> site_key(const Configuration& all) {
  if (!all.uplink || all.uplink->command_key.empty()) return std::optional<outbox::Key>{};
  auto key = outbox::Key::of(all.uplink->command_key);
  if (!key) return Error{Code::config, "uplink.command_key: " + key.error().what};
  return std::optional(std::move(*key));
}

}  // namespace

Result<> Uplink::check(const Configuration& all) {
  if (auto key = site_key(all); !key) return key.error();
  if (all.uplink)
    if (auto connection = connection_of(all); !connection) return connection.error();
  return {};
}

Result<std::unique_ptr<Uplink>> Uplink::open(asio::io_context& io, outbox::Keeper& keeper, const Clock& clock, Setup setup,
                                             Hooks hooks) {
  auto key = site_key(*setup.all);
  if (!key) return key.error();
  if (auto connection = connection_of(*setup.all); !connection) return connection.error();
  return std::unique_ptr<Uplink>(new Uplink(io, keeper, clock, std::move(setup), std::move(hooks), std::move(*key)));
}

Uplink::Uplink(asio::io_context& io, outbox::Keeper& keeper, const Clock& clock, Setup setup, Hooks hooks,
               std::optional<outbox::Key> key)
    : all_(setup.all),
      clock_(clock),
      hooks_(std::move(hooks)),
      setup_(std::move(setup)),
      keeper_(keeper),
      backlog_(keeper, clock),
      site_key_(key),
      pace_(io),
      credentials_mark_(credentials_mark(*all_->uplink)) {
  publisher_.emplace(plan(), backlog_, uplink::Backoff(uplink::system_chance(), 1s, 60s), hooks_.say);
  make_link(io);
  desk_.emplace(uplink::CommandDesk::Setup{
      identity_of(*all_), std::move(key), [this](const uplink::Order& order, Done done) { obey(order, std::move(done)); },
      [this](uplink::Entry entry, Wall at, uplink::CommandDesk::Entered told) {
        keeper_.ask([entry = std::move(entry), at](outbox::Outbox& store) { return uplink::enter(store.ledger(), entry, at); },
                    std::move(told));
      },
      [this](const link::Message& answer) { publisher_->publish(answer, clock_.now()); }, hooks_.say});
}

Uplink::~Uplink() = default;

uplink::Plan Uplink::plan() {
  const auto& settings = *all_->uplink;
  uplink::Plan plan;
  plan.servers = settings.servers;
  plan.version = version_of(settings.version);
  plan.credentials = [this] { return connection_of(*all_); };
  plan.who = identity_of(*all_);
  plan.store = setup_.store;
  plan.boot = setup_.boot;
  plan.about = hooks_.account;
  plan.open = hooks_.open;
  plan.trouble = hooks_.trouble;
  plan.command = [this](const link::Message& arrived, const std::string& called, const Moment& now) {
    desk_->take(arrived, called, now);
  };
  if (hooks_.desired && hooks_.reported) {
    plan.desired = [this](const link::Message& arrived, const Moment& now) {
      // Retained or not; an empty message, by which a retained one is taken back, wants nothing.
      if (arrived.payload.empty() || !desired_turnstile_.lets_through(now.steady)) return;
      hooks_.desired(uplink::read_desired(arrived.topic, arrived.payload, site_key_));
    };
    plan.reported = [this] { return uplink::reported_message(identity_of(*all_), hooks_.reported()); };
  }
  plan.acknowledged = hooks_.acknowledged;
  plan.store_failed = [this](const Error& error) {
    if (error.code == Code::corrupt) hooks_.store_failed();
  };
  plan.drain = settings.drain;
  plan.resend = settings.resend;
  plan.link = {settings.link == "metered", settings.daily.count, setup_.day, hooks_.remember_day};
  return plan;
}

void Uplink::make_link(asio::io_context& io) {
  const auto now = [this] { return clock_.now(); };
  link_ = link::make_paho_link(
      {[this, now](const link::Welcome& welcome) { publisher_->connected(welcome, now()), pace(); },
       [this, now](const link::Loss& loss) { publisher_->lost(loss, now()), pace(); },
       [this, now](std::uint64_t number, int reason) { publisher_->answered(number, reason, now()), pace(); },
       [this, now](const link::Message& message) { publisher_->arrived(message, now()), pace(); }},
      [&io, here = std::weak_ptr(here_)](std::function<void()> job) {
        asio::post(io, [here, job = std::move(job)] {
          if (!here.expired()) job();
        });
      });
  publisher_->use(*link_);
}

void Uplink::adopt(const Configuration& all) {
  all_ = &all;
  publisher_->account_changed(identity_of(all), clock_.now());
  pace();
}

void Uplink::wake(outbox::Class what, bool open_changed) {
  publisher_->wake(clock_.now(), what);
  if (open_changed) publisher_->open_changed(clock_.now());
  pace();
}

/// The publisher may be able to send more before the next tick.
void Uplink::pace() {
  const auto next = publisher_->wants_tick();
  if (!next) return;
  pace_.expires_at(std::max(*next, std::chrono::steady_clock::now() + 1ms));
  pace_.async_wait([this, here = std::weak_ptr(here_)](const boost::system::error_code& error) {
    if (error || here.expired()) return;
    publisher_->tick(clock_.now());
    pace();
  });
}

void Uplink::tick(const Moment& now) {
  desk_->tick(now);
  watch_credentials(now);
  publisher_->tick(now);
  say_health(now);
  pace();
}

void Uplink::say_health(const Moment& now) {
  if (!publisher_->online() || (health_said_ && now.steady - *health_said_ < health_every)) return;
  health_said_ = now.steady;
  publisher_->publish(uplink::health_message(identity_of(*all_), hooks_.status(), now), now);
}

void Uplink::report_configuration() {
  if (!hooks_.reported) return;
  publisher_->publish(uplink::reported_message(identity_of(*all_), hooks_.reported()), clock_.now());
  pace();
}

/// Certificates and passwords that were exchanged take effect without a restart.
void Uplink::watch_credentials(const Moment& now) {
  if (credentials_seen_ && now.steady - *credentials_seen_ < look_at_credentials) return;
  credentials_seen_ = now.steady;
  auto mark = credentials_mark(*all_->uplink);
  if (mark == credentials_mark_) return;
  credentials_mark_ = std::move(mark);
  hooks_.say("uplink: password or certificates have changed; connecting anew");
  publisher_->renew_connection(now);
}

void Uplink::obey(const uplink::Order& order, Done done) {
  if (std::holds_alternative<uplink::Ping>(order.what)) return done(json::object{{"at", rfc3339(clock_.now().wall)}});
  if (const auto* span = std::get_if<uplink::Resend>(&order.what)) {
    if (auto begun = publisher_->resend(span->from, span->to, clock_.now()); !begun) return done(begun.error());
    return done(json::object{{"from", span->from}, {"to", span->to}});
  }
  hooks_.obey(order, std::move(done));  // the desk looks itself whether it is still there when this is done
}

}  // namespace kuzet::run
