// SPDX-License-Identifier: Apache-2.0
// Composing what is stored before it is sent: alerts, gaps and observations.
#include "agent/core/json.hpp"
#include "agent/uplink/wire.hpp"

#include <boost/json/array.hpp>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

json::array to_json(const Box& box) {
  return {rounded(box.x, 4), rounded(box.y, 4), rounded(box.width, 4), rounded(box.height, 4)};
}

json::value ended(const Alert& alert) {
  if (!alert.ended) return nullptr;
  return json::value(rfc3339(alert.ended->wall));
}

json::array to_json(const std::vector<Announced>& evidence) {
  json::array out;
  for (const auto& one : evidence) {
    json::object entry{{"n", one.n}, {"sha256", one.sha256}, {"bytes", one.bytes}, {"taken", rfc3339(one.taken)}};
    if (one.film) entry["type"] = film_type, entry["duration_s"] = rounded(in_seconds(*one.film), 2);
    if (one.held) entry["held"] = true;
    out.push_back(std::move(entry));
  }
  return out;
}

/// A value may not take the place of when, where and what it is.
json::object to_json(const Observed& one) {
  json::object out{{"at", rfc3339(one.at.wall)}};
  if (!one.zone.empty()) out["zone"] = one.zone;
  out["observation"] = one.observation.what;
  for (const auto& value : one.observation.values)
    if (value.key() != "zone") out.emplace(value.key(), value.value());
  return out;
}

/// What the messages that are not alerts begin with.
json::object head(const char* schema, const Identity& who, const outbox::Stamp& stamp) {
  return {{"schema", schema},   {"store", stamp.store}, {"seq", stamp.seq},
          {"boot", stamp.boot}, {"node", who.node},     {"site", who.site}};
}

json::value place_or_null(const std::optional<std::uint64_t>& place) {
  if (!place) return nullptr;
  return json::value(*place);
}

outbox::Draft draft_of(const char* kind, const char* schema, const Moment& at, std::string topic) {
  outbox::Draft draft;
  draft.kind = kind;
  draft.schema = schema;
  draft.at = at;
  draft.topic = std::move(topic);
  return draft;
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
  json::object out{{"schema", alert_schema},   {"id", alert.id},
                   {"store", stamp.store},     {"seq", stamp.seq},
                   {"boot", stamp.boot},       {"phase", name(event.phase)},
                   {"kind", name(alert.kind)}, {"severity", name(alert.severity)},
                   {"node", who.node},         {"site", who.site}};
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

outbox::Draft gap_draft(const Identity& who, const outbox::Gap& gap, const Moment& now) {
  auto draft = draft_of("gap", gap_schema, now, topic(who, "gap"));
  draft.body = [who, gap, now](const outbox::Stamp& stamp) {
    auto out = head(gap_schema, who, stamp);
    out["at"] = rfc3339(now.wall);
    out["clock"] = name(now.clock);
    out["of"] = gap.of;
    out["from"] = gap.from;
    out["to"] = place_or_null(gap.to);
    out["class"] = outbox::name(gap.what);
    out["count"] = gap.count;
    out["why"] = gap.why;
    return json_text(out);
  };
  return draft;
}

outbox::Draft obs_draft(const Identity& who, const std::string& source, const Moment& at, std::vector<Observed> observed) {
  auto draft = draft_of("observation", obs_schema, at, topic(who, "obs/" + source));
  draft.body = [who, source, at, observed = std::move(observed)](const outbox::Stamp& stamp) {
    auto out = head(obs_schema, who, stamp);
    out["source"] = source;
    out["at"] = rfc3339(at.wall);
    out["clock"] = name(at.clock);
    auto& values = out["observations"].emplace_array();
    for (const auto& one : observed) values.push_back(to_json(one));
    return json_text(out);
  };
  return draft;
}

}  // namespace kuzet::uplink
