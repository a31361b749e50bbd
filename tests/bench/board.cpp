// SPDX-License-Identifier: Apache-2.0
// The parts of a board, tied together.
#include "tests/bench/board.hpp"

#include "agent/run/credentials.hpp"

#include <boost/asio/post.hpp>

#include <stdexcept>

namespace kuzet::bench {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// The real link; notes which number stands for which event.
class Board::Overheard final : public link::Link {
 public:
  Overheard(std::unique_ptr<link::Link> inner, const Watcher& watcher) : inner_(std::move(inner)), watcher_(watcher) {}

  void connect(const link::Connection& connection) override { inner_->connect(connection); }
  Result<> publish(std::uint64_t number, const link::Message& message) override {
    if (watcher_.published) watcher_.published(message);
    for (const auto& [name, value] : message.properties)
      if (name == "seq") events_[number] = std::stoull(value);
    return inner_->publish(number, message);
  }
  Result<> subscribe(std::uint64_t number, const std::vector<std::string>& filters) override {
    return inner_->subscribe(number, filters);
  }
  void disconnect(std::chrono::milliseconds wait) override { inner_->disconnect(wait); }
  void drop() override { inner_->drop(); }

  void answered(std::uint64_t number, int reason) {
    const auto found = events_.extract(number);
    if (found && reason < 0x80 && watcher_.acknowledged) watcher_.acknowledged(found.mapped());
  }

 private:
  std::unique_ptr<link::Link> inner_;
  const Watcher& watcher_;
  std::map<std::uint64_t, std::uint64_t> events_;
};

namespace {

void nothing(const std::string&) {}

outbox::Outbox with_plan(outbox::Outbox store, const std::function<void(const outbox::Outbox&)>& look) {
  look(store);
  return store;
}

}  // namespace

Board::Board(const run::Configuration& all, Watcher watcher, Duration ticks)
    : all_(all),
      watcher_(std::move(watcher)),
      ticks_(ticks),
      who_(run::identity_of(all)),
      keeper_(with_plan(open_store(all),
                        [this](const outbox::Outbox& store) {
                          if (all_.uplink) plan_ = plan(store);
                        }),
              home()),
      backlog_(keeper_, clock_),
      recorder_(
          keeper_, {who_, run::boot_id(), {}, {}, {}}, {uplink::system_chance(), 1s, 60s},
          [this](const std::string& sentence) { failed_ = sentence; },
          [this](const AlertEvent& event, const outbox::Stamp& stamp) { recorded(event, stamp); }) {
  if (!plan_) return;
  publisher_.emplace(std::move(*plan_), backlog_, uplink::Backoff(uplink::system_chance(), 1s, 60s), nothing);
  link_ = std::make_unique<Overheard>(
      link::make_paho_link(events(), [this](std::function<void()> job) { asio::post(io_, std::move(job)); }), watcher_);
  publisher_->use(*link_);
}

Board::~Board() {
  if (publisher_) publisher_->stop(clock_.now(), 1s);
}

/// Called by the store's thread as soon as it has done what it was asked for.
outbox::Keeper::Home Board::home() {
  return [this](std::function<void()> job) {
    asio::post(io_, [this, job = std::move(job), done = std::chrono::steady_clock::now()] {
      committed_ = done;
      job();
    });
  };
}

uplink::Plan Board::plan(const outbox::Outbox& store) {
  uplink::Plan plan;
  plan.servers = all_.uplink->servers;
  plan.credentials = [this] { return run::connection_of(all_); };
  plan.who = who_;
  plan.store = store.store();
  plan.boot = store.boot();
  plan.about = [this, key = store.public_key()] { return run::account_of(all_, key, {}); };
  plan.open = [this, id = store.store()](const Moment& now) { return uplink::open_message(who_, id, seq_, {}, now.wall); };
  plan.store_failed = [this](const Error& error) { failed_ = error.what; };
  plan.drain = all_.uplink->drain;
  plan.resend = all_.uplink->resend;
  return plan;
}

link::Events Board::events() {
  return {[this](const link::Welcome& welcome) {
            if (watcher_.connected) watcher_.connected();
            publisher_->connected(welcome, clock_.now());
          },
          [this](const link::Loss& loss) {
            failed_ = loss.why;
            publisher_->lost(loss, clock_.now());
          },
          [this](std::uint64_t number, int reason) {
            publisher_->answered(number, reason, clock_.now());
            link_->answered(number, reason);
          },
          [this](const link::Message& message) { publisher_->arrived(message, clock_.now()); }};
}

void Board::recorded(const AlertEvent& event, const outbox::Stamp& stamp) {
  seq_ = stamp.seq;
  if (watcher_.recorded) watcher_.recorded(stamp, committed_);
  if (!publisher_) return;
  publisher_->wake(clock_.now(), outbox::Class::alert);
  if (event.phase != Phase::updated) publisher_->open_changed(clock_.now());
}

void Board::run() {
  io_.restart();
  tick();
  io_.run();
  if (!failed_.empty()) throw std::runtime_error(failed_);
}

/// As in the agent: the store tidies up, the publisher hands over what came together.
void Board::tick() {
  if (!failed_.empty()) return stop();
  const Moment now = clock_.now();
  keeper_.ask(
      [now](outbox::Outbox& store) -> Result<outbox::Counts> {
        if (auto tidied = store.tidy(now); !tidied) return tidied.error();
        return store.counts();
      },
      [this](const Result<outbox::Counts>& counts) {
        if (!counts) failed_ = counts.error().what;
      });
  recorder_.tick(now);
  if (publisher_) publisher_->tick(now);
  tick_.expires_after(ticks_);
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Board::each(Duration interval, std::function<bool()> work) {
  struct Round {
    asio::steady_timer timer;
    Duration interval;
    std::function<bool()> work;
  };
  struct Rounds {
    static void go(const std::shared_ptr<Round>& round, Steady due) {
      round->timer.expires_at(due);
      round->timer.async_wait([round, due](const boost::system::error_code& error) {
        if (!error && round->work()) go(round, due + round->interval);
      });
    }
  };
  Rounds::go(std::make_shared<Round>(Round{asio::steady_timer(io_), interval, std::move(work)}),
             std::chrono::steady_clock::now());
}

void Board::settle(std::function<void(const outbox::Counts&)> told) {
  if (publisher_) publisher_->tick(clock_.now());
  keeper_.ask([](outbox::Outbox& store) { return store.counts(); },
              [this, told = std::move(told)](const Result<outbox::Counts>& counts) {
                if (!counts) failed_ = counts.error().what, stop();
                if (counts) told(*counts);
              });
}

}  // namespace kuzet::bench
