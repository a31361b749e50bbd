// SPDX-License-Identifier: Apache-2.0
// Faults of the board.
#include "agent/run/node_watch.hpp"

#include <algorithm>
#include <array>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

Rule rule_of(std::string_view fault, Severity severity) {
  Rule rule;
  rule.id = "node/node_fault/" + std::string(fault);
  rule.kind = Kind::node_fault;
  rule.severity = severity;
  rule.source = "node";
  rule.clear = 30s;
  rule.cooldown = 10min;  // a disk at its limit goes over it and back
  return rule;
}

}  // namespace

NodeWatch::NodeWatch()
    : rules_{rule_of(node_fault::store_corrupt, Severity::high), rule_of(node_fault::disk_full, Severity::high),
             rule_of(node_fault::refused, Severity::medium)},
      states_(rules_.size()) {}

void NodeWatch::report(std::string_view fault, boost::json::object details, const Moment& now, Duration lasts) {
  const auto rule = std::ranges::find_if(rules_, [&](const Rule& one) { return one.id.ends_with(fault); });
  State& state = states_.at(static_cast<std::size_t>(rule - rules_.begin()));
  if (state.until < now.steady) state.since = now.steady;
  state.until = std::max(state.until, now.steady + lasts);
  state.details = std::move(details);
  state.details["fault"] = fault;
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> NodeWatch::look(const Moment& now) const {
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    auto& findings = out.emplace_back(&rules_[i], std::vector<Finding>{}).second;
    if (states_[i].until < now.steady || states_[i].details.empty()) continue;
    Finding finding;
    finding.kind = Kind::node_fault;
    finding.confidence = 1;
    finding.since = states_[i].since;
    finding.measure = states_[i].details;
    findings.push_back(std::move(finding));
  }
  return out;
}

}  // namespace kuzet::run
