// SPDX-License-Identifier: Apache-2.0
// Reading commands: strictly, since whoever misspells a member meant something by it.
#include "agent/uplink/command_text.hpp"

#include "agent/core/document.hpp"
#include "agent/uplink/strict_json.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::uint64_t widest_resend = 100'000;

constexpr std::string_view small_letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view of_ids = "abcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view of_rules = "abcdefghijklmnopqrstuvwxyz0123456789_-/";

std::string camera_of(Members& args) {
  return args.word("camera", 40, of_ids, "must be the id of a camera: 1 to 40 of a-z, 0-9, _ and -");
}

Command read_snapshot(Members& args) { return Snapshot{camera_of(args)}; }

Duration length_of(Members& args) {
  using namespace std::chrono_literals;
  const auto length = parse_duration(args.text("for"));
  if (length && *length >= 1s && *length <= 7 * 24h) return *length;
  args.wrong("for", "must be a duration from 1s to 7d, such as 30min");
  return {};
}

Command read_mute(Members& args) {
  Mute mute;
  mute.rule = args.word("rule", 128, of_rules, "must be a rule as alerts name it, such as yard/fire: a-z, 0-9, _, - and /");
  mute.length = length_of(args);
  return mute;
}

template <class Word>
Command read_arming(Members& args) {
  return Word{args.has("camera") ? camera_of(args) : "", args.has("for") ? length_of(args) : Duration::zero()};
}

Command read_switch(Members& args) {
  using namespace std::chrono_literals;
  Switch out;
  out.output = args.word("output", 40, of_ids, "must be the id of an output: 1 to 40 of a-z, 0-9, _ and -");
  const auto state = args.text("state");
  if (state == "on" || state == "off")
    out.on = state == "on";
  else if (state != "auto")
    args.wrong("state", "must be on, off or auto");
  if (args.has("for") && !out.on)
    args.wrong("for", "goes with on and off: auto has no end");
  else if (out.on)
    out.length = args.has("for") ? length_of(args) : Duration(1h);
  return out;
}

Command read_resend(Members& args) {
  const Resend resend{args.number("from"), args.number("to")};
  if (resend.to < resend.from)
    args.wrong("to", "must not be below `from`");
  else if (resend.to - resend.from > widest_resend)
    args.wrong("to", "must be at most 100000 above `from`");
  return resend;
}

struct Kind {
  std::string_view name;
  std::vector<std::string> members;
  Command (*read)(Members& args);
};

const std::array<Kind, std::variant_size_v<Command>>& kinds() {
  static const std::array<Kind, std::variant_size_v<Command>> all{{
      {Ping::name, {}, [](Members&) -> Command { return Ping{}; }},
      {Snapshot::name, {"camera"}, read_snapshot},
      {Mute::name, {"rule", "for"}, read_mute},
      {Arm::name, {"camera", "for"}, read_arming<Arm>},
      {Disarm::name, {"camera", "for"}, read_arming<Disarm>},
      {Switch::name, {"output", "state", "for"}, read_switch},
      {Resend::name, {"from", "to"}, read_resend},
      {Reload::name, {}, [](Members&) -> Command { return Reload{}; }},
      {Diagnose::name, {}, [](Members&) -> Command { return Diagnose{}; }},
  }};
  return all;
}

Result<const Kind*> kind_called(std::string_view called) {
  if (!is_command_name(called)) return refusal("the name of a command is 1 to 20 letters a-z");
  std::vector<std::string> names;
  for (const auto& kind : kinds()) {
    if (kind.name == called) return &kind;
    names.emplace_back(kind.name);
  }
  return refusal("there is no command \"" + std::string(called) + "\"" + suggestion(called, names));
}

Result<Order> read_plain(std::string_view called, const json::object& object) {
  const auto kind = kind_called(called);
  if (!kind) return kind.error();
  Members members(object, "");
  members.only({"schema", "id", "expires", "args"});
  if (members.text("schema") != "kuzet.cmd/1") members.wrong("schema", "must be kuzet.cmd/1");
  Order order;
  order.id = members.nonce("id");
  order.expires = members.instant("expires");
  const auto given = members.object("args");
  if (members.fault()) return *members.fault();
  Members args(given, "args.");
  args.only((*kind)->members);
  order.what = (*kind)->read(args);
  if (args.fault()) return *args.fault();
  return order;
}

Reading read_signed(std::string_view called, std::string_view topic, const json::object& object,
                    const std::optional<outbox::Key>& site_key) {
  Members members(object, "");
  members.only({"schema", "payload", "signature"});
  const auto payload = members.text("payload");
  const auto signature = members.text("signature");
  if (members.fault()) return {{}, *members.fault()};
  const auto inner = strict_object(payload);
  const std::string id = inner ? id_in(*inner) : std::string();
  if (site_key && !site_key->verifies(std::string(topic) + "\n" + payload, signature))
    return {id, refusal("signature: is not the site key's over this board's topic, a line feed and the payload")};
  if (!inner) return {id, refusal("payload: " + inner.error().what)};
  return {id, read_plain(called, *inner)};
}

}  // namespace

std::string_view name(const Command& command) {
  return std::visit([](const auto& one) { return one.name; }, command);
}

namespace {

template <class Word>
json::object arming(const Word& word) {
  json::object out;
  if (word.length > Duration::zero()) out["for"] = to_text(word.length);
  if (!word.camera.empty()) out["camera"] = word.camera;
  return out;
}

json::object switching(const Switch& word) {
  json::object out{{"output", word.output}, {"state", !word.on ? "auto" : *word.on ? "on" : "off"}};
  if (word.on) out["for"] = to_text(word.length);
  return out;
}

}  // namespace

boost::json::object arguments(const Command& command) {
  if (const auto* snapshot = std::get_if<Snapshot>(&command)) return {{"camera", snapshot->camera}};
  if (const auto* mute = std::get_if<Mute>(&command)) return {{"rule", mute->rule}, {"for", to_text(mute->length)}};
  if (const auto* arm = std::get_if<Arm>(&command)) return arming(*arm);
  if (const auto* disarm = std::get_if<Disarm>(&command)) return arming(*disarm);
  if (const auto* one = std::get_if<Switch>(&command)) return switching(*one);
  if (const auto* resend = std::get_if<Resend>(&command)) return {{"from", resend->from}, {"to", resend->to}};
  return {};
}

Reading read_order(std::string_view called, std::string_view topic, std::string_view payload,
                   const std::optional<outbox::Key>& site_key) {
  if (payload.size() > largest_command) return {{}, refusal("the message is larger than 16 KiB")};
  const auto object = strict_object(payload);
  if (!object) return {{}, refusal("the message " + object.error().what)};
  const auto* schema = object->if_contains("schema");
  if (schema != nullptr && *schema == "kuzet.signed/1") return read_signed(called, topic, *object, site_key);
  if (site_key)
    return {id_in(*object), refusal("schema: must be kuzet.signed/1: this board takes only what the site's key signed")};
  return {id_in(*object), read_plain(called, *object)};
}

bool is_command_name(std::string_view text) { return consists_of(text, 20, small_letters); }

}  // namespace kuzet::uplink
