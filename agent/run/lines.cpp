// SPDX-License-Identifier: Apache-2.0
// Who shares a line with whom.
#include "agent/run/lines.hpp"

#include "agent/run/line_thread.hpp"

#include <map>
#include <utility>

namespace kuzet::run {

Lines::Lines(std::vector<Attached> sensors, std::vector<Attached> outputs, const Clock& clock, Home home, LineHooks hooks)
    : hooks_(std::move(hooks)) {
  std::map<std::pair<std::string, std::string>, std::pair<const drivers::DeviceType*, drivers::LinePlan>> plans;
  const auto plan_of = [&](const Attached& one) -> drivers::LinePlan& {
    auto& [type, plan] = plans[{std::string(one.type->name), one.device.line}];
    type = one.type;
    return plan;
  };
  for (auto& sensor : sensors) plan_of(sensor).sensors.push_back(std::move(sensor.device));
  for (auto& output : outputs) plan_of(output).outputs.push_back(std::move(output.device));
  for (auto& [key, plan] : plans)
    threads_.push_back(std::make_unique<LineThread>(*plan.first, std::move(plan.second), clock, home, hooks_));
}

Lines::~Lines() { request_stop(); }

void Lines::want(const std::string& output, bool on) {
  for (const auto& thread : threads_)
    if (thread->want(output, on)) return;
}

void Lines::request_stop() {
  for (const auto& thread : threads_) thread->request_stop();
}

}  // namespace kuzet::run
