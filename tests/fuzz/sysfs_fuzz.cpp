// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what files of the kernel may hold: numbers, conversions of thermometers, the firmware's word, wear of cards,
// memory, names of channels. Run as `sysfs_fuzz -max_len=4096 CORPUS`.
#include "drivers/sysfs/health.hpp"
#include "drivers/iio/kinds.hpp"
#include "drivers/onewire/slave.hpp"
#include "drivers/sysfs/files.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace kuzet::drivers;

void must(bool holds) {
  if (!holds) std::abort();
}

void read_channel(const std::string& text) {
  if (iio::kind_of(text) == nullptr) return;
  const auto names = iio::shared_names(text, "scale");
  must(!names.empty() && names.front() == text + "_scale" && names.back() == "scale");
  for (const auto& name : names) must(name.find('/') == std::string::npos);
}

}  // namespace

// The first byte chooses the reader. The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  switch (data[0] % 6) {
    case 0: {
      const auto value = sysfs::number(text);
      must(!value || std::isfinite(*value));
      break;
    }
    case 1: {
      const auto conversion = onewire::parse_slave(text);
      must(!conversion || std::isfinite(conversion->celsius));
      break;
    }
    case 2: (void)board::parse_throttled(text); break;
    case 3: {
      const auto wear = board::parse_life_time(text);
      must(!wear || (*wear >= 10 && *wear <= 110));
      break;
    }
    case 4: {
      const auto memory = board::parse_meminfo(text, "MemTotal");
      must(!memory || std::isfinite(*memory));
      break;
    }
    default: read_channel(text);
  }
  const auto shown = sysfs::shown(text);
  must(shown.size() <= 203 && std::ranges::all_of(shown, [](char c) { return c >= ' ' && c <= '~'; }));
  return 0;
}
