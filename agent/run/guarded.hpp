// SPDX-License-Identifier: Apache-2.0
// What the agent tells the guardian of its outputs: which they are, and how they are reached.
#pragma once

#include "agent/core/result.hpp"
#include "agent/run/output_schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// Its text that ends a guardian in good order; without it the agent is dead.
inline constexpr std::string_view good_bye = "bye\n";
constexpr std::size_t longest_list = std::size_t{8} << 20;  ///< bytes; a configuration has one MiB at most

using FindDevice = const drivers::DeviceType* (*)(std::string_view name);

/// One line of JSON. It holds what the configuration does, secrets too, and goes through a pipe alone.
std::string guarded_text(const std::vector<OutputSettings>& outputs);
/// `config` when it cannot be read, or names what `find` does not know.
Result<std::vector<OutputSettings>> read_guarded(std::string_view text, FindDevice find);

}  // namespace kuzet::run
