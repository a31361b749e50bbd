// SPDX-License-Identifier: Apache-2.0
// Finds what is kept of a channel by sensor and name, without making texts of them for each reading.
#pragma once

#include <string_view>

namespace kuzet::alerts {

/// Orders pairs of texts, whatever holds them.
struct ChannelOrder {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    const int order = std::string_view(a.first).compare(b.first);
    return order != 0 ? order < 0 : std::string_view(a.second) < std::string_view(b.second);
  }
};

}  // namespace kuzet::alerts
