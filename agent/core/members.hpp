// SPDX-License-Identifier: Apache-2.0
// Members of a JSON object that somebody else may have written.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace kuzet {

/// The text of a member; empty where there is none, or it is no text.
inline std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace kuzet
