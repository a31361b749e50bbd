// SPDX-License-Identifier: Apache-2.0
// Takes secrets out of addresses.
#include "agent/core/source.hpp"

#include <algorithm>
#include <vector>

namespace kuzet {

namespace {

/// Where an address's own part begins, after "rtsp://"; npos where it is no address.
std::size_t authority(std::string_view source) {
  const auto scheme = source.find("://");
  return scheme == std::string_view::npos ? scheme : scheme + 3;
}

/// "554/sub": what stands behind the colon of a host, not a password.
bool is_port(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789");
  return end != 0 && (end == std::string_view::npos || std::string_view("/?#").find(text[end]) != std::string_view::npos);
}

/// Where name and password end, at their "@"; npos where there are none. A password that nobody encoded may hold "@", "/" or
/// "?": rather a part of the path is hidden than a part of it shown.
std::size_t user_end(std::string_view source, std::size_t from) {
  const auto strict = source.substr(0, source.find_first_of("/?#", from)).rfind('@');
  if (strict != std::string_view::npos && strict >= from) return source.substr(0, source.find('?', from)).rfind('@');
  const auto colon = source.find(':', from), last = source.rfind('@');
  const bool named = last != std::string_view::npos && colon < last && !is_port(source.substr(colon + 1));
  return named ? last : std::string_view::npos;
}

std::string with_hidden_values(std::string_view query) {
  std::string out;
  bool value = false;
  for (const char c : query) {
    if (c == '&' || c == ';') value = false;
    if (!value) out += c;
    if (c == '=' && !value) {
      value = true;
      out += "...";
    }
  }
  return out;
}

/// A password within the path, as the cameras of XMEye have it ("/user=a&password=b&channel=1", or with "_" between them).
std::string_view path_password(std::string_view source, std::size_t from) {
  constexpr std::string_view key = "password=";
  const auto path = source.substr(0, source.find('?', from));
  const auto at = path.find(key, from);
  if (at == std::string_view::npos) return {};
  const auto value = path.substr(at + key.size());
  return value.substr(0, std::min(value.find_first_of("&;/"), value.find("_channel=")));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t i = 0; (i = text.find(what, i)) != std::string::npos; i += by.size()) text.replace(i, what.size(), by);
}

}  // namespace

std::string shown_source(std::string_view source) {
  const auto from = authority(source);
  if (from == std::string_view::npos || source.starts_with("file:")) return std::string(source);
  const auto user = user_end(source, from);
  std::string out(source.substr(0, from));
  const auto begin = user == std::string_view::npos ? from : user + 1;
  const auto rest = source.substr(begin);
  const auto query = rest.find('?');
  std::string path(rest.substr(0, query));
  if (const auto secret = path_password(source, begin); !secret.empty())
    path.replace(static_cast<std::size_t>(secret.data() - rest.data()), secret.size(), "...");
  return out + path + (query == std::string_view::npos ? std::string() : with_hidden_values(rest.substr(query)));
}

std::string without_secrets(std::string text, std::string_view source) {
  constexpr std::size_t least = 3;  // a shorter word is part of too many others
  const auto from = authority(source);
  if (from == std::string_view::npos || source.starts_with("file:")) return text;
  replace_all(text, source, shown_source(source));
  const auto user = user_end(source, from);
  if (const auto secret = path_password(source, from); secret.size() >= least) replace_all(text, secret, "...");
  if (user == std::string_view::npos) return text;
  const auto both = source.substr(from, user - from);
  const auto colon = both.find(':');
  if (colon == std::string_view::npos) return text;
  const auto password = both.substr(colon + 1);
  if (password.size() >= least) replace_all(text, password, "...");
  return text;
}

}  // namespace kuzet
