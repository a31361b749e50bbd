// SPDX-License-Identifier: Apache-2.0
// Reading and judging what the enrolment service answers.
#include "agent/enrolment/answer.hpp"

#include "drivers/net/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>
#include <regex>

namespace kuzet::enrolment {

namespace json = boost::json;

namespace {

constexpr auto schema = "kuzet.enrolled/1";
constexpr std::size_t most_servers = 16, longest_server = 256, longest_reason = 200;
constexpr auto clocks_differ = std::chrono::minutes(10);  // between this board and the city, without harm

Error wrong(const std::string& what) { return {Code::corrupt, what}; }

Result<std::string> text_of(const json::object& all, const char* name, bool must = true) {
  const auto* value = all.if_contains(name);
  if (!must && (value == nullptr || value->is_null())) return std::string();
  if (value == nullptr) return wrong("the answer has no \"" + std::string(name) + "\"");
  if (!value->is_string()) return wrong("\"" + std::string(name) + "\" in the answer is no text");
  return std::string(value->as_string());
}

Result<std::string> id_of(const json::object& all, const char* name) {
  static const std::regex form("[a-z0-9_-]{1,40}");
  auto out = text_of(all, name);
  if (out && !std::regex_match(*out, form))
    return wrong("\"" + std::string(name) + "\" in the answer must be 1 to 40 of a-z, 0-9, _ and -");
  return out;
}

/// A broker that can be shown a certificate.
bool is_server(const std::string& text) {
  static const std::regex form(R"((mqtts|wss)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?)");
  return text.size() <= longest_server && std::regex_match(text, form);
}

Result<std::vector<std::string>> servers_of(const json::object& all) {
  const auto* list = all.if_contains("servers");
  if (list == nullptr || !list->is_array() || list->as_array().empty() || list->as_array().size() > most_servers)
    return wrong("\"servers\" in the answer must be a list of 1 to " + std::to_string(most_servers) + " brokers");
  std::vector<std::string> out;
  for (const auto& one : list->as_array()) {
    if (!one.is_string() || !is_server(std::string(one.as_string())))
      return wrong(
          "\"servers\" in the answer must be addresses that begin with mqtts:// or wss://, since elsewhere nobody sees a "
          "certificate");
    out.emplace_back(one.as_string());
  }
  return out;
}

Result<Chain> chain_of(const json::object& all, const char* name) {
  const auto text = text_of(all, name);
  if (!text) return text.error();
  auto out = read_chain(*text);
  if (!out) return wrong("\"" + std::string(name) + "\" in the answer: " + out.error().what);
  return out;
}

Result<json::object> object_in(std::string_view text) {
  boost::system::error_code failed;
  auto value = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed) return wrong("the answer is not JSON: " + failed.message());
  if (!value.is_object()) return wrong("the answer is no JSON object");
  return std::move(value.as_object());
}

}  // namespace

Result<> check_address(const std::string& url) {
  const auto parsed = drivers::net::parse_url(url);
  if (!parsed || !parsed->tls)
    return Error{Code::config,
                 url.starts_with("http://")
                     ? "the address must begin with https://: over http:// anybody on the way could take the token"
                     : "the address must be https://HOST[:PORT]/PATH"};
  return {};
}

Result<Granted> parse_answer(std::string_view text) {
  const auto all = object_in(text);
  if (!all) return all.error();
  const auto named = text_of(*all, "schema");
  if (!named) return named.error();
  if (*named != schema) return wrong("the answer is of another kind than " + std::string(schema));
  auto chain = chain_of(*all, "certificate");
  if (!chain) return chain.error();
  auto authority = text_of(*all, "authority", false);
  if (!authority) return authority.error();
  if (!authority->empty()) {
    auto authorities = chain_of(*all, "authority");
    if (!authorities) return authorities.error();
    *authority = std::move(authorities->pem);
  }
  auto node = id_of(*all, "node"), site = id_of(*all, "site"), renew = text_of(*all, "renew", false);
  auto servers = servers_of(*all);
  if (!node) return node.error();
  if (!site) return site.error();
  if (!servers) return servers.error();
  if (!renew) return renew.error();
  if (!renew->empty())
    if (const auto fit = check_address(*renew); !fit) return wrong("\"renew\" in the answer: " + fit.error().what);
  return Granted{std::move(*chain), std::move(*authority), std::move(*node),
                 std::move(*site),  std::move(*servers),   std::move(*renew)};
}

Result<> judge(const Granted& granted, const std::string& mark, Wall now) {
  const auto& ours = granted.chain.first;
  const std::string client = "kuzet-" + granted.site + "-" + granted.node;
  if (ours.mark != mark) return wrong("the certificate is for another key than this board's");
  if (ours.owner != granted.node && ours.owner != client)
    return wrong("the certificate's common name is neither \"" + granted.node + "\" nor \"" + client + "\"");
  if (!ours.for_clients) return wrong("the certificate is not one that a client may show");
  const std::string clock = "; this board's clock says " + rfc3339(now);
  if (ours.from > now + clocks_differ)
    return wrong("the certificate is valid from " + rfc3339(ours.from) + clock + ": set the clock (timedatectl) and try again");
  if (ours.until <= now) return wrong("the certificate has expired on " + rfc3339(ours.until) + clock);
  return {};
}

std::string reason_in(std::string_view text) {
  const auto all = object_in(text);
  if (!all) return {};
  auto why = text_of(*all, "why");
  if (!why) return {};
  if (why->size() > longest_reason) {
    std::size_t end = longest_reason;
    while (end > 0 && (static_cast<unsigned char>((*why)[end]) & 0xC0U) == 0x80U) --end;
    *why = why->substr(0, end) + " ...";
  }
  for (char& c : *why)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return *why;
}

}  // namespace kuzet::enrolment
