// SPDX-License-Identifier: Apache-2.0
// K6: the manual pages and bash's completion know every command, option and setting that the program has.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"

#include <algorithm>
#include <sstream>

using namespace kuzet;
using namespace kuzet::test;

namespace {

std::string printed(const std::vector<std::string>& words) {
  const auto ran = run_kuzet(words);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  return ran.output;
}

/// The names at the beginning of the lines of this part of a help text: "Subcommands:" gives the commands.
std::vector<std::string> first_words(const std::string& help, const std::string& part) {
  std::istringstream lines(help);
  std::vector<std::string> out;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(' ')) inside = line.starts_with(part);
    if (!inside || !line.starts_with("  ") || line.size() < 3 || line[2] == ' ') continue;
    std::istringstream names(line.substr(2, line.find(' ', 2) - 2));
    for (std::string name; std::getline(names, name, ',');) out.push_back(name);
  }
  return out;
}

/// Every command that can be typed, with the inner ones: {"run"}, {"model", "add"}.
std::vector<std::vector<std::string>> commands() {
  std::vector<std::vector<std::string>> out;
  for (const auto& outer : first_words(printed({"--help"}), "Subcommands:")) {
    out.push_back({outer});
    for (const auto& inner : first_words(printed({outer, "--help"}), "Subcommands:")) out.push_back({outer, inner});
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& one : words) out += (out.empty() ? "" : " ") + one;
  return out;
}

/// As troff writes it.
std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

/// What bash offers when tab is pressed after these words, the last of them unfinished; asked of bash itself.
std::vector<std::string> offered(const TempFolder& folder, const std::vector<std::string>& words) {
  write_text(folder / "completion", printed({"manual", "completion"}));
  std::string line = "kuzet";
  for (const auto& word : words) line += " '" + word + "'";
  const auto bash = run({"/bin/bash", "-c",
                         "source '" + (folder / "completion").string() + "'; COMP_WORDS=(" + line +
                             "); COMP_CWORD=" + std::to_string(words.size()) + "; _kuzet; printf '%s\\n' \"${COMPREPLY[@]}\""});
  CHECK(bash.code == 0);
  CHECK(bash.errors.empty());
  std::istringstream lines(bash.output);
  std::vector<std::string> out;
  for (std::string one; std::getline(lines, one);) out.push_back(one);
  return out;
}

bool holds(const std::vector<std::string>& all, const std::string& one) { return std::ranges::find(all, one) != all.end(); }

}  // namespace

TEST_CASE("the manual page knows every command with all its options", "[K6][package]") {
  const auto page = printed({"manual", "commands"});
  const auto all = commands();
  CHECK(all.size() > 12);
  for (const auto& command : all) {
    INFO(joined(command));
    CHECK(contains(page, ".SS kuzet " + joined(command) + "\n") + contains(page, ".SS kuzet " + joined(command) + " ") > 0);
    auto asked = command;
    asked.emplace_back("--help");
    for (const auto& option : first_words(printed(asked), "Options:")) {
      INFO(option);
      if (option != "-h" && option != "--help") CHECK(contains(page, escaped(option)));
    }
  }
}

TEST_CASE("the manual page of the configuration knows every setting, detector and driver", "[K6][package]") {
  const auto page = printed({"manual", "settings"});
  std::istringstream lines(printed({"describe"}));
  std::size_t settings = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(' ');
    const auto end = line.find_first_of(" :(", begin);
    if (begin < 2 || end == std::string::npos) continue;
    INFO(line);
    CHECK(contains(page, escaped(line.substr(begin, end - begin))));
    ++settings;
  }
  CHECK(settings > 100);
}

TEST_CASE("bash completes every command and option", "[K6][package]") {
  const TempFolder folder;
  const auto first = offered(folder, {""});
  for (const auto& command : commands()) {
    INFO(joined(command));
    if (command.size() == 1) CHECK(holds(first, command[0]));
    auto typed = command;
    typed.emplace_back("-");
    const auto options = offered(folder, typed);
    CHECK(holds(options, "--help"));
    typed.back() = "--help";
    for (const auto& option : first_words(printed(typed), "Options:")) CHECK(holds(options, option));
  }
  CHECK(offered(folder, {"model", "r"}) == std::vector<std::string>{"remove"});
}

TEST_CASE("bash completes values that are listed, and the cameras of the configuration", "[K6][package]") {
  const TempFolder folder;
  CHECK(offered(folder, {"snapshot", "--reference", ""}) == std::vector<std::string>{"empty", "view"});
  CHECK(holds(offered(folder, {"describe", "f"}), "fire"));
  write_text(folder / "kuzet.yaml",
             "node: {id: a, site: b}\ncameras:\n  - id: yard\n  - {id: gate, source: x}\nsensors:\n  - id: board\n");
  const auto cameras = offered(folder, {"replay", "--config", (folder / "kuzet.yaml").string(), "--camera", ""});
  CHECK(cameras == std::vector<std::string>{"yard", "gate"});
}
