// SPDX-License-Identifier: Apache-2.0
// Takes addresses apart and puts them together.
#include "drivers/av/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace kuzet::drivers::av {

namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

int hex(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// "p%40ss" as "p@ss"; a "%" that encodes nothing stays.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF", plain = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (letter(c) || digit(c) || plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

/// Where name and password end, at their "@", as agent/core/source.cpp finds it.
std::size_t user_end(std::string_view source) {
  const auto strict = source.substr(0, source.find_first_of("/?#")).rfind('@');
  if (strict != std::string_view::npos) return strict;
  const auto slack = source.substr(0, source.find('?')).rfind('@');
  const bool named = slack != std::string_view::npos && slack > 0 && source.substr(0, slack).find(':') < slack;
  return named ? slack : std::string_view::npos;
}

/// "name:8554", "[::1]:8554".
bool split_host(std::string_view text, Address& out) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    out.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (!port.empty() && !port.starts_with(':')) return false;
  if (!port.empty()) port.remove_prefix(1);
  out.port = port;
  return !out.host.empty() && port.size() <= 5 && std::ranges::all_of(port, digit) &&
         std::ranges::none_of(out.host, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

std::string in_brackets(std::string_view host) {
  return host.find(':') == std::string_view::npos ? std::string(host) : "[" + std::string(host) + "]";
}

}  // namespace

std::string Address::where() const { return in_brackets(host) + (port.empty() ? "" : ":" + port); }

std::string Address::at(std::string_view other_host) const {
  std::string out = scheme + "://";
  if (!user.empty() || !password.empty()) out += encoded(user) + ":" + encoded(password) + "@";
  return out + in_brackets(other_host) + (port.empty() ? "" : ":" + port) + rest;
}

bool Address::numeric() const {
  std::array<unsigned char, 16> binary{};
  return inet_pton(AF_INET, host.c_str(), binary.data()) == 1 || inet_pton(AF_INET6, host.c_str(), binary.data()) == 1;
}

std::optional<Address> parse_address(std::string_view source) {
  const auto scheme = source.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
  Address out;
  out.scheme = source.substr(0, scheme);
  std::ranges::transform(out.scheme, out.scheme.begin(), [](char c) { return letter(c) ? static_cast<char>(c | 0x20) : c; });
  source.remove_prefix(scheme + 3);
  if (const auto user = user_end(source); user != std::string_view::npos) {
    const auto both = source.substr(0, user);
    const auto colon = both.find(':');
    out.user = decoded(both.substr(0, colon));
    if (colon != std::string_view::npos) out.password = decoded(both.substr(colon + 1));
    source.remove_prefix(user + 1);
  }
  const auto rest = std::min(source.find_first_of("/?#"), source.size());
  out.rest = source.substr(rest, source.find('#') - rest);
  if (!out.rest.empty() && out.rest[0] != '/') out.rest.insert(0, "/");
  if (!split_host(source.substr(0, rest), out)) return std::nullopt;
  return out;
}

}  // namespace kuzet::drivers::av
