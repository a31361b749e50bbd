// SPDX-License-Identifier: Apache-2.0
// Stored messages as they are sent.
#include "agent/uplink/wire.hpp"

#include <algorithm>

namespace kuzet::uplink {

namespace {

constexpr std::chrono::seconds prompt{10};
constexpr std::chrono::days kept_by_the_broker{7};

/// What is left of its class's life, at least a second: a broker takes 0 for "at once".
std::chrono::seconds left_of(Wall at, Wall now) {
  const auto age = std::max(std::chrono::milliseconds(0), now - at);
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(kept_by_the_broker - age);
  return std::max(left, std::chrono::seconds(1));
}

}  // namespace

bool is_late(const outbox::Pending& pending, Wall now) { return now - pending.at > prompt; }

link::Message message_of(const outbox::Pending& pending, Wall now) {
  link::Message out;
  out.topic = pending.topic;
  out.payload = outbox::with_members(
      pending.body, "\"published\":\"" + rfc3339(now) + "\",\"late\":" + (is_late(pending, now) ? "true" : "false"));
  out.content_type = "application/json";
  out.properties = {{"schema", pending.schema}};
  if (!pending.alert.empty()) out.properties.emplace_back("id", pending.alert);
  out.properties.emplace_back("store", pending.store);
  out.properties.emplace_back("seq", std::to_string(pending.seq));
  if (pending.what == outbox::Class::observation) out.expiry = left_of(pending.at, now);
  return out;
}

link::Message picture_message(const outbox::PendingPicture& picture) {
  const auto& about = picture.about;
  link::Message out;
  out.topic = about.topic;
  out.payload = picture.content;
  out.content_type = about.film ? film_type : "image/jpeg";
  out.properties = {{"id", about.alert}, {"n", std::to_string(about.n)}, {"sha256", about.sha256}};
  out.expiry = kept_by_the_broker;
  return out;
}

}  // namespace kuzet::uplink
