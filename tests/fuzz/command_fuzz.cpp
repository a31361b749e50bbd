// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what a control centre, or whoever else may publish, can send as a command: it is read or refused with a
// sentence, and never crashes. Run as `command_fuzz -max_len=20000 CORPUS`.
#include "agent/uplink/command_text.hpp"
#include "tests/fuzz/must.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace kuzet;
using namespace kuzet::uplink;
using namespace kuzet::test;

constexpr std::array<std::string_view, 8> names{"ping", "snapshot", "mute", "resend", "reload", "diagnose", "pong", "Ping/res"};

/// Reads the same again from how it would be written.
void must_hold(std::string_view called, const Order& order) {
  must(name(order.what) == called && !order.id.empty() && order.id.size() <= 64);
  if (const auto* mute = std::get_if<Mute>(&order.what))
    must(mute->length >= std::chrono::seconds(1) && mute->length <= std::chrono::hours(7 * 24) &&
         parse_duration(to_text(mute->length)).value() == mute->length);
  if (const auto* resend = std::get_if<Resend>(&order.what))
    must(resend->from >= 1 && resend->to >= resend->from && resend->to - resend->from <= 100'000);
}

}  // namespace

// The first byte chooses the name of the command and whether there is a key. The linker knows the function by its name
// (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto called = names.at(data[0] % names.size());
  const bool with_key = (data[0] & 0x80U) != 0;
  const std::string payload(data + 1, data + size);
  const auto reading = read_order(called, "kuzet/v1/s/n/cmd/" + std::string(called), payload,
                                  with_key ? std::optional(some_key()) : std::nullopt);
  must(reading.id.size() <= 64);
  if (reading.order) {
    must(!with_key && reading.id == reading.order->id);  // nobody guesses a signature
    must_hold(called, *reading.order);
  } else {
    const auto& why = reading.order.error().what;
    must(why.size() < 500);
    must_be_a_sentence(why);
  }
  return 0;
}
