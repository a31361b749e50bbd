// SPDX-License-Identifier: Apache-2.0
// What a node says about itself: state, birth, open alerts, health.
#include "agent/core/json.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/array.hpp>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::chrono::minutes health_lives{3};  // three of them are said in that time

link::Message json_message(std::string topic, const json::object& payload, bool retained) {
  link::Message out;
  out.topic = std::move(topic);
  out.payload = json_text(payload);
  out.retained = retained;
  out.content_type = "application/json";
  out.properties = {{"schema", std::string(payload.at("schema").as_string())}};
  return out;
}

/// What is given is added, and cannot take the place of what is there.
json::object with(json::object payload, const json::object& about) {
  for (const auto& member : about) payload.emplace(member.key(), member.value());
  return payload;
}

json::object to_json(const Alert& alert) {
  json::object out{{"id", alert.id}, {"kind", name(alert.kind)}, {"severity", name(alert.severity)}, {"source", alert.source}};
  if (!alert.zone.empty()) out["zone"] = alert.zone;
  out["rule"] = alert.rule;
  out["started"] = rfc3339(alert.started.wall);
  out["confirmed"] = rfc3339(alert.confirmed.wall);
  out["confidence"] = rounded(alert.confidence, 2);
  return out;
}

}  // namespace

link::Message state_message(const Identity& who, bool online, std::uint64_t boot, Wall since, const std::string& why) {
  json::object payload{{"schema", "kuzet.state/1"},
                       {"state", online ? "online" : "offline"},
                       {"node", who.node},
                       {"site", who.site},
                       {"boot", boot},
                       {"since", rfc3339(since)}};
  if (!why.empty()) payload["why"] = why;
  return json_message(topic(who, "state"), payload, true);
}

link::Message birth_message(const Identity& who, const json::object& about) {
  const json::object payload{
      {"schema", "kuzet.birth/1"}, {"node", who.node}, {"site", who.site}, {"configuration", who.configuration}};
  return json_message(topic(who, "birth"), with(payload, about), true);
}

link::Message open_message(const Identity& who, const std::string& store, std::uint64_t seq, const std::vector<Alert>& alerts,
                           Wall now) {
  json::object payload{{"schema", "kuzet.open/1"}, {"node", who.node}, {"site", who.site},
                       {"store", store},           {"seq", seq},       {"at", rfc3339(now)}};
  auto& list = payload["alerts"].emplace_array();
  for (const auto& alert : alerts) list.push_back(to_json(alert));
  return json_message(topic(who, "open"), payload, true);
}

link::Message health_message(const Identity& who, const json::object& about, const Moment& now) {
  const json::object payload{{"schema", "kuzet.health/1"},
                             {"node", who.node},
                             {"site", who.site},
                             {"at", rfc3339(now.wall)},
                             {"clock", name(now.clock)}};
  auto out = json_message(topic(who, "health"), with(payload, about), false);
  out.qos = 0;
  out.expiry = health_lives;
  return out;
}

json::object counts_json(const outbox::Counts& counts) {
  json::object reasons;
  for (const auto& [reason, count] : counts.reasons) reasons[std::to_string(reason)] = count;
  json::object out{{"seq", counts.seq},
                   {"unsent", counts.unsent},
                   {"unconfirmed", counts.unconfirmed},
                   {"refused", counts.refused},
                   {"reasons", std::move(reasons)},
                   {"observations", counts.observations},
                   {"pictures", counts.pictures},
                   {"films", counts.films},
                   {"journal_bytes", counts.journal_bytes},
                   {"observation_bytes", counts.observation_bytes},
                   {"evidence_bytes", counts.evidence_bytes},
                   {"free_bytes", counts.free_bytes},
                   {"given_up", counts.given_up}};
  if (counts.oldest) out["oldest"] = rfc3339(*counts.oldest);
  return out;
}

json::object checkpoint_json(const outbox::Checkpoint& checkpoint) {
  return {{"store", checkpoint.store},
          {"seq", checkpoint.seq},
          {"chain", checkpoint.chain},
          {"commands", checkpoint.commands},
          {"command_chain", checkpoint.command_chain},
          {"at", rfc3339(checkpoint.at)},
          {"signature", checkpoint.signature}};
}

}  // namespace kuzet::uplink
