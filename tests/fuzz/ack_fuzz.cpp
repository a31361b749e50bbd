// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what the control centre says and what an older store holds: acknowledgements, states of centres, bodies whose
// times are corrected, states of alerts. Whatever the bytes are, they are read or refused. Run as `ack_fuzz -max_len=4096
// CORPUS`.
#include "agent/uplink/received.hpp"
#include "agent/uplink/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

/// The first bytes, as a number.
std::int64_t number_in(const std::string& text) {
  std::int64_t out = 0;
  std::memcpy(&out, text.data(), std::min(sizeof out, text.size()));
  return out;
}

}  // namespace

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kuzet;
  const std::string text(data, data + size);
  const auto ack = uplink::parse_ack(text);
  check(ack ? ack->upto || !ack->ids.empty() || text.find("ids") != std::string::npos : !ack.error().what.empty());
  if (const auto centre = uplink::parse_centre("kuzet/v1/_centre/main/state", text)) check(centre->name == "main");
  if (const auto centre = uplink::parse_centre(text, "{}")) check(!centre->name.empty());
  const auto corrected = uplink::corrected_body(text, std::chrono::milliseconds(number_in(text)), Wall());
  const auto again = uplink::corrected_body(corrected, std::chrono::milliseconds(0), Wall());
  check(corrected == text || again == uplink::corrected_body(again, std::chrono::milliseconds(0), Wall()));
  const auto state = uplink::read_open_state(text);
  check(state || state.error().code == Code::corrupt);
  return 0;
}
