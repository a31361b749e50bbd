// SPDX-License-Identifier: Apache-2.0
// The rooms of the house as rules: who may include whom, and which library lives where.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::house {

/// One #include line: what stands between the quotes or the angle brackets.
struct Include {
  std::string what;
  bool quoted = true;
};

/// All includes of a source text, in their order.
std::vector<Include> includes(const std::string& source);

/// The room that a file of agent, vision or drivers belongs to: "core", "vision"; agent/main.cpp is "cli". Empty: none.
std::string room_of(std::string_view file);

/// The plugin that a file belongs to: "vision/fire"; empty for what plugins share and for everything else.
std::string plugin_of(std::string_view file);

/// One sentence that says why `file` may not include that; nullopt when it may.
std::optional<std::string> complaint(const std::string& file, const Include& include);

/// What is wrong with a plugin's folder that holds these files: "vision/fire: sample.yaml is missing".
std::vector<std::string> folder_complaints(const std::string& folder, const std::vector<std::string>& files);

/// What is wrong with the beginning of a source file: no SPDX line, no sentence after it.
std::optional<std::string> head_complaint(const std::string& file, const std::string& source);

/// The names in a .def file, in their order.
std::vector<std::string> listed_plugins(const std::string& def);

}  // namespace kuzet::house
