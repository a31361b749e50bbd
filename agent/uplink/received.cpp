// SPDX-License-Identifier: Apache-2.0
// Reading what came, without an exception whatever the bytes are.
#include "agent/uplink/received.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 64;

Error refused(const std::string& why) { return {Code::io, "the acknowledgement was refused: " + why}; }

/// Nothing when it is no JSON object.
std::optional<json::object> object_of(std::string_view payload) {
  json::error_code broken;
  auto value = json::parse(json::string_view(payload.data(), payload.size()), broken);
  if (broken || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

/// A name that can be looked for: not empty and not long.
const json::string* name_in(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && !text->empty() && text->size() <= longest_name ? text : nullptr;
}

std::optional<std::uint64_t> count_in(const json::value& value) {
  if (const auto* count = value.if_uint64()) return *count;
  const auto* count = value.if_int64();
  if (count == nullptr || *count < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

Result<std::optional<UpTo>> upto_of(const json::object& in) {
  const auto *store = in.if_contains("store"), *upto = in.if_contains("upto");
  if (upto == nullptr) return std::optional<UpTo>();
  const auto* name = store == nullptr ? nullptr : name_in(*store);
  if (name == nullptr) return refused("\"upto\" goes with the name of a store, of 1 to 64 bytes, in \"store\"");
  const auto seq = count_in(*upto);
  if (!seq) return refused("\"upto\" is no whole number from 0");
  return std::optional(UpTo{std::string(*name), *seq});
}

Result<std::vector<std::string>> ids_of(const json::object& in) {
  std::vector<std::string> out;
  const auto* ids = in.if_contains("ids");
  if (ids == nullptr) return out;
  if (!ids->is_array()) return refused("\"ids\" is no list");
  if (ids->get_array().size() > most_ids) return refused("\"ids\" names more than " + std::to_string(most_ids) + " alerts");
  for (const auto& id : ids->get_array()) {
    const auto* name = name_in(id);
    if (name == nullptr) return refused("\"ids\" holds something that is no name of 1 to 64 bytes");
    out.emplace_back(*name);
  }
  return out;
}

}  // namespace

Result<Ack> parse_ack(std::string_view payload) {
  if (payload.size() > largest_received) return refused("it is larger than 256 KiB");
  const auto in = object_of(payload);
  if (!in) return refused("it is no JSON object");
  auto upto = upto_of(*in);
  if (!upto) return upto.error();
  auto ids = ids_of(*in);
  if (!ids) return ids.error();
  if (!*upto && !in->contains("ids")) return refused("it has neither \"upto\" nor \"ids\"");
  return Ack{std::move(*upto), std::move(*ids)};
}

std::optional<Centre> parse_centre(std::string_view topic, std::string_view payload) {
  constexpr std::string_view before = "kuzet/v1/_centre/", after = "/state";
  const auto at = topic.find(before);
  if (at == std::string_view::npos || !topic.ends_with(after) || payload.empty() || payload.size() > largest_received)
    return std::nullopt;
  if (at != 0 && topic[at - 1] != '/') return std::nullopt;
  topic.remove_prefix(at + before.size());
  if (topic.size() <= after.size()) return std::nullopt;
  topic.remove_suffix(after.size());
  if (topic.size() > longest_name || topic.find('/') != std::string_view::npos) return std::nullopt;
  const auto in = object_of(payload);
  const auto* state = in ? in->if_contains("state") : nullptr;
  const bool offline = payload == "offline" || (state != nullptr && *state == "offline");
  return Centre{std::string(topic), !offline};
}

}  // namespace kuzet::uplink
