// SPDX-License-Identifier: Apache-2.0
// The messages: sent, answered, received.
#include "agent/uplink/publisher.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr int accepted_below = 0x80;
constexpr int packet_too_large = 0x95;      // MQTT 5, 3.4.2.1: what the broker would say
constexpr std::size_t most_unsaid = 16;     // answers and the like that wait
constexpr std::size_t around_payload = 64;  // bytes of a packet's head, properties' lengths and number
constexpr auto say_again = std::chrono::hours(1);

std::string with_reason(int reason) { return " with reason " + std::to_string(reason); }

}  // namespace

void Publisher::wake(const Moment& now) {
  now_ = now;
  drain_.news(outbox::Class::observation);
  wake(now, outbox::Class::alert);
}

void Publisher::wake(const Moment& now, outbox::Class what) {
  now_ = now;
  drain_.news(what);
  if (what != outbox::Class::observation) pictures_.news();
  pump();
}

void Publisher::reread(const Moment& now) {
  now_ = now;
  if (state_ != State::online) return;
  drain_.reread();
  pump();
}

void Publisher::renewed(const std::string& store, const Moment& now) {
  now_ = now;
  plan_.store = store;
  window_.disown();
  outcomes_.forget();
  pictures_.forget();
  centres_.forget();
  open_wanted_ = true;
  if (state_ != State::online) return;
  drain_.forget(now);
  if (centres_.any_online()) drain_.centre_came(now);
  pump();
}

void Publisher::open_changed(const Moment& now) {
  now_ = now;
  open_wanted_ = true;
  pump();
}

void Publisher::account_changed(Identity who, const Moment& now) {
  now_ = now;
  plan_.who = std::move(who);
  if (state_ != State::online) return;  // each connection begins with it
  say_soon(birth_message(plan_.who, plan_.about ? plan_.about() : json::object()));
}

void Publisher::trouble_changed(const Moment& now) {
  now_ = now;
  if (state_ == State::online) say_soon(state());  // each connection begins with it
}

void Publisher::say_soon(link::Message message) {
  std::erase_if(unsaid_, [&](const link::Message& other) { return other.topic == message.topic; });
  unsaid_.push_back(std::move(message));
  pump();
}

bool Publisher::publish(const link::Message& message, const Moment& now) {
  now_ = now;
  if (state_ != State::online || too_large(message)) return false;
  if (message.qos == 0) {
    allowance_.spend(size_of(message), now);
    return link_->publish(0, message).has_value();
  }
  if (unsaid_.size() >= most_unsaid) return false;
  unsaid_.push_back(message);
  pump();
  return true;
}

Result<> Publisher::resend(std::uint64_t from, std::uint64_t to, const Moment& now) {
  now_ = now;
  auto begun = drain_.resend(from, to, state_ == State::online);
  pump();
  return begun;
}

std::optional<Steady> Publisher::wants_tick() const {
  if (state_ != State::online || !window_.has_room()) return std::nullopt;
  return drain_.token_at();
}

/// The store may answer while it is asked, so this can be called from within itself.
void Publisher::pump() {
  pump_again_ = true;
  if (pumping_) return;
  pumping_ = true;
  while (std::exchange(pump_again_, false)) send_what_waits();
  pumping_ = false;
}

void Publisher::say_what_is_not_stored() {
  while (state_ == State::online && window_.has_room() && !unsaid_.empty()) {
    const auto message = std::move(unsaid_.front());
    unsaid_.pop_front();
    send(message, Greeting{message.topic});
  }
  say_open();
}

/// Never twice on its way: of many changes only the last is worth a message.
void Publisher::say_open() {
  if (!open_wanted_ || !plan_.open || state_ != State::online || !window_.has_room()) return;
  const auto message = plan_.open(now_);
  if (window_.any<Greeting>([&](const Greeting& one) { return one.topic == message.topic; })) return;
  open_wanted_ = false;
  send(message, Greeting{message.topic});
}

void Publisher::send_what_waits() {
  say_what_is_not_stored();
  while (state_ == State::online && window_.has_room() && !outcomes_.too_many()) {
    if (auto choice = drain_.next(now_))
      send(*choice);
    else if (!send_picture())
      return;
  }
}

/// One picture at a time, and none while an event waits or is on its way: it could hold up the line for a minute.
bool Publisher::send_picture() {
  const auto is_event = [](const Letter& letter) { return letter.what != outbox::Class::observation; };
  if (!drain_.no_event_waits() || window_.any<Letter>(is_event) || allowance_.holds(now_)) return false;
  pictures_.fetch(now_.steady);
  if (pictures_.front(now_.steady) == nullptr) return false;
  const auto picture = pictures_.pop();
  const auto message = picture_message(picture);
  if (!allowance_.allows(size_of(message), now_)) {
    say_("uplink: the day's budget of the metered link is spent; pictures wait in the store until tomorrow (UTC)");
    pictures_.put_back();
    return false;
  }
  if (too_large(message))
    pictures_.refused(picture.about, packet_too_large, now_.steady);
  else
    send(message, picture.about);
  return true;
}

bool Publisher::too_large(const link::Message& message) const {
  return maximum_packet_ != 0 && size_of(message) > maximum_packet_;
}

std::size_t Publisher::size_of(const link::Message& message) {
  std::size_t size = around_payload + message.topic.size() + message.payload.size() + message.content_type.size() +
                     message.response_topic.size() + message.correlation.size();
  for (const auto& [name, value] : message.properties) size += name.size() + value.size() + 5;
  return size;
}

void Publisher::send(const Drain::Choice& choice) {
  const auto& pending = choice.message;
  const auto message = message_of(pending, now_.wall);
  Letter letter{pending.handle, pending.what, pending.store, pending.seq, pending.alert, pending.topic, choice.purpose};
  if (too_large(message)) return settle(letter, packet_too_large);
  send(message, std::move(letter));
}

void Publisher::send(const link::Message& message, Parcel what) {
  allowance_.spend(size_of(message), now_);
  const auto number = window_.put(std::move(what), message.topic.size() + message.payload.size(), now_.steady);
  if (auto sent = link_->publish(number, message); !sent) fail({sent.error().what, false}, now_);
}

void Publisher::answered(std::uint64_t number, int reason, const Moment& now) {
  now_ = now;
  const auto what = window_.take(number);
  if (!what) return;
  heard_ = now.steady;
  std::visit([&](const auto& one) { settle(one, reason); }, *what);
  pump();
}

void Publisher::settle(const Nothing&, int) {}

void Publisher::settle(const Greeting& greeting, int reason) {
  if (reason >= accepted_below) say_("uplink: the broker refused " + greeting.topic + with_reason(reason));
}

void Publisher::settle(const Subscription& subscription, int reason) {
  if (reason >= accepted_below)
    say_("uplink: the broker refused the subscription to " + subscription.filter + with_reason(reason));
}

void Publisher::settle(const Letter& letter, int reason) {
  const bool ours = letter.purpose == Purpose::fresh || letter.purpose == Purpose::refused;
  if (reason < accepted_below) {
    servers_.good();
    drain_.accepted(letter, now_);
    if (letter.purpose == Purpose::refused) refused_.clear();
    if (ours) outcomes_.sent(letter.handle);
    return;
  }
  drain_.refused(letter, now_);
  if (ours) outcomes_.refused(letter.handle, reason);
  if (refused_.insert(reason).second)
    say_("uplink: the broker refused " + letter.topic + with_reason(reason) +
         "; it stays in the store and is tried now and then");
}

void Publisher::settle(const outbox::Picture& picture, int reason) {
  if (reason >= accepted_below) return pictures_.refused(picture, reason, now_.steady);
  servers_.good();
  pictures_.accepted(picture);
}

/// Outcomes first: the store confirms only what it knows to be sent.
void Publisher::hand_over() {
  outcomes_.hand_over();
  centres_.hand_over(window_);
}

void Publisher::arrived(const link::Message& message, const Moment& now) {
  if (state_ != State::online) return;
  now_ = now;
  heard_ = now.steady;
  const auto commands = topic(plan_.who, "cmd/");
  if (message.topic == topic(plan_.who, "ack")) return take_ack(message.payload);
  if (message.topic.starts_with(commands)) {
    if (plan_.command) plan_.command(message, message.topic.substr(commands.size()), now);
    return;
  }
  if (plan_.desired && message.topic == topic(plan_.who, "cfg/desired")) return plan_.desired(message, now);
  if (const auto centre = parse_centre(message.topic, message.payload)) take_centre(*centre);
}

/// Told to the store with the next tick: a centre that confirms each alert costs a write a second at most.
void Publisher::take_ack(const std::string& payload) {
  auto ack = parse_ack(payload);
  if (!ack) {
    if (!told_bad_ack_) say_("uplink: " + ack.error().what);
    told_bad_ack_ = true;
    return;
  }
  told_bad_ack_ = false;
  drain_.centre_acknowledged(now_);
  if (plan_.acknowledged) plan_.acknowledged(*ack);
  centres_.acknowledged(std::move(*ack));
}

void Publisher::take_centre(const Centre& centre) {
  if (!centres_.seen()) say_("uplink: a control centre has shown itself; alerts stay until it confirms them");
  const bool came = centres_.shown(centre);
  if (came) drain_.centre_came(now_);
  if (!centres_.any_online()) drain_.centre_gone();
}

/// What the store cannot do now is asked again with each tick, and said once.
void Publisher::trouble(const Error& error) {
  if (now_.steady - told_since_ >= say_again) told_.clear(), told_since_ = now_.steady;
  if (told_.insert(error.what).second) say_("uplink: " + error.what);
  if (plan_.store_failed) plan_.store_failed(error);
}

void Publisher::store_answered(const std::optional<Error>& error) {
  if (error) return trouble(*error);
  pump();
}

json::object Publisher::report(const Moment&) const {
  constexpr const char* states[] = {"offline", "connecting", "online", "stopped"};
  json::object out{{"state", states[static_cast<int>(state_)]},
                   {"server", servers_.name()},
                   {"version", link::name(servers_.version())},
                   {"since", rfc3339(since_.wall)},
                   {"window", window_.size()},
                   {"in_flight", window_.counted()},
                   {"maximum_packet", maximum_packet_}};
  if (last_loss_) out["last_loss"] = json::object{{"at", rfc3339(last_loss_->first)}, {"why", last_loss_->second}};
  out["refused"] = json::array(refused_.begin(), refused_.end());
  out["link"] = allowance_.report();
  out["centre"] = json::object{{"seen", centres_.seen()}, {"online", centres_.any_online()}};
  return out;
}

}  // namespace kuzet::uplink
