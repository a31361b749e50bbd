// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the figures in a row of the history: whatever bytes stand there are read or refused, and what was read is the
// same after it was written again. Run as `packing_fuzz -max_len=512 CORPUS`.
#include "agent/outbox/packing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace kuzet;
using namespace kuzet::outbox;

void check(bool right) {
  if (!right) std::abort();
}

/// Written by the agent itself: read without a fault, by all ways, and each time the same. Bytes are compared, since values may
/// be no numbers.
void read_back(const Packed& figures) {
  const std::string bytes = pack(figures);
  Packed again;
  check(unpack(bytes, again));
  check(again.size() == figures.size());
  check(pack(again) == bytes);
  for (const auto& [number, one] : figures) {
    Figures alone;
    check(unpack_one(bytes, number, alone));
    check(alone.n == one.n && alone.uncertain == one.uncertain && alone.bad == one.bad);
    check(pack({{number, alone}}) == pack({{number, one}}));
    (void)alone.quality();
  }
}

}  // namespace

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string all(data, data + size);
  Packed figures;
  Figures one;
  check(unpack(all, figures) == unpack_one(all, 0, one));
  read_back(figures);
  check(unpack(all, figures) == unpack_one(all, 1, one));  // on top of what is there, as minutes become hours
  read_back(figures);
  return 0;
}
