// SPDX-License-Identifier: Apache-2.0
// Composing payloads.
#include "agent/uplink/wire.hpp"

#include "agent/core/json.hpp"

#include <boost/json/array.hpp>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds prompt{10};

json::array to_json(const Box& box) {
  return {rounded(box.x, 4), rounded(box.y, 4), rounded(box.width, 4), rounded(box.height, 4)};
}

json::value ended(const Alert& alert) {
  if (!alert.ended) return nullptr;
  return json::value(rfc3339(alert.ended->wall));
}

json::array to_json(const std::vector<Announced>& evidence) {
  json::array out;
  for (const auto& one : evidence)
    out.push_back(json::object{{"n", one.n}, {"sha256", one.sha256}, {"bytes", one.bytes}, {"taken", rfc3339(one.taken)}});
  return out;
}

link::Message json_message(std::string topic, const json::object& payload, bool retained) {
  return {std::move(topic),
          json_text(payload),
          retained,
          "application/json",
          {{"schema", std::string(payload.at("schema").as_string())}}};
}

}  // namespace

std::string topic(const Identity& who, const std::string& rest) {
  return who.prefix + "kuzet/v1/" + who.site + "/" + who.node + "/" + rest;
}

std::string alert_topic(const Identity& who, const Alert& alert) {
  return topic(who, "alert/" + alert.source + "/" + std::string(name(alert.kind)));
}

std::string picture_topics(const Identity& who, const std::string& alert) { return topic(who, "evidence/" + alert + "/"); }

std::string alert_body(const Identity& who, const AlertEvent& event, const std::vector<Announced>& evidence,
                       const outbox::Stamp& stamp) {
  const Alert& alert = event.alert;
  json::object out{{"schema", "kuzet.alert/1"}, {"id", alert.id},
                   {"store", stamp.store},      {"seq", stamp.seq},
                   {"boot", stamp.boot},        {"phase", name(event.phase)},
                   {"kind", name(alert.kind)},  {"severity", name(alert.severity)},
                   {"node", who.node},          {"site", who.site}};
  if (who.place) out["location"] = json::object{{"type", "Point"}, {"coordinates", json::array{who.place->x, who.place->y}}};
  out["source"] = alert.source;
  if (!alert.zone.empty()) out["zone"] = alert.zone;
  out["started"] = rfc3339(alert.started.wall);
  out["confirmed"] = rfc3339(alert.confirmed.wall);
  out["ended"] = ended(alert);
  out["clock"] = name(event.at.clock);
  out["confidence"] = rounded(alert.confidence, 2);
  out["box"] = to_json(alert.box);
  out["measure"] = alert.measure;
  if (alert.since_uncertain) out["since_uncertain"] = true;
  if (alert.ended_uncertain) out["ended_uncertain"] = true;
  out["evidence"] = to_json(evidence);
  out["rule"] = alert.rule;
  out["configuration"] = who.configuration;
  return json_text(out);
}

link::Message alert_message(const outbox::Pending& pending, const std::string& store, Wall now) {
  const bool late = now - pending.at > prompt;
  const std::string members = "\"published\":\"" + rfc3339(now) + "\",\"late\":" + (late ? "true" : "false");
  return {pending.topic,
          outbox::with_members(pending.body, members),
          false,
          "application/json",
          {{"schema", "kuzet.alert/1"}, {"id", pending.alert}, {"store", store}, {"seq", std::to_string(pending.seq)}}};
}

link::Message state_message(const Identity& who, bool online, std::uint64_t boot, Wall since) {
  const json::object payload{{"schema", "kuzet.state/1"},
                             {"state", online ? "online" : "offline"},
                             {"node", who.node},
                             {"site", who.site},
                             {"boot", boot},
                             {"since", rfc3339(since)}};
  return json_message(topic(who, "state"), payload, true);
}

link::Message birth_message(const Identity& who, const json::object& about) {
  json::object payload{
      {"schema", "kuzet.birth/1"}, {"node", who.node}, {"site", who.site}, {"configuration", who.configuration}};
  for (const auto& member : about) payload[member.key()] = member.value();
  return json_message(topic(who, "birth"), payload, true);
}

link::Message picture_message(const outbox::PendingPicture& picture) {
  const auto& about = picture.about;
  return {about.topic,
          picture.jpeg,
          false,
          "image/jpeg",
          {{"id", about.alert}, {"n", std::to_string(about.n)}, {"sha256", about.sha256}}};
}

}  // namespace kuzet::uplink
