// SPDX-License-Identifier: Apache-2.0
// Comparison of values.
#include "agent/core/same.hpp"

#include <algorithm>

namespace kuzet {

bool same(const Node& a, const Node& b) {
  return a.type == b.type && a.text == b.text && a.quoted == b.quoted && std::ranges::equal(a.items, b.items, same) &&
         a.members.size() == b.members.size() && std::ranges::all_of(a.members, [&](const Node::Member& member) {
           const Node* other = b.find(member.key);
           return other != nullptr && same(member.value, *other);
         });
}

}  // namespace kuzet
