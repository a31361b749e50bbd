// SPDX-License-Identifier: Apache-2.0
// The parts of a preset that depend on the board.
#pragma once

#include "agent/cli/preset.hpp"

namespace kuzet::cli {

/// The text as YAML reads it as one text: quoted where it would be something else.
std::string yaml_text(const std::string& text);

/// Lines of a part; each ends with a line end. Empty name: nothing.
std::string part_named(std::string_view name, std::string_view title, const PresetWishes& wishes, const Found& found);

/// The beginning of a camera's entry.
std::string camera_part(const PresetCamera& camera, const PresetWishes& wishes, const Found& found);

/// How a reference picture of a zone is made.
std::string reference_part(const std::string& zone, const PresetCamera& camera, const std::string& file);

}  // namespace kuzet::cli
