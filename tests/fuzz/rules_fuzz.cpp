// SPDX-License-Identifier: Apache-2.0
// libFuzzer over calendars, conditions, rules and fusion: whatever the file holds, it is read or refused with a line; what is
// taken is put to work. Run as `rules_fuzz -max_len=4096 CORPUS`.
#include "agent/alerts/fusion.hpp"
#include "agent/alerts/site_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace kuzet;
using namespace kuzet::alerts;

/// The text up to the first zero byte is the configuration, the rest a file of holidays.
struct Input {
  std::string yaml, holidays;
};

Names names() {
  Names out;
  out.readings = {{"s", {"a", "b"}}};
  out.rules = {"c/fire/"};
  return out;
}

void work(const SiteSettings& settings) {
  SiteRules rules(settings);
  for (int i = 0; i < 40; ++i) {
    const Moment now{Steady(std::chrono::seconds(100 + i)), Wall(std::chrono::hours(24 * i)), ClockState::synced};
    rules.see({"s", i % 3 == 0 ? "b" : "a", static_cast<double>(i * i % 17), "", now,
               i % 5 == 0 ? Quality::bad : Quality::good, ""});
    for (const auto& [rule, findings] : rules.look(now, {{2026, 1 + i % 12, 1 + i % 28, i % 7, i * 30}, {"c/fire/"}, Truth::yes}))
      if (rule->id.empty() || findings.size() > 1) std::abort();
  }
}

void read(const Input& input) {
  Faults faults("fuzz.yaml");
  SiteSettings settings;
  std::vector<FusionSettings> fusion;
  const Node node = read_yaml(input.yaml, [](std::string_view) { return std::nullopt; }, faults);
  const auto file = [&](const std::string&) -> Result<std::string> { return input.holidays; };
  if (const Node* found = node.find("calendars")) read_calendars(settings.calendars, *found, "calendars", file, faults);
  if (const Node* found = node.find("conditions")) read_conditions(settings.conditions, *found, "conditions", faults);
  if (const Node* found = node.find("rules")) read_site_rules(settings.rules, *found, "rules", faults);
  if (const Node* found = node.find("fusion")) read_fusion(fusion, *found, "fusion", faults);
  if (const Node* found = node.find("s")) {
    settings.sensors.push_back({"s", {}, "s"});
    read_rules(settings.sensors[0].rules, *found, "s", faults);
  }
  settings.place = GeoPlace{42, 69};
  check_site(settings, names(), faults);
  check_fusion(fusion, settings.conditions, names(), "fusion", faults);
  for (const auto& fault : faults.all())
    if (fault.at.line < 1 || fault.what.empty()) std::abort();
  if (faults.none()) work(settings);
}

}  // namespace

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string all(data, data + size);
  const auto zero = all.find('\0');
  read({all.substr(0, zero), zero == std::string::npos ? "" : all.substr(zero + 1)});
  return 0;
}
