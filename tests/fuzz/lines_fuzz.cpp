// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what a device that writes lines can say, in every format: it is read or refused, the same however the bytes
// are cut, and never crashes. Run as `lines_fuzz -max_len=9000 CORPUS`.
#include "drivers/serial/tally.hpp"
#include "drivers/serial_line/cutter.hpp"
#include "drivers/serial_line/format.hpp"
#include "drivers/serial_line/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace kuzet;
using namespace kuzet::drivers::serial_line;

void must(bool holds) {
  if (!holds) std::abort();
}

Told told(const std::string& name, const std::string& sentence, std::int64_t field, const std::string& as,
          const std::string& column) {
  Told out;
  out.name = name;
  out.sentence = sentence;
  out.field = field;
  out.as = as;
  out.column = column;
  return out;
}

LineSettings settings_of(int which) {
  LineSettings out;
  out.readings = {told("a", "GGA", 2, "degrees", "1"), told("b", "MTA", 1, "number", "4")};
  out.format = which < 2 ? "nmea" : which < 6 ? "csv" : "regex";
  out.checksum = which == 0;
  const char* const separators[] = {",", ";", "tab", "space"};
  if (which >= 2 && which < 6) out.separator = separators[which - 2];
  if (which == 3) out.readings[1].column = "temp";
  out.pattern = "(?P<word>in|out|[a-z]{1,5})? ?(?P<person>\\S{2,})? *(?P<a>[-+]?[0-9.,]+)?(?P<b>.*)*$";
  out.passages = which == 7;
  return out;
}

std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> out;
  Cutter cutter;
  cutter.opened(Steady());
  const Steady later = Steady() + std::chrono::seconds(1);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    cutter.feed(bytes.substr(0, piece), later, [&](const Cutter::Cut& cut) {
      must(cut.line.size() <= Cutter::longest && !cut.line.empty());
      must(drivers::serial::excerpt(cut.line).size() <= 50);
      if (cut.damage.empty()) out.emplace_back(cut.line);
    });
  return out;
}

}  // namespace

// The first byte chooses the format and the pieces. The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  const auto lines = lines_of(bytes, bytes.size() + 1);
  must(lines == lines_of(bytes, data[0] / 8U + 1U));
  const auto format = make_format(settings_of(data[0] % 8));
  for (const auto& line : lines) {
    const auto heard = format->read(line);
    for (const auto& [channel, value] : heard.values) must(channel < 2 && (!value || std::isfinite(*value)));
    must(heard.why.empty() || (heard.values.empty() && !heard.passing && heard.why.size() < 100));
    if (heard.passing) must(!heard.passing->person.empty() && heard.passing->person.size() <= 256);
    for (const char separator : {',', '\t', ' '}) must(columns_of(line, separator).size() <= line.size() + 1);
  }
  return 0;
}
