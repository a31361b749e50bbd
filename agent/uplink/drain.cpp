// SPDX-License-Identifier: Apache-2.0
// The order of sending.
#include "agent/uplink/drain.hpp"

#include "agent/uplink/wire.hpp"

#include <algorithm>

namespace kuzet::uplink {

namespace {

using outbox::Shelf;

constexpr double widest_window = 16;
constexpr std::size_t most_ahead = 64;  // a page is read while half of it is sent, and the store may be flushing just then
constexpr auto just_now = std::chrono::seconds(10);

/// A quarter of a second's worth at once, or a window's.
double burst_of(double rate) { return std::max(rate / 4, widest_window); }

}  // namespace

Drain::Drain(Backlog& backlog, double rate, Duration remind_after, const Window& window, const Outcomes& outcomes,
             const Feed::Arrived& arrived)
    : tokens_(rate, burst_of(rate)),
      window_(window),
      events_(backlog, Shelf::unsent, most_ahead, arrived),
      refused_(backlog, Shelf::refused, 4, arrived),
      span_(backlog, Shelf::span, 8, arrived),
      live_(backlog, Shelf::observations, 8, arrived),
      unconfirmed_(backlog, Shelf::unconfirmed, 8, arrived),
      late_(backlog, Shelf::observations, 16, arrived),
      reminder_(remind_after) {
  // A second sending on purpose does not count: the first one is still to be done.
  const Feed::Known known = [&window, &outcomes](const outbox::Handle& handle) {
    return outcomes.known(handle) || window.any<Letter>([&handle](const Letter& letter) {
      return letter.handle == handle && (letter.purpose == Purpose::fresh || letter.purpose == Purpose::refused);
    });
  };
  for (auto* feed : {&events_, &refused_, &live_, &late_}) feed->pass_over(known);
}

void Drain::restart(const Moment& now) {
  stop();
  for (auto* feed : {&events_, &live_, &late_}) feed->restart();
  second_try_.start(now.steady);
  reminder_.forget_rows();
  if (span_end_) span_.restart(span_sent_);
}

void Drain::stop() {
  if (span_end_)  // from the first that was not answered
    window_.each<Letter>([this](const Letter& letter) {
      if (letter.purpose == Purpose::span) span_sent_ = std::min(span_sent_, letter.handle.row - 1);
    });
  for (auto* feed : {&events_, &refused_, &span_, &live_, &unconfirmed_, &late_}) feed->stop();
  reminder_.stop();
  waits_for_token_ = false;
}

void Drain::reread() {
  for (auto* feed : {&events_, &live_, &late_}) feed->restart();
}

void Drain::forget(const Moment& now) {
  span_end_.reset();
  second_try_.forget();
  restart(now);
}

void Drain::news(outbox::Class what) {
  if (what == outbox::Class::observation)
    live_.news(), late_.news();
  else
    events_.news();
}

void Drain::retry() {
  for (auto* feed : {&events_, &refused_, &span_, &live_, &unconfirmed_, &late_}) feed->retry();
}

std::optional<Drain::Choice> Drain::next(const Moment& now) {
  using Source = std::optional<Choice> (Drain::*)();
  constexpr Source sources[] = {&Drain::event, &Drain::refused_before, &Drain::asked_for,
                                &Drain::live,  &Drain::unconfirmed,    &Drain::late};
  now_ = now;
  blocked_ = waits_for_token_ = false;
  for (const auto source : sources) {
    auto choice = (this->*source)();
    if (choice || blocked_) return choice;
  }
  return std::nullopt;
}

std::optional<Steady> Drain::token_at() const {
  if (!waits_for_token_) return std::nullopt;
  return tokens_.next();
}

/// The first message of the feed; without one, and when more may come, all that is less urgent waits too.
const outbox::Pending* Drain::head(Feed& feed) {
  feed.fetch();
  const auto* first = feed.front();
  blocked_ = first == nullptr && !feed.dry();
  return first;
}

bool Drain::token() {
  if (tokens_.take(now_.steady)) return true;
  blocked_ = waits_for_token_ = true;
  return false;
}

std::optional<Drain::Choice> Drain::take(Feed& feed, Purpose purpose) {
  if (!token()) return std::nullopt;
  return Choice{feed.pop(), purpose};
}

std::optional<Drain::Choice> Drain::event() {
  const auto* first = head(events_);
  if (first == nullptr) return std::nullopt;
  if (is_late(*first, now_.wall)) return take(events_, Purpose::fresh);
  return Choice{events_.pop(), Purpose::fresh};
}

std::optional<Drain::Choice> Drain::refused_before() {
  if (second_try_.begins(now_.steady)) refused_.restart(second_try_.from());
  if (!second_try_.open()) return std::nullopt;
  if (head(refused_) != nullptr) {
    auto choice = take(refused_, Purpose::refused);
    if (choice) second_try_.sent(choice->message.handle.row);
    return choice;
  }
  if (blocked_) return std::nullopt;
  if (!second_try_.dry(now_.steady)) return refused_.stop(), std::nullopt;
  refused_.restart(second_try_.from());
  return refused_before();
}

std::optional<Drain::Choice> Drain::asked_for() {
  if (!span_end_) return std::nullopt;
  if (head(span_) == nullptr) {
    if (!blocked_) span_end_.reset();
    return std::nullopt;
  }
  auto choice = take(span_, Purpose::span);
  if (choice) span_sent_ = choice->message.handle.row;
  return choice;
}

std::optional<Drain::Choice> Drain::live() {
  live_.since(now_.wall - just_now);
  if (head(live_) == nullptr) return std::nullopt;
  auto choice = take(live_, Purpose::fresh);
  if (choice) late_.drop(choice->message.handle);  // a page that was asked for just before may hold it
  return choice;
}

std::optional<Drain::Choice> Drain::unconfirmed() {
  if (reminder_.begins(now_.steady)) unconfirmed_.restart(), reminded_ = false;
  if (!reminder_.running()) return std::nullopt;
  const auto* first = head(unconfirmed_);
  if (first != nullptr && first->handle.row <= reminder_.horizon()) {
    auto choice = take(unconfirmed_, Purpose::remind);
    reminded_ = reminded_ || choice.has_value();
    return choice;
  }
  if (blocked_) return std::nullopt;
  unconfirmed_.stop();
  reminder_.ended(reminded_, now_.steady);
  return std::nullopt;
}

std::optional<Drain::Choice> Drain::late() {
  if (head(late_) == nullptr) return std::nullopt;
  return take(late_, Purpose::fresh);
}

void Drain::accepted(const Letter& letter, const Moment& now) {
  if (letter.purpose == Purpose::refused) second_try_.accepted();
  const bool event = letter.what != outbox::Class::observation;
  if (letter.purpose == Purpose::fresh && event) reminder_.sent(letter.handle.row, now.steady);
}

void Drain::refused(const Letter& letter, const Moment& now) {
  if (letter.purpose == Purpose::refused && second_try_.refused(now.steady)) refused_.stop();
}

Result<> Drain::resend(std::uint64_t from, std::uint64_t to, bool online) {
  if (span_end_) return Error{Code::busy, "events are being sent again already"};
  if (from == 0 || from > to)
    return Error{Code::config, "there is no event from " + std::to_string(from) + " to " + std::to_string(to)};
  span_end_ = to;
  span_sent_ = static_cast<std::int64_t>(std::min<std::uint64_t>(from, INT64_MAX)) - 1;
  span_.until(to);
  if (online) span_.restart(span_sent_);
  return {};
}

}  // namespace kuzet::uplink
