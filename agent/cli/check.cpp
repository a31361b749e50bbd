// SPDX-License-Identifier: Apache-2.0
// `kuzet check`: the whole configuration, every fault with its place.
#include "agent/cli/cli.hpp"

#include <CLI/App.hpp>

#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace {

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

void add_check(CLI::App& app) {
  auto* command = app.add_subcommand("check", "Reads the whole configuration and tells every fault with file:line:column");
  auto file = std::make_shared<std::string>("/etc/kuzet/kuzet.yaml");
  add_config_option(*command, *file);
  command->callback([file] {
    const std::string note = running_note(*file);
    if (!note.empty()) std::cerr << *file << ": " << note << '\n';
    const auto all = load_with_models_or_exit(*file);
    std::size_t rules = 0;
    for (const auto& camera : all.cameras) rules += camera.detect.size();
    std::cerr << *file << ": good: " << counted(all.cameras.size(), "camera") << ", " << counted(rules, "detector")
              << (all.sensors.empty() ? "" : ", " + counted(all.sensors.size(), "sensor"))
              << (all.uplink ? "" : ", no uplink: alerts stay on this board") << '\n';
  });
}

}  // namespace kuzet::cli
