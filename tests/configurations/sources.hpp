// SPDX-License-Identifier: Apache-2.0
// Right configurations from which wrong ones are made: the commented one, the presets on a made-up board, each plugin's sample.
#pragma once

#include "agent/cli/found.hpp"

#include <string>
#include <vector>

namespace kuzet::test {

struct Source {
  std::string name;
  std::string text;
};

/// All of them; each is right as it stands.
std::vector<Source> right_configurations();

/// A board with everything that can be found.
cli::Found rich_board();

/// A preset as `kuzet new` fills it in for this board. `cameras`: further ones, as --camera names them.
std::string preset_on(const std::string& place, const cli::Found& found, const std::vector<std::string>& cameras = {});

/// The text with every setting switched on that a # right before it switches off.
std::string all_switched_on(const std::string& text);

}  // namespace kuzet::test
