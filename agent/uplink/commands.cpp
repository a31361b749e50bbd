// SPDX-License-Identifier: Apache-2.0
// Judging commands, writing them down, having them carried out, and answering.
#include "agent/uplink/commands.hpp"

#include "agent/core/json.hpp"
#include "agent/core/utf8.hpp"
#include "agent/outbox/ledger.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

constexpr Duration each = 2s;
constexpr int burst = 10;
constexpr std::chrono::milliseconds farthest = 24h;  // as the wall counts: the year 9999 in nanoseconds would not fit
constexpr Duration answer_within = 30s;
constexpr std::size_t most_pending = 16;
constexpr std::size_t longest_topic = 256;

/// Control characters, bytes that are no UTF-8, and characters that Unicode keeps for nobody: brokers hang up on them
/// (MQTT 5, 1.5.4).
bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length);
    if (length == 0 || character < " " || character == "\x7f") return false;
    if (length == 2 && character < "\xc2\xa0") return false;
    if (character >= "\xef\xb7\x90" && character <= "\xef\xb7\xaf") return false;
    if (length == 3 && character >= "\xef\xbf\xbe") return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Kuzet's own tree speaks to boards and centres: there an answer may only go to what a centre keeps for itself, never to what
/// shows that a centre is there, and never to a board.
bool is_in_our_way(const Identity& who, std::string_view topic) {
  const std::string tree = who.prefix + "kuzet/v1/";
  if (!topic.starts_with(tree)) return false;
  topic.remove_prefix(tree.size());
  return !topic.starts_with("_centre/") || topic.ends_with("/state");
}

bool is_harmless(const Identity& who, std::string_view topic) {
  return !topic.empty() && topic.size() <= longest_topic && topic[0] != '$' &&
         topic.find_first_of("+#") == std::string_view::npos && is_plain(topic) && !is_in_our_way(who, topic);
}

std::optional<std::string> untimely(Wall expires, const Moment& now) {
  const std::string clock = now.clock == ClockState::unsynced ? ", but this board's clock is not set" : "";
  const std::string here = "here it is " + rfc3339(now.wall) + clock;
  if (expires <= now.wall) return "expires: was " + rfc3339(expires) + "; " + here;
  if (expires - now.wall > farthest) return "expires: must be at most 24 h ahead; " + here;
  return std::nullopt;
}

std::string entry_text(const std::string& command, const Reading& reading, const std::optional<std::string>& why, Wall now) {
  json::object entry{{"at", rfc3339(now)}, {"name", command}, {"id", reading.id}, {"accepted", !why}};
  if (why) entry["why"] = *why;
  if (reading.order) entry["args"] = arguments(reading.order->what);
  return json_text(entry);
}

const char* const used_up = "id: was used before; each command is carried out once";

}  // namespace

Result<bool> enter(outbox::Ledger& ledger, const Entry& entry, Wall now) {
  const auto used = entry.until ? ledger.used(entry.id, now) : Result<bool>(false);
  if (!used) return used.error();
  const bool uses_up = entry.until && !*used;
  const auto done = ledger.enter(entry.id, uses_up ? *entry.until : Wall(), *used ? entry.again : entry.text, now);
  if (!done) return done.error();
  return *used;
}

bool Turnstile::lets_through(Steady now) {
  const Steady spent = std::max(spent_, now - burst * each) + each;
  if (spent > now) return false;
  spent_ = spent;
  return true;
}

void CommandDesk::take(const link::Message& arrived, const std::string& called, const Moment& now) {
  now_ = now;
  if (arrived.payload.empty()) return;
  Envelope to = envelope(arrived, called);
  if (!turnstile_.lets_through(now.steady)) {
    if (std::exchange(told_too_many_, true)) return;
    return answer(to, refusal("too many commands: 10 at once, then one each 2 s"));
  }
  told_too_many_ = false;
  const auto reading = read_order(called, topic(setup_.who, "cmd/" + called), arrived.payload, setup_.site_key);
  to.id = reading.id;
  if (const auto why = objection(arrived, reading)) return refuse(to, reading, *why);
  accept(std::move(to), *reading.order);
}

void CommandDesk::tick(const Moment& now) {
  now_ = now;
  std::vector<std::uint64_t> late;
  for (const auto& [number, pending] : pending_)
    if (pending.due <= now.steady) late.push_back(number);
  for (const auto number : late) {
    const bool begun = pending_.at(number).entered;
    finish(number,
           Error{Code::busy, begun ? "no answer within 30 s" : "could not be written down within 30 s, so nothing was done"});
  }
}

CommandDesk::Envelope CommandDesk::envelope(const link::Message& arrived, const std::string& called) const {
  Envelope to{quotable(called), {}, {}, arrived.correlation};
  if (is_harmless(setup_.who, arrived.response_topic))
    to.topic = arrived.response_topic;
  else if (is_command_name(called))
    to.topic = topic(setup_.who, "cmd/" + called + "/res");
  return to;
}

std::optional<std::string> CommandDesk::objection(const link::Message& arrived, const Reading& reading) const {
  if (arrived.retained) return "it is retained: a command is for now, and would come again with each connection";
  if (!reading.order) return reading.order.error().what;
  if (auto why = untimely(reading.order->expires, now_)) return why;
  if (pending_.size() >= most_pending) return "16 commands are being carried out already; ask again later";
  return std::nullopt;
}

void CommandDesk::refuse(const Envelope& to, const Reading& reading, const std::string& why) {
  if (!reading.id.empty())
    setup_.enter({reading.id, {}, entry_text(to.command, reading, why, now_.wall), {}}, now_.wall,
                 [say = setup_.say](const Result<bool>& done) {
                   if (!done) say("commands: a refused command could not be written down: " + done.error().what);
                 });
  answer(to, refusal(why));
}

void CommandDesk::accept(Envelope to, const Order& order) {
  const auto number = ++number_;
  const Reading reading{order.id, order};
  Entry entry{order.id, order.expires, entry_text(to.command, reading, {}, now_.wall),
              entry_text(to.command, reading, used_up, now_.wall)};
  pending_.emplace(number, Pending{order, std::move(to), now_.steady + answer_within});
  setup_.enter(std::move(entry), now_.wall, [self = std::weak_ptr(self_), number](const Result<bool>& used_before) {
    if (const auto desk = self.lock()) (*desk)->entered(number, used_before);
  });
}

void CommandDesk::entered(std::uint64_t number, const Result<bool>& used_before) {
  const auto found = pending_.find(number);
  if (found == pending_.end() || std::exchange(found->second.entered, true)) return;
  if (!used_before) return finish(number, Error(used_before.error()).within("could not be written down, so nothing was done"));
  if (*used_before) return finish(number, refusal(used_up));
  carry_out(number);
}

void CommandDesk::carry_out(std::uint64_t number) {
  const Order order = pending_.at(number).order;  // a handler that is done at once ends the pending one
  setup_.handle(order, [self = std::weak_ptr(self_), number](const Result<json::object>& result) {
    if (const auto desk = self.lock()) (*desk)->finish(number, result);
  });
}

void CommandDesk::finish(std::uint64_t number, const Result<json::object>& result) {
  const auto pending = pending_.extract(number);
  if (!pending.empty()) answer(pending.mapped().to, result);
}

void CommandDesk::answer(const Envelope& to, const Result<json::object>& result) {
  setup_.say("command " + to.command + (to.id.empty() ? "" : " " + to.id) + ": " +
             (result ? std::string("done") : "not done: " + result.error().what));
  if (to.topic.empty()) return;
  json::object out{{"schema", "kuzet.answer/1"}, {"id", nullptr},           {"command", to.command},
                   {"node", setup_.who.node},    {"site", setup_.who.site}, {"at", rfc3339(now_.wall)},
                   {"ok", result.has_value()}};
  if (!to.id.empty()) out["id"] = to.id;
  if (!result) out["why"] = result.error().what;
  if (result && !result->empty()) out["result"] = *result;
  link::Message message;
  message.topic = to.topic;
  message.payload = json_text(out);
  message.content_type = "application/json";
  message.properties = {{"schema", "kuzet.answer/1"}};
  message.correlation = to.correlation;
  setup_.answer(message);
}

}  // namespace kuzet::uplink
