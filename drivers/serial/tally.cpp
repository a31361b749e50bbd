// SPDX-License-Identifier: Apache-2.0
// Counts, and judges seldom.
#include "drivers/serial/tally.hpp"

#include <array>
#include <cstdio>

namespace kuzet::drivers::serial {

using namespace std::chrono_literals;

namespace {

constexpr Duration between = 30s;
constexpr std::uint64_t few = 3;  // one burst of noise is not worth a word
constexpr std::size_t most_kept = 48;
constexpr std::uint64_t enough = 20;  // so many tell how it is now: older ones are forgotten

}  // namespace

void Tally::bad(std::string_view why, std::string_view raw) {
  ++bad_;
  why_ = why;
  raw_ = raw.substr(0, most_kept);  // it is made readable when somebody is to read it: a flood of noise costs little
}

std::optional<std::string> Tally::verdict(Steady now) {
  if (bad_ < few || (judged_ && now - *judged_ < between)) return std::nullopt;
  const auto all = good_ + bad_;
  const bool told = lenient_ ? good_ == 0 : bad_ > good_;
  if (!told && all < enough) return std::nullopt;
  judged_ = now;
  const std::string sentence = std::to_string(bad_) + " of " + std::to_string(all) + " " + things_ + ": " + why_ +
                               (raw_.empty() ? "" : ": \"" + excerpt(raw_) + "\"");
  forget();
  return told ? std::optional(sentence) : std::nullopt;
}

std::string excerpt(std::string_view bytes, std::size_t most) {
  std::string out;
  for (const char c : bytes) {
    if (out.size() >= most) return out + "...";
    if (c >= ' ' && c <= '~' && c != '\\' && c != '"') {
      out += c;
      continue;
    }
    std::array<char, 5> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code.data();
  }
  return out;
}

}  // namespace kuzet::drivers::serial
