// SPDX-License-Identifier: Apache-2.0
// The publisher's states and its window.
#include "agent/uplink/publisher.hpp"

#include <algorithm>

namespace kuzet::uplink {

namespace {

constexpr std::size_t page = 64;          // messages fetched at once
constexpr std::size_t batch = 50;         // acknowledged messages deleted at once
constexpr std::size_t widest_window = 16;
constexpr std::size_t headroom = 4;       // below the broker's receive maximum
constexpr int accepted_below = 0x80;
constexpr auto retry_refused = std::chrono::minutes(1);

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
  const bool silent = std::ranges::any_of(in_flight_, [&](const auto& one) { return now.steady - one.second.sent > plan_.answer_within; });
  if (silent) return go_offline("the broker does not acknowledge", now);
  if (refused_ && now.steady - *refused_ >= retry_refused) {
    refused_.reset();
    cursor_ = 0;  // from the oldest again; what is in flight is skipped when it is fetched
    more_ = true;
  }
  forget();
  pump(now);
}

void Publisher::wake(const Moment& now) {
  now_ = now;
  more_ = true;
  picture_wanted_ = true;
  if (state_ == State::online) pump(now);
}

void Publisher::stop(const Moment& now, std::chrono::milliseconds wait) {
  forget();
  if (state_ == State::online) {
    send(state_message(plan_.who, false, plan_.boot, now.wall), {Greeting{}, now.steady});
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
  state_ = State::online;
  window_ = window_for(welcome);
  maximum_packet_ = welcome.maximum_packet;
  say_("uplink: connected to " + plan_.servers[server_ % plan_.servers.size()] + ", " + std::to_string(window_) + " messages in the window");
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
  send(state_message(plan_.who, true, plan_.boot, now.wall), {Greeting{}, now.steady});
  send(birth_message(plan_.who, plan_.about), {Greeting{}, now.steady});
}

void Publisher::lost(const Error& error, const Moment& now) {
  if (state_ == State::connecting || state_ == State::online) go_offline(error.what, now);
}

void Publisher::go_offline(const std::string& why, const Moment& now) {
  link_->drop();
  state_ = State::offline;
  next_attempt_ = now.steady + backoff_.next();
  if (!told_offline_) say_("uplink: " + plan_.servers[server_ % plan_.servers.size()] + ": " + why + "; alerts wait in the store");
  told_offline_ = true;
  ++server_;
}

void Publisher::answered(std::uint64_t number, int reason, const Moment& now) {
  now_ = now;
  const auto found = in_flight_.find(number);
  if (found == in_flight_.end()) return;
  const auto what = std::move(found->second.what);
  in_flight_.erase(found);
  backoff_.succeeded();  // a connection counts as good once something came through
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
    say_("uplink: the broker refused " + pending.topic + " with reason " + std::to_string(reason) + "; it stays in the store and is tried again");
  }
}

void Publisher::settle(const outbox::Picture& picture, int reason) {
  if (reason >= accepted_below) say_("uplink: the broker refused picture " + picture.topic + " with reason " + std::to_string(reason));
  backlog_.picture_sent(picture.alert, picture.n, [this](const Result<>& marked) {
    if (!marked) say_("uplink: " + marked.error().what);
  });
  picture_wanted_ = true;
}

void Publisher::forget() {
  if (done_.empty()) return;
  backlog_.forget(done_, [this, seqs = done_](const Result<>& forgotten) {
    if (forgotten) return;
    say_("uplink: " + forgotten.error().what);
    done_.insert(done_.end(), seqs.begin(), seqs.end());
  });
  done_.clear();
}

bool Publisher::alerts_in_flight() const {
  return std::ranges::any_of(in_flight_, [](const auto& one) { return std::holds_alternative<outbox::Pending>(one.second.what); });
}

/// Fills the window: alerts first, a picture when there is no alert to send.
void Publisher::pump(const Moment& now) {
  while (state_ == State::online && !queue_.empty() && in_flight_.size() < window_) {
    outbox::Pending next = std::move(queue_.front());
    queue_.pop_front();
    const auto message = alert_message(next, plan_.store, now.wall);
    send(message, {std::move(next), now.steady});
  }
  if (state_ != State::online || fetching_) return;
  if (queue_.empty() && more_) return fetch(now);
  if (queue_.empty() && !alerts_in_flight() && picture_wanted_ && in_flight_.size() < window_) fetch_picture(now);
}

void Publisher::send(const link::Message& message, Flight flight) {
  if (state_ != State::online) return;
  const auto number = ++number_;
  in_flight_.emplace(number, std::move(flight));
  if (auto sent = link_->publish(number, message); !sent) go_offline(sent.error().what, now_);
}

void Publisher::fetch(const Moment&) {
  fetching_ = true;
  more_ = false;
  backlog_.messages(cursor_, page, [this, epoch = epoch_](Result<std::vector<outbox::Pending>> result) {
    if (epoch != epoch_ || state_ != State::online) return;
    fetching_ = false;
    received(std::move(result), now_);
  });
}

void Publisher::received(Result<std::vector<outbox::Pending>> messages, const Moment& now) {
  if (!messages) return say_("uplink: the store cannot be read: " + messages.error().what), void(more_ = true);
  more_ = more_ || messages->size() == page;
  for (auto& message : *messages) {
    cursor_ = message.seq;
    const bool known = std::ranges::find(done_, message.seq) != done_.end() || std::ranges::any_of(in_flight_, [&](const auto& one) {
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
  if (!picture) return say_("uplink: " + picture.error().what);
  if (*picture) {
    const auto message = picture_message(**picture);
    if (maximum_packet_ != 0 && message.payload.size() + message.topic.size() + 256 > maximum_packet_) {
      constexpr int too_large = 0x95;  // what the broker would say
      return settle((*picture)->about, too_large), pump(now);
    }
    send(message, {(*picture)->about, now.steady});
  }
  pump(now);
}

}  // namespace kuzet::uplink
