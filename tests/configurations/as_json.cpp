// SPDX-License-Identifier: Apache-2.0
// The core schema of YAML 1.2.2.
#include "tests/configurations/as_json.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <map>
#include <regex>

namespace kuzet::test {

namespace {

std::string quoted(const std::string& text) { return boost::json::serialize(boost::json::string(text)); }

/// JSON has no +5, no .5, no 5. and no 010.
std::string number(std::string text) {
  const bool negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.erase(0, 1);
  const auto zeros = std::min(text.find_first_not_of('0'), text.size());
  text.erase(0, zeros);
  if (text.empty() || text[0] == '.' || text[0] == 'e' || text[0] == 'E') text.insert(0, "0");
  const auto point = text.find('.');
  if (point != std::string::npos && (point + 1 == text.size() || text[point + 1] == 'e' || text[point + 1] == 'E'))
    text.insert(point + 1, "0");
  return (negative ? "-" : "") + text;
}

std::string plain(const std::string& text) {
  static const std::regex integer("[-+]?[0-9]+"), real(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)"),
      octal("0o[0-7]+"), hexadecimal("0x[0-9a-fA-F]+"), truth("true|True|TRUE"), untruth("false|False|FALSE"),
      infinite(R"([-+]?\.(inf|Inf|INF))"), none(R"(\.(nan|NaN|NAN))");
  if (text.size() > 100) return quoted(text);
  if (std::regex_match(text, truth)) return "true";
  if (std::regex_match(text, untruth)) return "false";
  if (std::regex_match(text, integer) || std::regex_match(text, real)) return number(text);
  if (std::regex_match(text, octal)) return std::to_string(std::stoull(text.substr(2), nullptr, 8));
  if (std::regex_match(text, hexadecimal)) return std::to_string(std::stoull(text.substr(2), nullptr, 16));
  if (std::regex_match(text, infinite)) return text[0] == '-' ? "-1e999" : "1e999";
  if (std::regex_match(text, none)) return "NaN";
  return quoted(text);
}

}  // namespace

std::string as_json(const Node& node) {
  std::string out;
  const auto joined = [&](const std::string& part) { out += (out.size() > 1 ? "," : "") + part; };
  switch (node.type) {
    case Node::Type::nothing: return "null";
    case Node::Type::scalar: return node.quoted ? quoted(node.text) : plain(node.text);
    case Node::Type::sequence:
      out = "[";
      for (const auto& item : node.items) joined(as_json(item));
      return out + "]";
    case Node::Type::map: break;
  }
  std::map<std::string, std::string> members;
  for (const auto& member : node.members) members[member.key] = as_json(member.value);
  out = "{";
  for (const auto& [key, value] : members) joined(quoted(key) + ":" + value);
  return out + "}";
}

}  // namespace kuzet::test
