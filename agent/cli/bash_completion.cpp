// SPDX-License-Identifier: Apache-2.0
// The script by which bash completes a command line of kuzet, made from the words of the command line.
#include "agent/cli/command_words.hpp"
#include "agent/run/configuration.hpp"
#include "drivers/camera.hpp"
#include "drivers/line.hpp"
#include "vision/detector.hpp"

#include <algorithm>
#include <sstream>

namespace kuzet::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// What `kuzet describe` knows by name.
std::vector<std::string> described() {
  std::vector<std::string> out;
  for (const auto* type : vision::detector_types()) out.emplace_back(type->name);
  for (const auto* type : drivers::camera_types()) out.emplace_back(type->name);
  for (const auto* type : drivers::device_types()) out.emplace_back(type->name);
  for (const auto& field : run::configuration_fields()) out.push_back(field.name);
  return out;
}

/// The words that may follow a command: inner commands, options, and values of arguments that are listed.
std::string next_words(const CommandWords& command, const std::vector<CommandWords>& all) {
  std::vector<std::string> out;
  for (const auto& inner : all)
    if (inner.name.starts_with(command.name + " ")) out.push_back(inner.name.substr(command.name.size() + 1));
  for (const auto& option : command.options) {
    out.insert(out.end(), option.names.begin(), option.names.end());
    if (option.names.empty()) out.insert(out.end(), option.choices.begin(), option.choices.end());
  }
  if (command.name == "describe") std::ranges::copy(described(), std::back_inserter(out));
  return joined(out);
}

bool names_camera(const OptionWords& option) { return std::ranges::find(option.names, "--camera") != option.names.end(); }

/// After an option with a value: its choices, the cameras, or nothing of ours (bash then offers files).
void write_values(std::ostream& out, const CommandWords& command) {
  for (const auto& option : command.options) {
    if (option.names.empty() || option.value.empty()) continue;
    std::string pattern;
    for (const auto& name : option.names) pattern += (pattern.empty() ? "'" : " | '") + command.name + '/' + name + '\'';
    out << "    " << pattern << ") words=\"" << (names_camera(option) ? "$(_kuzet_cameras)" : joined(option.choices))
        << "\" ;;\n";
  }
}

constexpr auto opening = R"(# SPDX-License-Identifier: Apache-2.0
# bash completion of kuzet, made by `kuzet manual --completion`.

# The cameras of the configuration that the command line names.
_kuzet_cameras() {
  local file=/etc/kuzet/kuzet.yaml at
  for ((at = 1; at < COMP_CWORD; ++at)); do
    if [[ ${COMP_WORDS[at]} == --config ]]; then file="${COMP_WORDS[at + 1]}"; fi
  done
  sed -n '/^cameras:/,/^[a-z]/s/^ *- *{\{0,1\}id: *\([a-z0-9_-]*\).*/\1/p' "$file" 2>/dev/null
}

_kuzet() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" command="" words="" at
  for ((at = 1; at < COMP_CWORD; ++at)); do
    case "${command:+$command }${COMP_WORDS[at]}" in
)";

}  // namespace

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::ostringstream out;
  std::vector<std::string> names;
  out << opening;
  for (const auto& command : commands) {
    out << "      '" << command.name << "') command='" << command.name << "' ;;\n";
    if (command.name.find(' ') == std::string::npos) names.push_back(command.name);
  }
  out << "    esac\n  done\n  case \"$command/$previous\" in\n";
  for (const auto& command : commands) write_values(out, command);
  out << "    *)\n      case \"$command\" in\n        '') words='" << joined(names) << " --help --version' ;;\n";
  for (const auto& command : commands)
    out << "        '" << command.name << "') words='" << next_words(command, commands) << "' ;;\n";
  out << "      esac ;;\n  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n"
         "complete -o default -F _kuzet kuzet\n";
  return out.str();
}

}  // namespace kuzet::cli
