// SPDX-License-Identifier: Apache-2.0
// The form of stored messages.
#include "agent/outbox/sound.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace kuzet::outbox {

namespace json = boost::json;

namespace {

bool may_be_published_to(std::string_view topic) {
  return !topic.empty() && std::ranges::none_of(topic, [](char c) {
    return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

}  // namespace

bool is_sound(const Pending& message) {
  if (!may_be_published_to(message.topic)) return false;
  boost::system::error_code broken;
  const auto value = json::parse(message.body, broken);
  const auto* object = broken ? nullptr : value.if_object();
  const auto* store = object == nullptr ? nullptr : object->if_contains("store");
  const auto* seq = object == nullptr ? nullptr : object->if_contains("seq");
  if (store == nullptr || seq == nullptr || !store->is_string() || !seq->is_number()) return false;
  boost::system::error_code other;
  return store->as_string() == message.store && seq->to_number<std::uint64_t>(other) == message.seq && !other;
}

}  // namespace kuzet::outbox
