// SPDX-License-Identifier: Apache-2.0
// How the makers of cameras write the address of the second, smaller stream.
#include "agent/cli/advice.hpp"
#include "agent/core/source.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace kuzet::cli {

namespace {

/// `main` stands alone between other characters than letters and digits.
struct Pair {
  std::string_view main, sub;
};

// From the manuals of the makers, and from what their customers write to others.
constexpr std::array pairs{
    Pair{"subtype=0", "subtype=1"},  // Dahua, Amcrest, Lorex
    Pair{"stream=0", "stream=1"},    // XMEye and its relatives
    Pair{"101", "102"},
    Pair{"201", "202"},  // Hikvision: channel and stream; recorders have more channels
    Pair{"301", "302"},
    Pair{"401", "402"},
    Pair{"main", "sub"},
    Pair{"Main", "Sub"},  // Reolink, Foscam, Hikvision (old), Ezviz
    Pair{"videoMain", "videoSub"},
    Pair{"stream1", "stream2"},
    Pair{"stream0", "stream1"},  // TP-Link; Vivotek
    Pair{"video1", "video2"},
    Pair{"s0", "s1"},  // Uniview
    Pair{"profile1", "profile2"},
    Pair{"profile0", "profile1"},
    Pair{"onvif1", "onvif2"},
    Pair{"ch0", "ch1"},
    Pair{"live0", "live1"},
    Pair{"11", "12"},  // HiSilicon
    Pair{"0", "1"},
};

bool letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Where the path begins: names and passwords must not be changed.
std::size_t path_of(std::string_view source) {
  const auto scheme = source.find("://");
  if (scheme == std::string_view::npos) return std::string_view::npos;
  const std::string shown = shown_source(source);  // which knows that a password may hold a slash
  const auto slash = shown.find('/', scheme + 3);
  if (slash == std::string::npos) return std::string_view::npos;
  if (source.starts_with(shown.substr(0, slash + 1))) return slash;
  const auto host = "@" + shown.substr(scheme + 3, slash - scheme - 2);
  const auto at = source.substr(0, source.find('?')).rfind(host);
  return at == std::string_view::npos ? at : at + host.size() - 1;
}

/// The last place where it stands alone.
std::size_t find_alone(std::string_view text, std::string_view word, std::size_t from) {
  for (auto at = text.rfind(word); at != std::string_view::npos && at >= from; at = at == 0 ? at : text.rfind(word, at - 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) return at;
    if (at == 0) break;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<Candidate> sub_stream_candidates(std::string_view source) {
  std::vector<Candidate> out;
  const auto from = path_of(source);
  if (from == std::string_view::npos) return out;
  const auto query = source.find('?', from);
  for (const auto& pair : pairs) {
    // Of what stands after the question mark, only a value that the table names may be told: others may be a password.
    const bool named = pair.main.find('=') != std::string_view::npos;
    const auto at = find_alone(named ? source : source.substr(0, query), pair.main, from);
    if (at == std::string_view::npos || (!named && source[at - 1] == '=')) continue;
    std::string other(source);
    other.replace(at, pair.main.size(), pair.sub);
    std::string shown = shown_source(other);
    if (at > query) shown += " (" + std::string(pair.sub) + " instead of " + std::string(pair.main) + ")";
    out.push_back({std::move(other), std::move(shown)});
  }
  return out;
}

}  // namespace kuzet::cli
