// SPDX-License-Identifier: Apache-2.0
// What a check of the board found, in one sentence, and what to do about it.
#pragma once

#include <boost/json/object.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::run::checks {

/// From the least to the most urgent. unknown: this machine does not tell.
enum class State { good, unknown, warning, bad };

constexpr std::string_view name(State state) {
  constexpr std::string_view names[] = {"good", "unknown", "warning", "bad"};
  return names[static_cast<std::size_t>(state)];
}

struct Remark {
  std::string check;    ///< "clock", "names", "broker", ...
  std::string subject;  ///< the server, file or device that it is about; empty: the board
  State state = State::good;
  std::string what;    ///< one sentence with the figures; never a password
  std::string remedy;  ///< what to do; empty where nothing is to be done
};

using Remarks = std::vector<Remark>;

inline void append(Remarks& all, Remarks more) { std::ranges::move(more, std::back_inserter(all)); }

inline boost::json::object to_json(const Remark& remark) {
  return {{"check", remark.check},
          {"subject", remark.subject},
          {"state", name(remark.state)},
          {"what", remark.what},
          {"do", remark.remedy}};
}

}  // namespace kuzet::run::checks
