// SPDX-License-Identifier: Apache-2.0
// The words for kinds, severities and phases, as they stand in messages and on the command line.
#include "agent/core/alert.hpp"

#include <algorithm>
#include <array>

namespace kuzet {

namespace {

constexpr std::array<std::string_view, 10> kinds{"waste_overflow", "illegal_parking", "crowding", "fire",
                                                 "smoke",          "intrusion",       "reading",  "camera_fault",
                                                 "node_fault",     "citizen_report"};
constexpr std::array<std::string_view, 4> severities{"low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 4> phases{"opened", "updated", "escalated", "closed"};
constexpr std::array<std::string_view, 3> evidences{"none", "picture", "clip"};

template <class E, std::size_t N>
std::optional<E> named(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

}  // namespace

std::string_view name(Kind kind) { return kinds.at(static_cast<std::size_t>(kind)); }
std::string_view name(Severity severity) { return severities.at(static_cast<std::size_t>(severity)); }
std::string_view name(Evidence evidence) { return evidences.at(static_cast<std::size_t>(evidence)); }
std::string_view name(Phase phase) { return phases.at(static_cast<std::size_t>(phase)); }
std::optional<Kind> kind_named(std::string_view text) { return named<Kind>(kinds, text); }
std::optional<Evidence> evidence_named(std::string_view text) { return named<Evidence>(evidences, text); }
std::optional<Severity> severity_named(std::string_view text) { return named<Severity>(severities, text); }

}  // namespace kuzet
