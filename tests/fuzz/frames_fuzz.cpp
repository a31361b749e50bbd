// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what a dust sensor, or a bad line to it, can say: however the bytes are cut, the same frames are found, none
// is lost behind garbage, and little is kept. Run as `frames_fuzz -max_len=4096 CORPUS`.
#include "drivers/particulate/frames.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using namespace kuzet::drivers::particulate;

void must(bool holds) {
  if (!holds) std::abort();
}

bool same(const Word& one, const Word& other) {
  return one.values == other.values && one.pm2_5 == other.pm2_5 && one.pm10 == other.pm10 && one.pm1 == other.pm1 &&
         one.fault == other.fault && one.command == other.command && one.answer == other.answer;
}

std::vector<Word> words_of(Model model, std::string_view bytes, std::size_t piece) {
  std::vector<Word> out;
  Frames frames(model);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    frames.feed(bytes.substr(0, piece), [&](const Word& word) { out.push_back(word); });
  return out;
}

/// A frame that is good, and holds no head of another.
std::string good_frame(Model model) {
  if (model == Model::sds011) return {"\xAA\xC0\x10\x20\x30\x40\x50\x60\x50\xAB", 10};
  std::string out("\x42\x4D\x00\x1C", 4);
  unsigned sum = 0x42 + 0x4D + 0x1C;
  for (unsigned i = 0; i < 26; ++i) {
    out += static_cast<char>(i);
    sum += i;
  }
  return out + static_cast<char>(sum >> 8U) + static_cast<char>(sum & 0xFFU);
}

}  // namespace

// The first byte chooses the sensor and the pieces. The linker knows the function by its name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto model = static_cast<Model>(data[0] % 3);
  const std::string bytes(data + 1, data + size);
  const auto whole = words_of(model, bytes, bytes.size() + 1);
  const auto pieces = words_of(model, bytes, data[0] / 3 % 40 + 1);
  must(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    must(same(whole[i], pieces[i]));
    must(std::isfinite(whole[i].pm2_5) && whole[i].pm2_5 >= 0 && whole[i].pm2_5 < 65536);
  }
  // Two good frames behind it: what was begun may eat the first only if it is a good frame itself, and never the second.
  const std::string good = good_frame(model);
  const auto more = words_of(model, bytes + good + good, bytes.size() + 1);
  must(more.size() > whole.size() && more.back().values && same(more.back(), words_of(model, good, 1).front()));
  return 0;
}
