// SPDX-License-Identifier: Apache-2.0
// A preset: the template of a kind of place, filled with what was found on a board.
#pragma once

#include "agent/cli/found.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::cli {

/// A template of config/presets. Lines that begin with "#@" are for whoever fills it in:
///   #@ title TEXT       what the place is, in one line
///   #@ insert PART      a part that depends on the board: head, node, uplink, store, sensors, reference ZONE
///   #@ cameras, #@ end  what stands between is a camera's, and is there once for each
/// and <serial> is a serial port.
struct PresetText {
  std::string_view name;
  std::string_view text;
};

/// All of them, in the order of config/presets; compiled in, so that they are there wherever the program is.
std::span<const PresetText> preset_texts();
const PresetText* find_preset(std::string_view name);

/// A camera as the file will name it.
struct PresetCamera {
  std::string id;
  std::string source;         ///< without name and password
  std::string username = {};  ///< where the source had one
  bool secret = false;        ///< ... and a password, which is not written
};

/// Who the board is to be, and what it is to watch.
struct PresetWishes {
  std::string kind;            ///< the preset's name
  std::string file;            ///< where the configuration will be, for the commands in its comments
  std::string schema;          ///< file with the JSON Schema, for editors
  std::string id, site, name;  ///< empty: what was found, or a placeholder
  std::string store = "/var/lib/kuzet";
  std::vector<PresetCamera> cameras;
};

/// The whole configuration. It is right as it stands: what is not known is a placeholder that says CHANGE, or switched off.
std::string filled(const PresetText& preset, const PresetWishes& wishes, const Found& found);

/// "yard=rtsp://user:word@host/x" or without "yard="; nullopt where the id is none. `number` names what has no id.
std::optional<PresetCamera> camera_named(const std::string& text, std::size_t number);

/// The command with the file, where it is not the usual one: "kuzet check --config x.yaml".
std::string command_for(const std::string& command, const std::string& file);

}  // namespace kuzet::cli
