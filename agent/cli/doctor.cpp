// SPDX-License-Identifier: Apache-2.0
// `kuzet doctor`: what is wrong with this board and its surroundings, the worst first, each with what to do.
#include "agent/run/checks/doctor.hpp"
#include "agent/cli/cli.hpp"
#include "agent/core/json.hpp"

#include <CLI/App.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

namespace kuzet::cli {

namespace {

namespace checks = run::checks;

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  bool as_json = false;
  bool log_in = false;
  bool all = false;
};

constexpr std::string_view mark(checks::State state) {
  constexpr std::string_view marks[] = {"ok   ", "?    ", "WARN ", "BAD  "};
  return marks[static_cast<std::size_t>(state)];
}

void print(const checks::Remark& remark) {
  std::cout << mark(remark.state) << remark.check << ": " << (remark.subject.empty() ? "" : remark.subject + ": ")
            << remark.what << '\n';
  if (!remark.remedy.empty() && remark.state != checks::State::good) std::cout << "     -> " << remark.remedy << '\n';
}

void print_all(const checks::Remarks& remarks, bool all) {
  const auto count = [&](checks::State state) { return std::ranges::count(remarks, state, &checks::Remark::state); };
  for (const auto& remark : remarks)
    if (all || remark.state != checks::State::good) print(remark);
  std::cout << count(checks::State::bad) << " bad, " << count(checks::State::warning) << " to look at, "
            << count(checks::State::unknown) << " unknown, " << count(checks::State::good) << " good"
            << (all || count(checks::State::good) == 0 ? "" : " (--all shows these too)") << '\n';
}

void doctor(const Options& options) {
  std::error_code none;
  std::optional<run::Configuration> all;
  if (std::filesystem::exists(options.file, none) || none) all = load_or_exit(options.file);  // an error: nobody may look
  auto remarks = checks::examine({.file = options.file, .all = all ? &*all : nullptr, .log_in = options.log_in});
  std::ranges::stable_sort(remarks, std::greater<>{}, &checks::Remark::state);
  if (options.as_json)
    for (const auto& remark : remarks) std::cout << json_text(to_json(remark)) << '\n';
  else
    print_all(remarks, options.all);
  if (!std::cout.flush()) give_up(output_broken);
  if (!remarks.empty() && remarks.front().state == checks::State::bad) throw Exit{failed};
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand("doctor", "What is wrong with this board and its surroundings, and what to do");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  command->add_flag("--json", options->as_json, "JSON Lines: check, subject, state, what, do; good ones too");
  command->add_flag("--all", options->all, "Shows what is good, too");
  command->add_flag(
      "--login", options->log_in,
      "Logs in at the broker also while the agent is connected there: under another name, which brokers that go by "
      "the user name alone take for the agent's");
  command->callback([options] { doctor(*options); });
}

}  // namespace kuzet::cli
