// SPDX-License-Identifier: Apache-2.0
// Faults of the board.
#include "agent/run/node_watch.hpp"

#include <algorithm>
#include <array>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr std::array faults{
    std::pair{node_fault::store_corrupt, Severity::high}, std::pair{node_fault::disk_full, Severity::high},
    std::pair{node_fault::refused, Severity::medium},     std::pair{node_fault::restarted, Severity::medium},
    std::pair{node_fault::hung, Severity::high},          std::pair{node_fault::configuration, Severity::medium},
    std::pair{node_fault::certificate, Severity::medium}, std::pair{node_fault::clock, Severity::low},
    std::pair{node_fault::names, Severity::medium},       std::pair{node_fault::power, Severity::medium},
    std::pair{node_fault::card, Severity::high},          std::pair{node_fault::writes, Severity::low},
    std::pair{node_fault::permission, Severity::medium},
};

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

NodeWatch::NodeWatch() : states_(faults.size()) {
  for (const auto& [fault, severity] : faults) rules_.push_back(rule_of(fault, severity));
}

void NodeWatch::report(std::string_view fault, boost::json::object details, const Moment& now, Duration lasts) {
  const auto which = std::ranges::find(faults, fault, [](const auto& one) { return one.first; });
  State& state = states_.at(static_cast<std::size_t>(which - faults.begin()));
  if (state.until < now.steady) state.since = now.steady;
  state.until = std::max(state.until, now.steady + lasts);
  state.edition = 0;
  if (const auto* edition = details.if_contains("edition"); edition != nullptr)
    state.edition = edition->to_number<std::uint64_t>();
  details.erase("edition");
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
    finding.edition = states_[i].edition;
    findings.push_back(std::move(finding));
  }
  return out;
}

}  // namespace kuzet::run
