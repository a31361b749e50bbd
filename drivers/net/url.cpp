// SPDX-License-Identifier: Apache-2.0
// Taking addresses apart.
#include "drivers/net/url.hpp"

#include <regex>

namespace kuzet::drivers::net {

std::string Url::site() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (tls ? "https://" : "http://") + name + ":" + port;
}

Result<Url> parse_url(const std::string& text) {
  // No user: names and passwords have settings of their own. No blanks, which would end the request's line.
  static const std::regex form(R"((https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:([0-9]{1,5}))?((/|\?)[!-"$-~]*)?)");
  constexpr std::size_t longest = 2048;
  std::smatch match;
  if (text.size() > longest || !std::regex_match(text, match, form) || (match[4].matched && std::stoul(match[4]) > 65535))
    return Error{Code::config, "is no http:// or https:// address; names and passwords have settings of their own"};
  Url out;
  out.tls = match[1] == "https";
  out.host = match[2];
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  out.port = match[4].matched ? std::string(match[4]) : out.tls ? "443" : "80";
  out.target = match[5];
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

}  // namespace kuzet::drivers::net
