// SPDX-License-Identifier: Apache-2.0
// Reading commands: strictly, since whoever misspells a member meant something by it.
#include "agent/uplink/command_text.hpp"

#include "agent/core/document.hpp"
#include "agent/core/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::uint64_t widest_resend = 100'000;
constexpr std::size_t deepest = 8;

bool consists_of(std::string_view text, std::size_t most, std::string_view allowed) {
  return !text.empty() && text.size() <= most && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view small_letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view of_ids = "abcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view of_rules = "abcdefghijklmnopqrstuvwxyz0123456789_-/";
constexpr std::string_view of_nonces = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

bool is_nonce(std::string_view text) { return consists_of(text, 64, of_nonces); }

/// Listens to the parser and stops it at a member that its object has already: of two, every reader believes another one.
class OnceEach {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;
  using Failure = boost::system::error_code;
  using Text = json::string_view;

  [[nodiscard]] const std::string& twice() const { return twice_; }

  bool on_object_begin(Failure&) { return open_.emplace_back(), true; }
  bool on_object_end(std::size_t, Failure&) { return open_.pop_back(), true; }
  bool on_key_part(Text part, std::size_t, Failure&) { return key_.append(part.data(), part.size()), true; }
  bool on_key(Text part, std::size_t, Failure& failure) {
    key_.append(part.data(), part.size());
    std::string key = std::exchange(key_, {});
    if (open_.back().insert(key).second) return true;
    twice_ = std::move(key);
    failure = json::error::syntax;
    return false;
  }

  // The rest may be as it is.
  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t, Failure&) { return true; }
  bool on_string_part(Text, std::size_t, Failure&) { return true; }
  bool on_string(Text, std::size_t, Failure&) { return true; }
  bool on_number_part(Text, Failure&) { return true; }
  bool on_int64(std::int64_t, Text, Failure&) { return true; }
  bool on_uint64(std::uint64_t, Text, Failure&) { return true; }
  bool on_double(double, Text, Failure&) { return true; }
  bool on_bool(bool, Failure&) { return true; }
  bool on_null(Failure&) { return true; }
  bool on_comment_part(Text, Failure&) { return true; }
  bool on_comment(Text, Failure&) { return true; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
  std::string twice_;
};

Error refusal(std::string what) { return {Code::config, std::move(what)}; }

/// An object and nothing behind it, in UTF-8, each member once.
Result<json::object> strict_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = deepest;
  boost::system::error_code failure;
  auto value = json::parse({text.data(), text.size()}, failure, {}, options);
  if (failure) return refusal("is no JSON that can be read: " + failure.message());
  if (!value.is_object()) return refusal("is no JSON object");
  json::basic_parser<OnceEach> again(options);
  again.write_some(false, text.data(), text.size(), failure);
  if (failure) return refusal("member \"" + quotable(again.handler().twice()) + "\" is given twice");
  return std::move(value.get_object());
}

/// An object that is read member by member. The first thing that is wrong with it is kept; what is read after that is void.
class Members {
 public:
  Members(const json::object& object, std::string place) : object_(object), place_(std::move(place)) {}

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

  void wrong(std::string_view member, const std::string& what) {
    if (!fault_) fault_ = refusal(place_ + std::string(member) + ": " + what);
  }
  void only(const std::vector<std::string>& known) {
    for (const auto& member : object_)
      if (const std::string_view key = member.key(); std::ranges::find(known, key) == known.end())
        wrong(quotable(key), "unknown member" + (known.empty() ? "; this command takes none" : suggestion(key, known)));
  }
  [[nodiscard]] bool has(std::string_view member) const { return object_.contains(member); }
  std::string text(std::string_view member) {
    const auto* value = find(member);
    if (value == nullptr) return {};
    if (!value->is_string()) return wrong(member, "must be text"), std::string();
    return {value->get_string().data(), value->get_string().size()};
  }
  /// Text of at most so many of these characters.
  std::string word(std::string_view member, std::size_t most, std::string_view allowed, const std::string& rule) {
    auto value = text(member);
    if (!consists_of(value, most, allowed)) wrong(member, rule);
    return value;
  }
  std::uint64_t number(std::string_view member) {
    const auto* value = find(member);
    if (value == nullptr) return 0;
    // What does not fit into 63 bits comes as another kind of number, and is no place in a store.
    if (value->is_int64() && value->get_int64() > 0) return static_cast<std::uint64_t>(value->get_int64());
    return wrong(member, "must be a whole number of at least 1"), 0;
  }
  json::object object(std::string_view member) {
    const auto* value = find(member);
    if (value == nullptr) return {};
    if (!value->is_object()) return wrong(member, "must be an object"), json::object();
    return value->get_object();
  }

 private:
  const json::value* find(std::string_view member) {
    const auto* value = object_.if_contains(member);
    if (value == nullptr) wrong(member, "is missing");
    return value;
  }

  const json::object& object_;
  std::string place_;
  std::optional<Error> fault_;
};

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

/// RFC 3339 in full and in UTC: a day alone does not say when a command ends.
Wall instant(Members& members, std::string_view member) {
  const auto text = members.text(member);
  const auto wall = parse_rfc3339(text);
  if (wall && text.ends_with('Z')) return *wall;
  members.wrong(member, "must be a time in UTC, such as 2026-11-22T04:30:00Z");
  return {};
}

Result<Order> read_plain(std::string_view called, const json::object& object) {
  const auto kind = kind_called(called);
  if (!kind) return kind.error();
  Members members(object, "");
  members.only({"schema", "id", "expires", "args"});
  if (members.text("schema") != "kuzet.cmd/1") members.wrong("schema", "must be kuzet.cmd/1");
  Order order;
  order.id = members.word("id", 64, of_nonces, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -");
  order.expires = instant(members, "expires");
  const auto given = members.object("args");
  if (members.fault()) return *members.fault();
  Members args(given, "args.");
  args.only((*kind)->members);
  order.what = (*kind)->read(args);
  if (args.fault()) return *args.fault();
  return order;
}

std::string id_in(const json::object& object) {
  const auto* id = object.if_contains("id");
  if (id == nullptr || !id->is_string() || !is_nonce(id->get_string())) return {};
  return {id->get_string().data(), id->get_string().size()};
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

std::string quotable(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out;
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(text), 1);
    if (out.size() + length > most) return out + "...";
    const bool control = static_cast<unsigned char>(text[0]) < ' ' || text[0] == '\x7f';
    out += control || utf8_length(text) == 0 ? "?" : std::string(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace kuzet::uplink
