// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the settings reader: whatever the file holds, it is read or refused with a line, and never crashes. Run as
// `settings_fuzz -max_len=4096 CORPUS`.
#include "tests/fuzz/sample_settings.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kuzet::Faults faults("fuzz.yaml");
  kuzet::sample::read(std::string(data, data + size), faults);
  for (const auto& fault : faults.all())
    if (fault.at.line < 1 || fault.what.empty()) std::abort();
  return 0;
}
