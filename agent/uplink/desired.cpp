// SPDX-License-Identifier: Apache-2.0
// Reading what is desired: strictly, as commands are.
#include "agent/uplink/desired.hpp"

#include "agent/core/json.hpp"
#include "agent/core/utf8.hpp"
#include "agent/uplink/strict_json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::size_t deepest = deepest_settings + 2;  // and the message around the settings

/// Text that would not be read in a file either.
bool is_plain(std::string_view text) {
  const auto control = [](unsigned char c) { return c < ' ' || c == '\x7f'; };
  return utf8_text(std::string(text)) == text && std::ranges::none_of(text, control);
}

bool is_plain(const json::value& value) {
  if (value.is_string()) return is_plain(std::string_view(value.get_string()));
  if (value.is_array()) return std::ranges::all_of(value.get_array(), [](const json::value& one) { return is_plain(one); });
  if (!value.is_object()) return true;
  return std::ranges::all_of(value.get_object(), [](const auto& member) {
    return is_plain(std::string_view(member.key())) && is_plain(member.value());
  });
}

Result<Desired> read_plain(const json::object& object) {
  Members members(object, "");
  members.only({"schema", "id", "issued", "expires", "settings"});
  if (members.text("schema") != "kuzet.cfg/1") members.wrong("schema", "must be kuzet.cfg/1");
  Desired out;
  out.id = members.nonce("id");
  out.issued = members.instant("issued");
  if (members.has("expires")) out.expires = members.instant("expires");
  out.settings = members.object("settings");
  if (!is_plain(out.settings)) members.wrong("settings", "hold control characters, or bytes that are no UTF-8");
  if (members.fault()) return *members.fault();
  return out;
}

DesiredReading read_signed(std::string_view topic, const json::object& object, const std::optional<outbox::Key>& site_key) {
  Members members(object, "");
  members.only({"schema", "payload", "signature"});
  const auto payload = members.text("payload");
  const auto signature = members.text("signature");
  if (members.fault()) return {{}, *members.fault()};
  const auto inner = strict_object(payload, deepest);
  const std::string id = inner ? id_in(*inner) : std::string();
  if (site_key && !site_key->verifies(std::string(topic) + "\n" + payload, signature))
    return {id, refusal("signature: is not the site key's over this board's topic, a line feed and the payload")};
  if (!inner) return {id, refusal("payload: " + inner.error().what)};
  return {id, read_plain(*inner)};
}

}  // namespace

DesiredReading read_desired(std::string_view topic, std::string_view payload, const std::optional<outbox::Key>& site_key) {
  if (payload.size() > largest_desired) return {{}, refusal("the message is larger than 64 KiB")};
  const auto object = strict_object(payload, deepest);
  if (!object) return {{}, refusal("the message " + object.error().what)};
  const auto* schema = object->if_contains("schema");
  if (schema != nullptr && *schema == "kuzet.signed/1") return read_signed(topic, *object, site_key);
  if (site_key)
    return {id_in(*object), refusal("schema: must be kuzet.signed/1: this board takes only what the site's key signed")};
  return {id_in(*object), read_plain(*object)};
}

link::Message reported_message(const Identity& who, const json::object& about) {
  json::object payload{{"schema", "kuzet.cfg.reported/1"}, {"node", who.node}, {"site", who.site}};
  for (const auto& member : about) payload.emplace(member.key(), member.value());
  link::Message out;
  out.topic = topic(who, "cfg/reported");
  out.payload = json_text(payload);
  out.retained = true;
  out.content_type = "application/json";
  out.properties = {{"schema", "kuzet.cfg.reported/1"}};
  return out;
}

}  // namespace kuzet::uplink
