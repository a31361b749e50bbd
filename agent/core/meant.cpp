// SPDX-License-Identifier: Apache-2.0
// Takes values apart more generously than the readers do, and writes them as the readers want them.
#include "agent/core/meant.hpp"

#include "agent/core/document.hpp"
#include "agent/core/lookalikes.hpp"
#include "agent/core/time.hpp"

#include <algorithm>
#include <array>

namespace kuzet {

namespace {

constexpr std::size_t longest = 40;  // what is longer is no slip

/// How people write a unit, and what it is called here.
struct Name {
  std::string_view said;
  std::string_view unit;
};
constexpr std::array durations{Name{"d", "d"},
                               Name{"day", "d"},
                               Name{"days", "d"},
                               Name{"h", "h"},
                               Name{"hr", "h"},
                               Name{"hrs", "h"},
                               Name{"hour", "h"},
                               Name{"hours", "h"},
                               Name{"min", "min"},
                               Name{"m", "min"},
                               Name{"mins", "min"},
                               Name{"minute", "min"},
                               Name{"minutes", "min"},
                               Name{"s", "s"},
                               Name{"sec", "s"},
                               Name{"secs", "s"},
                               Name{"second", "s"},
                               Name{"seconds", "s"},
                               Name{"ms", "ms"},
                               Name{"msec", "ms"},
                               Name{"millisecond", "ms"},
                               Name{"milliseconds", "ms"},
                               Name{"мин", "min"},
                               Name{"минут", "min"},
                               Name{"сек", "s"},
                               Name{"секунд", "s"},
                               Name{"ч", "h"},
                               Name{"час", "h"},
                               Name{"д", "d"}};
constexpr std::array sizes{Name{"b", "B"},     Name{"byte", "B"},  Name{"bytes", "B"},  Name{"k", "kB"},     Name{"kb", "kB"},
                           Name{"kib", "KiB"}, Name{"m", "MB"},    Name{"mb", "MB"},    Name{"mbyte", "MB"}, Name{"mib", "MiB"},
                           Name{"g", "GB"},    Name{"gb", "GB"},   Name{"gbyte", "GB"}, Name{"gib", "GiB"},  Name{"t", "TB"},
                           Name{"tb", "TB"},   Name{"tib", "TiB"}, Name{"гб", "GB"},    Name{"мб", "MB"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Small letters of ASCII, without blanks and quotes; look-alikes only where `fold`.
std::string squeezed(std::string_view text, bool fold) {
  std::string out = fold ? plain_letters(text) : std::string(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '"' || c == '\''; });
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

template <class Names>
std::string unit_named(const std::string& word, const Names& names) {
  std::vector<std::string> known;
  for (const auto& name : names) {
    if (name.said == word) return std::string(name.unit);
    if (name.said.size() >= 3) known.emplace_back(name.said);
  }
  const auto near = word.size() >= 3 ? nearest(word, known) : std::nullopt;
  if (!near) return {};
  return std::string(std::ranges::find(names, *near, &Name::said)->unit);
}

/// "1h30m" is "1h30min"; empty where a part is not understood.
template <class Names>
std::string rewritten(const std::string& text, const Names& names) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto digits = std::min(text.find_first_not_of("0123456789.,", i), text.size());
    const auto letters = std::min(text.find_first_of("0123456789", digits), text.size());
    const auto unit = unit_named(text.substr(digits, letters - digits), names);
    if (digits == i || unit.empty()) return {};
    std::string number = text.substr(i, digits - i);
    std::ranges::replace(number, ',', '.');
    out += number + unit;
    i = letters;
  }
  return out;
}

std::string did_you_mean(const std::string& what, std::string_view said) {
  return what.empty() || what == said ? std::string() : "; did you mean \"" + what + "\"?" + strange_letter(said);
}

bool is_number(const std::string& text) {
  const auto digits = std::ranges::count_if(text, is_digit), points = std::ranges::count(text, '.');
  const auto sign = text.starts_with('-') ? 1 : 0;
  return digits > 0 && points <= 1 && digits + points + sign == static_cast<std::ptrdiff_t>(text.size());
}

}  // namespace

std::string meant_duration(std::string_view text) {
  if (text.empty() || text.size() > longest) return {};
  const std::string bare = squeezed(text, false), folded = squeezed(text, true);
  if (std::ranges::all_of(folded, is_digit)) return "; it has no unit: " + folded + "s or " + folded + "min";
  for (const auto& word : {bare, folded})
    if (const auto out = rewritten(word, durations); !out.empty() && parse_duration(out)) return did_you_mean(out, text);
  return {};
}

std::string meant_size(std::string_view text) {
  if (text.empty() || text.size() > longest) return {};
  for (const auto& word : {squeezed(text, false), squeezed(text, true)})
    if (const auto out = rewritten(word, sizes); !out.empty()) return did_you_mean(out, text);
  return {};
}

std::string meant_number(std::string_view text) {
  if (text.empty() || text.size() > longest) return {};
  std::string out = squeezed(text, true);
  if (out.starts_with('+')) out.erase(0, 1);
  std::ranges::replace(out, ',', '.');
  const auto end = std::min(out.find_first_not_of("-.0123456789"), out.size());  // "25people", "5%"
  const std::string rest = out.substr(end);
  const bool of_another_kind = rest.starts_with('x') || rest.starts_with('_') || rest.starts_with('e');  // 0x10, 1_000, 1e999
  out.resize(end);
  return is_number(out) && !of_another_kind ? did_you_mean(out, text) : std::string();
}

std::string meant_truth(std::string_view text) {
  constexpr std::array yes{"true", "yes", "on", "y", "1", "да"}, no{"false", "no", "off", "n", "0", "нет"};
  const std::string bare = squeezed(text, false), folded = squeezed(text, true);
  for (const auto& word : {bare, folded}) {
    if (std::ranges::find(yes, word) != yes.end()) return "; did you mean true?";
    if (std::ranges::find(no, word) != no.end()) return "; did you mean false?";
  }
  const auto near = nearest(folded, {"true", "false"});
  return near ? "; did you mean " + *near + "?" : std::string();
}

std::string meant_id(std::string_view text) {
  if (text.size() > longest) return {};
  std::string out;
  for (char c : plain_letters(text)) {
    if (c == '"' || c == '\'') continue;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '.' || c == '/') c = '-';
    const bool fits = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-';
    if (!fits) return {};  // a name in other letters is nobody's slip
    if (c != '-' || !out.ends_with('-')) out += c;
  }
  const bool names_something = std::ranges::any_of(out, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c); });
  return names_something ? did_you_mean(out, text) : std::string();
}

}  // namespace kuzet
