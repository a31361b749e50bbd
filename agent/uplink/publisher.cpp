// SPDX-License-Identifier: Apache-2.0
// The connection: made, watched, lost, made again.
#include "agent/uplink/publisher.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::uplink {

namespace {

constexpr auto lasting = std::chrono::seconds(30);  // a connection that stood so long was a good one
constexpr auto farewell = std::chrono::milliseconds(200);

}  // namespace

Publisher::Publisher(Plan plan, Backlog& backlog, Backoff backoff, Say say)
    : plan_(std::move(plan)),
      say_(std::move(say)),
      outcomes_(backlog, [this](const Error& error) { trouble(error); }),
      centres_(backlog, [this](const Error& error) { trouble(error); }),
      drain_(backlog, plan_.drain, plan_.resend, window_, outcomes_,
             [this](const std::optional<Error>& error) { store_answered(error); }),
      pictures_(backlog, {!plan_.link.metered, plan_.link.metered}, say_,
                [this](const std::optional<Error>& error) { store_answered(error); }),
      servers_(plan_.servers, plan_.version, std::move(backoff)),
      allowance_(plan_.link),
      keep_alive_(plan_.connection.keep_alive) {}

/// A broker that falls silent has to be noticed within one and a half of keep-alive, whatever was asked for.
Duration Publisher::patience() const { return std::min<Duration>(plan_.answer_within, Duration(keep_alive_) * 9 / 10); }

void Publisher::tick(const Moment& now) {
  now_ = now;
  if (state_ == State::stopped) return;
  if (state_ == State::offline && servers_.due(now.steady)) return connect(now);
  if (state_ == State::connecting && now.steady - since_.steady > patience())
    return fail({"the broker does not answer", false}, now);
  hand_over();
  drain_.retry();
  pictures_.retry();
  if (state_ != State::online) return;
  if (window_.overdue(now.steady)) return fail({"the broker does not acknowledge", false}, now);
  watch_silence();
  pump();
}

/// When nothing was heard for a while the broker is asked for a word: it has to answer a subscription, whatever else it does.
void Publisher::watch_silence() {
  const bool quiet = now_.steady - heard_ >= Duration(keep_alive_) / 2;
  const bool asked = window_.any<Subscription>([](const Subscription&) { return true; });
  const bool clogged = window_.bytes() > static_cast<std::size_t>(slowest_link);  // a picture has a deadline of its own
  if (quiet && !asked && !clogged) subscribe("ack", std::min<Duration>(patience(), Duration(keep_alive_) * 7 / 10));
}

void Publisher::connect(const Moment& now) {
  state_ = State::connecting;
  since_ = now;
  servers_.begin(now.steady);
  auto connection = plan_.credentials ? plan_.credentials() : plan_.connection;
  if (!connection) return fail({connection.error().what, false}, now);
  keep_alive_ = connection->keep_alive;
  connection->server = servers_.name();
  connection->version = servers_.version();
  connection->will = state_message(plan_.who, false, plan_.boot, now.wall);
  link_->connect(*connection);
}

void Publisher::connected(const link::Welcome& welcome, const Moment& now) {
  if (state_ != State::connecting) return;
  now_ = since_ = now;
  heard_ = now.steady;
  state_ = State::online;
  servers_.connected();
  window_.begin(welcome, patience());
  maximum_packet_ = welcome.maximum_packet;
  say_("uplink: connected to " + servers_.name() + " with MQTT " + std::string(link::name(servers_.version())) + ", " +
       std::to_string(window_.size()) + " messages in the window");
  told_offline_ = false;
  outcomes_.hand_over();  // before the first page, so that it does not hold what the broker has
  drain_.restart(now);
  pictures_.restart();
  for (const char* filter : {"ack", "cmd/+"}) subscribe(filter, std::nullopt);
  if (plan_.desired) subscribe("cfg/desired", std::nullopt);
  subscribe("", std::nullopt);
  greet();
  pump();
}

/// `filter`: below this node's topics; empty: the states of the centres.
void Publisher::subscribe(const std::string& filter, std::optional<Duration> limit) {
  if (state_ != State::online) return;
  const auto whole = filter.empty() ? plan_.who.prefix + "kuzet/v1/_centre/+/state" : topic(plan_.who, filter);
  const auto number = limit ? window_.put_within(Subscription{whole}, *limit, now_.steady)
                            : window_.put(Subscription{whole}, whole.size(), now_.steady);
  if (auto sent = link_->subscribe(number, {whole}); !sent) fail({sent.error().what, false}, now_);
}

void Publisher::greet() {
  unsaid_ = {state(), birth_message(plan_.who, plan_.about ? plan_.about() : boost::json::object())};
  if (plan_.reported)
    if (auto reported = plan_.reported()) unsaid_.push_back(std::move(*reported));
  open_wanted_ = true;
}

link::Message Publisher::state() const {
  return state_message(plan_.who, true, plan_.boot, since_.wall, plan_.trouble ? plan_.trouble() : "");
}

void Publisher::lost(const link::Loss& loss, const Moment& now) {
  now_ = now;
  if (state_ == State::connecting || state_ == State::online) fail(loss, now);
}

void Publisher::fail(const link::Loss& loss, const Moment& now) {
  const auto server = servers_.name();
  const bool was_online = state_ == State::online;
  // Two boards of the same name that throw each other out are greeted each time: good is what lasted or took an alert.
  if (was_online && now.steady - since_.steady >= lasting) servers_.good();
  window_.each<outbox::Picture>([&](const outbox::Picture& picture) { pictures_.broke(picture, now.steady); });
  leave();
  if (was_online)
    servers_.lost(now.steady);
  else
    servers_.refused(loss, now.steady);
  since_ = now;
  last_loss_ = {now.wall, loss.why};
  if (!told_offline_) say_("uplink: " + server + ": " + loss.why + "; alerts wait in the store");
  told_offline_ = true;
}

void Publisher::leave() {
  link_->drop();
  state_ = State::offline;
  drain_.stop();
  window_.clear();
  centres_.out_of_sight();
}

void Publisher::renew_connection(const Moment& now) {
  if (state_ == State::stopped) return;
  now_ = now;
  if (state_ == State::online) {
    say_("uplink: connecting anew, since passwords or certificates changed");
    link_->disconnect(farewell);
  }
  if (state_ != State::offline) leave();
  since_ = now;
  servers_.hurry(now.steady);
  if (servers_.due(now.steady)) connect(now);
}

void Publisher::stop(const Moment& now, std::chrono::milliseconds wait) {
  now_ = now;
  hand_over();
  pictures_.retry();
  allowance_.save(now);
  const auto last_words = state_message(plan_.who, false, plan_.boot, now.wall);
  if (state_ == State::online) send(last_words, Greeting{last_words.topic});
  if (state_ == State::online) link_->disconnect(wait);
  leave();
  state_ = State::stopped;
}

}  // namespace kuzet::uplink
