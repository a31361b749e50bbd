// SPDX-License-Identifier: Apache-2.0
// A table of letters that are taken for others, after Unicode's confusables.txt: those that stand on keyboards of the region.
#include "agent/core/lookalikes.hpp"

#include "agent/core/utf8.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kuzet {

namespace {

struct Pair {
  char32_t strange;
  char plain;
};
constexpr std::array pairs{
    Pair{U'а', 'a'}, Pair{U'с', 'c'}, Pair{U'е', 'e'}, Pair{U'һ', 'h'}, Pair{U'і', 'i'}, Pair{U'ј', 'j'},  Pair{U'к', 'k'},
    Pair{U'м', 'm'}, Pair{U'о', 'o'}, Pair{U'р', 'p'}, Pair{U'ѕ', 's'}, Pair{U'т', 't'}, Pair{U'у', 'y'},  Pair{U'х', 'x'},
    Pair{U'А', 'A'}, Pair{U'В', 'B'}, Pair{U'С', 'C'}, Pair{U'Е', 'E'}, Pair{U'Н', 'H'}, Pair{U'І', 'I'},  Pair{U'К', 'K'},
    Pair{U'М', 'M'}, Pair{U'О', 'O'}, Pair{U'Р', 'P'}, Pair{U'Ѕ', 'S'}, Pair{U'Т', 'T'}, Pair{U'У', 'Y'},  Pair{U'Х', 'X'},
    Pair{U'ο', 'o'}, Pair{U'α', 'a'}, Pair{U'ν', 'v'}, Pair{U'ρ', 'p'}, Pair{U'ι', 'i'}, Pair{U'‘', '\''}, Pair{U'’', '\''},
    Pair{U'“', '"'}, Pair{U'”', '"'}, Pair{U'„', '"'}, Pair{U'«', '"'}, Pair{U'»', '"'}, Pair{U'−', '-'}};

constexpr char nothing = 0;  // what an invisible character looks like

bool is_space(char32_t c) { return c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000; }
bool is_invisible(char32_t c) { return c == 0xAD || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF; }
bool is_dash(char32_t c) { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }
bool is_wide(char32_t c) { return c >= 0xFF01 && c <= 0xFF5E; }

std::optional<char> plain_of(char32_t c) {
  if (is_space(c)) return ' ';
  if (is_invisible(c)) return nothing;
  if (is_dash(c)) return '-';
  if (is_wide(c)) return static_cast<char>(c - 0xFF01 + '!');
  const auto found = std::ranges::find(pairs, c, &Pair::strange);
  return found == pairs.end() ? std::nullopt : std::optional(found->plain);
}

const char* kind_of(char32_t c) {
  if (is_space(c)) return "is no plain space";
  if (is_invisible(c)) return "an invisible character";
  if (is_dash(c)) return "is a long dash";
  if (is_wide(c)) return "is a wide letter";
  if (c >= 0x400 && c < 0x530) return "is a Cyrillic letter";
  return c >= 0x370 && c < 0x400 ? "is a Greek letter" : "is a quote of a word processor";
}

/// One character of UTF-8.
char32_t character(std::string_view bytes) {
  const auto byte = [bytes](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() == 1) return byte(0);
  char32_t out = byte(0) & (0xFFU >> (bytes.size() + 1));
  for (std::size_t i = 1; i < bytes.size(); ++i) out = out << 6 | (byte(i) & 0x3F);
  return out;
}

/// Calls `use` with the bytes of each character and the character; a byte that is no UTF-8 is passed as it is, as 0.
template <class Use>
void each_character(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto bytes = text.substr(0, std::max<std::size_t>(1, length));
    use(bytes, length == 0 ? char32_t{0} : character(bytes));
    text.remove_prefix(bytes.size());
  }
}

}  // namespace

std::string plain_letters(std::string_view text) {
  std::string out;
  each_character(text, [&](std::string_view bytes, char32_t c) {
    const auto plain = plain_of(c);
    if (!plain) out += bytes;
    if (plain && *plain != nothing) out += *plain;
  });
  return out;
}

std::string strange_letter(std::string_view text) {
  std::string out;
  each_character(text, [&](std::string_view bytes, char32_t c) {
    if (!out.empty() || !plain_of(c)) return;
    out = is_invisible(c) ? std::string(" (") + kind_of(c) + " is in it)"
                          : " (\"" + std::string(bytes) + "\" in it " + kind_of(c) + ")";
  });
  return out;
}

}  // namespace kuzet
