// SPDX-License-Identifier: Apache-2.0
// Who shares a line with whom.
#include "agent/run/lines.hpp"

#include "agent/run/line_thread.hpp"

#include <map>
#include <utility>

namespace kuzet::run {

struct Lines::Plan {
  const drivers::DeviceType* type = nullptr;
  drivers::LinePlan devices;
  std::string made_of;
};

Lines::Lines(std::vector<Attached> sensors, std::vector<Attached> outputs, const Clock& clock, Home home, LineHooks hooks)
    : clock_(clock), home_(std::move(home)), hooks_(std::move(hooks)) {
  adopt(std::move(sensors), std::move(outputs));
}

void Lines::adopt(std::vector<Attached> sensors, std::vector<Attached> outputs) {
  std::map<Key, Plan> plans;
  std::map<std::string, Wish> wishes;
  const auto plan_of = [&](const Attached& one, char what) -> drivers::LinePlan& {
    Plan& plan = plans[{std::string(one.type->name), one.device.line}];
    plan.type = one.type;
    plan.made_of += what + one.device.id + " " + one.fingerprint + "\n";
    return plan.devices;
  };
  for (auto& sensor : sensors) plan_of(sensor, 's').sensors.push_back(std::move(sensor.device));
  for (auto& output : outputs) {
    const auto old = wishes_.find(output.device.id);
    const bool same = old != wishes_.end() && old->second.made_of == output.fingerprint;
    wishes[output.device.id] = same ? old->second : Wish{output.fingerprint, std::nullopt};
    plan_of(output, 'o').outputs.push_back(std::move(output.device));
  }
  wishes_ = std::move(wishes);
  const auto stays = [&](const auto& one) {
    const auto plan = plans.find(one.first);
    return plan != plans.end() && plan->second.made_of == one.second.made_of;
  };
  for (const auto& one : running_)
    if (!stays(one)) one.second.thread->request_stop();  // all at once, then each is waited for
  std::erase_if(running_, [&](const auto& one) { return !stays(one); });
  for (auto& [key, plan] : plans) {
    if (running_.contains(key)) continue;
    std::vector<std::string> switched;
    for (const auto& output : plan.devices.outputs) switched.push_back(output.id);
    auto thread = std::make_unique<LineThread>(*plan.type, std::move(plan.devices), clock_, home_, hooks_);
    for (const auto& output : switched)
      if (const auto& on = wishes_.at(output).on) thread->want(output, *on);
    running_.emplace(key, Running{std::move(plan.made_of), std::move(thread)});
  }
}

Lines::~Lines() { request_stop(); }

void Lines::want(const std::string& output, bool on) {
  if (const auto wish = wishes_.find(output); wish != wishes_.end()) wish->second.on = on;
  for (const auto& [key, line] : running_)
    if (line.thread->want(output, on)) return;
}

void Lines::request_stop() {
  for (const auto& [key, line] : running_) line.thread->request_stop();
}

}  // namespace kuzet::run
