// SPDX-License-Identifier: Apache-2.0
// The publisher's states and its window.
#include "agent/uplink/publisher.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::uplink {

namespace {

constexpr std::size_t page = 64;   // messages fetched at once
constexpr std::size_t batch = 50;  // acknowledged messages deleted at once
constexpr std::size_t widest_window = 16;
constexpr std::size_t headroom = 4;  // below the broker's receive maximum
constexpr int accepted_below = 0x80;
constexpr double slowest = 16'000;  // bytes a second: a link that is slower than that cannot carry pictures
constexpr auto retry_refused = std::chrono::minutes(1);
constexpr auto lasting = std::chrono::seconds(30);  // a connection that stood so long was a good one

std::size_t window_for(const link::Welcome& welcome) {
  const std::size_t allowed = welcome.receive_maximum > headroom ? welcome.receive_maximum - headroom : 1;
  return std::min(widest_window, allowed);
}

}  // namespace

Publisher::Publisher(Plan plan, Backlog& backlog, Backoff backoff, Say say)
    : plan_(std::move(plan)), backlog_(backlog), backoff_(std::move(backoff)), say_(std::move(say)) {}

void Publisher::tick(const Moment& now) {
  now_ = now;
  if (state_ == State::offline && now.steady >= next_attempt_) return connect(now);
  if (state_ == State::connecting && now.steady - connecting_since_ > plan_.answer_within)
    return go_offline("the broker does not answer", now);
  if (state_ != State::online) return;
  const bool silent = std::ranges::any_of(in_flight_, [&](const auto& one) { return now.steady > one.second.answer_by; });
  if (silent) return go_offline("the broker does not acknowledge", now);
  if (refused_ && now.steady - *refused_ >= retry_refused) {
    refused_.reset();
    cursor_ = 0;  // from the oldest again; what is in flight is skipped when it is fetched
    more_ = true;
  }
  forget();
  mark_picture();
  pump(now);
}

void Publisher::wake(const Moment& now) {
  now_ = now;
  more_ = true;
  picture_wanted_ = true;
  if (state_ == State::online) pump(now);
}

void Publisher::stop(const Moment& now, std::chrono::milliseconds wait) {
  now_ = now;
  forget();
  mark_picture();
  if (state_ == State::online) {
    send(state_message(plan_.who, false, plan_.boot, now.wall), Greeting{});
    link_->disconnect(wait);
  }
  link_->drop();
  state_ = State::stopped;
}

void Publisher::connect(const Moment& now) {
  state_ = State::connecting;
  connecting_since_ = now.steady;
  link::Connection connection = plan_.connection;
  connection.server = plan_.servers[server_ % plan_.servers.size()];
  connection.will = state_message(plan_.who, false, plan_.boot, now.wall);
  link_->connect(connection);
}

void Publisher::connected(const link::Welcome& welcome, const Moment& now) {
  if (state_ != State::connecting) return;
  now_ = now;
  state_ = State::online;
  online_since_ = now.steady;
  window_ = window_for(welcome);
  maximum_packet_ = welcome.maximum_packet;
  say_("uplink: connected to " + plan_.servers[server_ % plan_.servers.size()] + ", " + std::to_string(window_) +
       " messages in the window");
  told_offline_ = false;
  ++epoch_;
  in_flight_.clear();
  queue_.clear();
  refused_.reset();
  cursor_ = 0;
  fetching_ = false;
  more_ = picture_wanted_ = true;
  forget();  // before the first page, so that it does not hold what the broker has
  greet(now);
  pump(now);
}

void Publisher::greet(const Moment& now) {
  send(state_message(plan_.who, true, plan_.boot, now.wall), Greeting{});
  send(birth_message(plan_.who, plan_.about), Greeting{});
}

void Publisher::lost(const Error& error, const Moment& now) {
  if (state_ == State::connecting || state_ == State::online) go_offline(error.what, now);
}

void Publisher::go_offline(const std::string& why, const Moment& now) {
  link_->drop();
  // Two boards of the same name that throw each other out are greeted each time: good is what lasted or took an alert.
  if (state_ == State::online && now.steady - online_since_ >= lasting) backoff_.succeeded();
  state_ = State::offline;
  next_attempt_ = now.steady + backoff_.next();
  if (!told_offline_)
    say_("uplink: " + plan_.servers[server_ % plan_.servers.size()] + ": " + why + "; alerts wait in the store");
  told_offline_ = true;
  ++server_;
}

void Publisher::answered(std::uint64_t number, int reason, const Moment& now) {
  now_ = now;
  const auto found = in_flight_.find(number);
  if (found == in_flight_.end()) return;
  const auto what = std::move(found->second.what);
  in_flight_.erase(found);
  if (!std::holds_alternative<Greeting>(what)) backoff_.succeeded();
  if (std::holds_alternative<Greeting>(what) && reason >= accepted_below)
    say_("uplink: the broker refused this node's state or birth message with reason " + std::to_string(reason));
  if (const auto* pending = std::get_if<outbox::Pending>(&what)) settle(*pending, reason, now);
  if (const auto* picture = std::get_if<outbox::Picture>(&what)) settle(*picture, reason);
  pump(now);
}

void Publisher::settle(const outbox::Pending& pending, int reason, const Moment& now) {
  if (reason < accepted_below) {
    done_.push_back(pending.seq);
    if (done_.size() >= batch) forget();
    return;
  }
  if (!refused_) {
    refused_ = now.steady;
    say_("uplink: the broker refused " + pending.topic + " with reason " + std::to_string(reason) +
         "; it stays in the store and is tried again");
  }
}

void Publisher::settle(const outbox::Picture& picture, int reason) {
  if (reason >= accepted_below)
    say_("uplink: the broker refused picture " + picture.topic + " with reason " + std::to_string(reason));
  settled_picture_ = picture;
  mark_picture();
}

/// Until the store knows that a picture is settled, it would give the same one again.
void Publisher::mark_picture() {
  if (!settled_picture_ || marking_) return;
  marking_ = true;
  backlog_.picture_sent(settled_picture_->alert, settled_picture_->n, [this](const Result<>& marked) {
    marking_ = false;
    if (!marked) return trouble(marked.error());
    settled_picture_.reset();
    picture_wanted_ = true;
    pump(now_);
  });
}

void Publisher::forget() {
  if (done_.empty()) return;
  const auto seqs = std::exchange(done_, {});
  backlog_.forget(seqs, [this, seqs](const Result<>& forgotten) {
    if (forgotten) return void(told_trouble_ = false);
    trouble(forgotten.error());
    done_.insert(done_.end(), seqs.begin(), seqs.end());
  });
}

/// What the store cannot do now is asked again with each tick, and said once.
void Publisher::trouble(const Error& error) {
  if (!told_trouble_) say_("uplink: " + error.what);
  told_trouble_ = true;
}

bool Publisher::nothing_in_flight() const {
  return std::ranges::all_of(in_flight_, [](const auto& one) { return std::holds_alternative<Greeting>(one.second.what); });
}

/// Fills the window: alerts first, one picture at a time when there is no alert to send.
void Publisher::pump(const Moment& now) {
  while (state_ == State::online && !queue_.empty() && in_flight_.size() < window_) {
    outbox::Pending next = std::move(queue_.front());
    queue_.pop_front();
    const auto message = alert_message(next, plan_.store, now.wall);
    send(message, std::move(next));
  }
  if (state_ != State::online || fetching_) return;
  if (queue_.empty() && more_) return fetch(now);
  const bool free = queue_.empty() && nothing_in_flight() && !settled_picture_ && in_flight_.size() < window_;
  if (free && picture_wanted_) fetch_picture(now);
}

void Publisher::send(const link::Message& message, What what) {
  if (state_ != State::online) return;
  const auto number = ++number_;
  const auto patience = plan_.answer_within + from_seconds(static_cast<double>(message.payload.size()) / slowest);
  in_flight_.emplace(number, Flight{std::move(what), now_.steady + patience});
  if (auto sent = link_->publish(number, message); !sent) go_offline(sent.error().what, now_);
}

void Publisher::fetch(const Moment&) {
  fetching_ = true;
  more_ = false;
  backlog_.messages(cursor_, page, [this, epoch = epoch_, after = cursor_](Result<std::vector<outbox::Pending>> result) {
    if (epoch != epoch_ || state_ != State::online) return;
    fetching_ = false;
    if (after != cursor_) return pump(now_);  // meanwhile it was decided to begin with the oldest again
    received(std::move(result), now_);
  });
}

void Publisher::received(Result<std::vector<outbox::Pending>> messages, const Moment& now) {
  if (!messages) {
    more_ = true;
    return trouble(messages.error());
  }
  more_ = more_ || messages->size() == page;
  for (auto& message : *messages) {
    cursor_ = message.seq;
    const bool known =
        std::ranges::find(done_, message.seq) != done_.end() || std::ranges::any_of(in_flight_, [&](const auto& one) {
          const auto* pending = std::get_if<outbox::Pending>(&one.second.what);
          return pending != nullptr && pending->seq == message.seq;
        });
    if (!known) queue_.push_back(std::move(message));
  }
  pump(now);
}

void Publisher::fetch_picture(const Moment&) {
  fetching_ = true;
  picture_wanted_ = false;
  backlog_.picture([this, epoch = epoch_](Result<std::optional<outbox::PendingPicture>> result) {
    if (epoch != epoch_ || state_ != State::online) return;
    fetching_ = false;
    received(std::move(result), now_);
  });
}

void Publisher::received(Result<std::optional<outbox::PendingPicture>> picture, const Moment& now) {
  if (!picture) {
    picture_wanted_ = true;
    return trouble(picture.error());
  }
  if (*picture) {
    const auto message = picture_message(**picture);
    if (maximum_packet_ != 0 && message.payload.size() + message.topic.size() + 256 > maximum_packet_) {
      constexpr int too_large = 0x95;  // what the broker would say
      return settle((*picture)->about, too_large), pump(now);
    }
    send(message, (*picture)->about);
  }
  pump(now);
}

}  // namespace kuzet::uplink
