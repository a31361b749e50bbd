// SPDX-License-Identifier: Apache-2.0
// One form for all ways of writing the same.
#include "agent/run/fingerprint.hpp"

#include "agent/outbox/hash.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace kuzet::run {

namespace {

/// Lengths stand before texts, so that no text can look like the end of another.
void put(std::string& out, char kind, const std::string& text) { out += kind + std::to_string(text.size()) + ":" + text; }

void put(std::string& out, const Node& node) {
  switch (node.type) {
    case Node::Type::nothing: out += "-"; return;
    case Node::Type::scalar: return put(out, node.quoted ? 'q' : 's', node.text);
    case Node::Type::sequence:
      out += "[";
      for (const auto& item : node.items) put(out, item);
      out += "]";
      return;
    case Node::Type::map: break;
  }
  std::vector<const Node::Member*> members;
  for (const auto& member : node.members) members.push_back(&member);
  std::ranges::sort(members, std::less<>(), [](const Node::Member* member) -> const std::string& { return member->key; });
  out += "{";
  for (const auto* member : members) {
    put(out, 'k', member->key);
    put(out, member->value);
  }
  out += "}";
}

}  // namespace

std::string fingerprint_of(const Node& node) {
  std::string text;
  put(text, node);
  return outbox::sha256(text);
}

}  // namespace kuzet::run
