// SPDX-License-Identifier: Apache-2.0
// One command after the other.
#include "agent/run/obedience.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace kuzet::run {

namespace json = boost::json;

void Obedience::obey(const uplink::Command& command, Dispatch::Done done) {
  if (const auto* snapshot = std::get_if<uplink::Snapshot>(&command)) {
    if (parts_.all().camera(snapshot->camera) == nullptr)
      return done(Error{Code::config, "there is no camera \"" + snapshot->camera + "\""});
    return parts_.snapshots.ask(snapshot->camera, std::move(done));
  }
  if (const auto* mute = std::get_if<uplink::Mute>(&command)) {
    if (!parts_.alarms.knows(mute->rule)) return done(Error{Code::config, "there is no rule \"" + mute->rule + "\""});
    parts_.alarms.mute(mute->rule, mute->length, parts_.clock.now());
    parts_.say("rule " + mute->rule + " is muted for " + to_text(mute->length));
    return done(json::object{{"rule", mute->rule}, {"for", to_text(mute->length)}});
  }
  if (const auto* arm = std::get_if<uplink::Arm>(&command)) return order(arm->camera, true, arm->length, done);
  if (const auto* disarm = std::get_if<uplink::Disarm>(&command)) return order(disarm->camera, false, disarm->length, done);
  if (const auto* word = std::get_if<uplink::Switch>(&command)) return done(parts_.switch_output(*word));
  const auto taken = parts_.reload();
  if (!taken) return done(taken.error());
  done(json::object{{"configuration", *taken}});
}

/// `source`: a camera, a sensor, a site with terminals; empty: all.
void Obedience::order(const std::string& source, bool armed, Duration length, const Dispatch::Done& done) {
  const auto& all = parts_.all();
  const auto& sites = all.site.access;
  const bool known = source.empty() || source == "node" || all.camera(source) != nullptr || all.sensor(source) != nullptr ||
                     std::ranges::find(sites, source, &AccessSettings::id) != sites.end();
  if (!known) return done(Error{Code::config, "there is no camera or sensor \"" + source + "\""});
  length = parts_.alarms.order(source, armed, length, parts_.clock.now());
  parts_.say((source.empty() ? "everything" : source) + (armed ? " is armed for " : " is disarmed for ") + to_text(length));
  done(json::object{
      {"camera", source.empty() ? json::value(nullptr) : json::value(source)}, {"armed", armed}, {"for", to_text(length)}});
}

}  // namespace kuzet::run
