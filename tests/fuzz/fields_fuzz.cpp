// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what devices, network servers and whoever else may send as a payload: it is read or refused with a sentence
// that quotes nothing of it. Run as `fields_fuzz -max_len=4096 CORPUS`.
#include "agent/core/utf8.hpp"
#include "drivers/net/json_fields.hpp"
#include "drivers/net/payload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace kuzet;
using namespace kuzet::drivers;

void must(bool holds) {
  if (!holds) std::abort();
}

Moment now() { return {Steady(std::chrono::hours(1000)), Wall(std::chrono::milliseconds(1795321858000)), ClockState::synced}; }

net::PayloadSettings settings_of(std::string_view format, bool passage) {
  net::PayloadSettings out;
  for (const char* name : {"t", "a/b", "0"}) {
    net::FieldChannel one;
    one.name = name;
    out.readings.push_back(one);
  }
  if (passage) out.passage = {"/card", "/event", {}};
  if (format == "json") out.counter = "/n", out.time = "/at", out.device_at = "/id";
  Faults faults("fuzz");
  (void)net::complete(out, net::format_of(format), Node{}, "f", faults);
  return out;
}

void must_hold(const net::Heard& heard, const net::PayloadSettings& settings) {
  for (const auto& one : heard.samples) {
    must(one.channel <= settings.readings.size() && std::isfinite(one.value));
    must(one.at.wall <= now().wall && now().wall - one.at.wall <= std::chrono::hours(24 * 7));
    must((one.quality == Quality::good) == one.why.empty());
  }
  if (heard.passage) must(!heard.passage->person.empty() && heard.passage->person.size() <= 256);
}

void must_be_a_sentence(const Error& error) {
  must(!error.what.empty() && error.what.size() < 300 && utf8_text(error.what) == error.what);
  must(std::ranges::none_of(error.what, [](char c) { return c >= 0 && c < ' '; }));
}

}  // namespace

// The first byte chooses the format. The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array all{settings_of("json", false), settings_of("json", true), settings_of("chirpstack", false),
                              settings_of("ttn", false), settings_of("zigbee2mqtt", true)};
  if (size == 0) return 0;
  const auto& settings = all.at(data[0] % all.size());
  const std::string bytes(data + 1, data + size);
  const auto payload = (data[0] & 0x80U) != 0 ? net::parse_form(bytes) : net::parse_json(bytes);
  if (!payload) {
    must_be_a_sentence(payload.error());
    return 0;
  }
  net::PayloadReader reader(settings);
  for (int times = 0; times < 2; ++times) {
    const auto heard = reader.read(*payload, now());
    if (heard)
      must_hold(*heard, settings);
    else
      must_be_a_sentence(heard.error());
  }
  if (!net::pointer_fault(bytes)) (void)net::at(*payload, bytes);
  return 0;
}
