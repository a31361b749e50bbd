// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the settings that a control centre, or whoever else may publish, wants of a board: they are read or refused
// with a sentence, and what may not be changed from afar stays as it was. Run as `desired_fuzz -max_len=8192 CORPUS`.
#include "agent/core/same.hpp"
#include "agent/run/remote_settings.hpp"
#include "agent/uplink/desired.hpp"
#include "tests/fuzz/must.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace kuzet;
using namespace kuzet::test;

const Node& own_file() {
  static const Node root = [] {
    Faults faults("kuzet.yaml");
    Node read = read_yaml(
        "node: {id: n07, site: landfill-88, name: Yard}\n"
        "uplink: {servers: [\"mqtts://mqtt.city.example\"], command_key: /etc/kuzet/site.pem}\n"
        "store: {path: /var/lib/kuzet}\n"
        "calendars: {lessons: {days: mon-fri, hours: \"08:00-17:00\"}}\n"
        "conditions: {dark: {sun: down}}\n"
        "cameras:\n"
        "  - id: yard\n"
        "    source: rtsp://10.0.0.5/sub\n"
        "    privacy: [[[0, 0], [0.2, 0], [0.2, 0.1]]]\n"
        "    zones: {bins: [[0.1, 0.4], [0.5, 0.4], [0.5, 0.6]]}\n"
        "    detect: [{type: fire}, {type: crowding, zone: bins, limit: 25}]\n"
        "sensors: [{id: air, driver: board, rules: [{reading: cpu_temperature, above: 80}]}]\n"
        "outputs: [{id: siren, driver: gpio, chip: gpiochip0, pin: 17}]\n"
        "rules: [{name: burglary, when: dark, kind: intrusion, severity: high}]\n",
        [](std::string_view) { return std::optional<std::string>(); }, faults);
    must(faults.none());
    return read;
  }();
  return root;
}

bool unchanged(const Node& before, const Node& after, std::string_view key) {
  const Node* a = before.find(key);
  const Node* b = after.find(key);
  return (a == nullptr) == (b == nullptr) && (a == nullptr || same(*a, *b));
}

void lay(const uplink::Desired& desired) {
  must(!desired.id.empty() && desired.id.size() <= 64);
  Node root = own_file();
  const auto faults = run::lay_over(root, desired.settings);
  for (const auto& fault : faults) must(!fault.what.empty());
  if (!faults.empty()) return must(same(root, own_file()));
  for (const std::string_view kept : {"uplink", "store", "outputs"}) must(unchanged(own_file(), root, kept));
  const Node& node = *root.find("node");
  for (const std::string_view kept : {"id", "site"}) must(unchanged(*own_file().find("node"), node, kept));
  const Node& cameras = *root.find("cameras");
  must(cameras.items.size() == 1);
  for (const std::string_view kept : {"id", "source", "zones"})
    must(unchanged(own_file().find("cameras")->items[0], cameras.items[0], kept));
  must(cameras.items[0].find("privacy")->items.size() >= 1);
}

}  // namespace

// The first byte chooses whether there is a key. The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool with_key = (data[0] & 0x80U) != 0;
  const auto reading = uplink::read_desired("kuzet/v1/s/n/cfg/desired", std::string(data + 1, data + size),
                                            with_key ? std::optional(some_key()) : std::nullopt);
  must(reading.id.size() <= 64);
  if (!reading.wanted) return must_be_a_sentence(reading.wanted.error().what), 0;
  must(!with_key);  // nobody guesses a signature
  lay(*reading.wanted);
  return 0;
}
