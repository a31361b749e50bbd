// SPDX-License-Identifier: Apache-2.0
// What of a board's settings the control centre may change, and how that is laid over the board's own file.
#pragma once

#include "agent/core/document.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// One line of the table: a setting with all below it, "cameras[].detect[]"; the longest that fits counts.
struct RemoteSetting {
  std::string_view key;
  bool may;
  std::string_view why;  ///< a sentence's end: why it may be changed from afar, or why not
};

/// The whole table. What fits no line may not be changed.
std::span<const RemoteSetting> remote_settings();

/// Lays `settings` over the tree of a right file: maps by their keys; cameras, sensors, detectors, rules and the like by what
/// names them, and only what is there already; privacy zones are added; any other value takes the old one's place. What may not
/// be changed is told, with its key in the words of the settings ("cameras[yard].detect[fire].evidence"); nothing is changed
/// then.
std::vector<Fault> lay_over(Node& root, const boost::json::object& settings);

/// A key as faults of a configuration give it, with names in the place of numbers: "cameras[0].detect[1].dwell" becomes
/// "cameras[yard].detect[illegal_parking].dwell".
std::string with_names(const Node& root, const std::string& key);

}  // namespace kuzet::run
