// SPDX-License-Identifier: Apache-2.0
// `kuzet service`: not for people; systemd calls it when a run is over, and before the next one.
#include "agent/cli/cli.hpp"
#include "agent/core/members.hpp"
#include "agent/run/control.hpp"
#include "agent/run/ending.hpp"
#include "agent/run/system_clock.hpp"

#include <signal.h>
#include <CLI/App.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace kuzet::cli {

namespace {

constexpr auto taken_over_within = std::chrono::seconds(20);

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// The unit's RuntimeDirectory=, which is in memory and outlives a restart.
std::filesystem::path folder() {
  const auto given = variable("RUNTIME_DIRECTORY");
  if (!given) give_up("service: systemd calls this (RUNTIME_DIRECTORY is not set)", wrong_usage);
  return *given;
}

void note_end() {
  const auto where = folder();
  const auto ending = run::ending_of(variable, run::read_ending(where), run::memory_was_killed(), run::system_clock().now());
  if (auto written = run::write_ending(where, ending); !written) give_up("service: " + written.error().what);
}

/// An agent that fails at each start is begun again ever more slowly, and never given up.
void wait_for_turn() {
  const auto last = run::read_ending(folder());
  const auto pause = last ? run::pause_after(*last, run::system_clock().now()) : Duration{};
  if (pause <= Duration{}) return;
  std::cerr << "<4>" << last->in_a_row << " ends in a row (" << last->result << "): waiting "
            << to_text(std::chrono::ceil<std::chrono::seconds>(pause)) << " before the next start\n";
  std::this_thread::sleep_for(pause);
}

/// What the agent on this store says of itself; nothing while it does not answer.
boost::json::object status_on(const std::filesystem::path& store) {
  const auto text = run::ask_status(store);
  boost::system::error_code unreadable;
  const auto status = text ? boost::json::parse(*text, unreadable) : boost::json::value();
  return status.is_object() ? status.as_object() : boost::json::object();
}

/// The configuration that it runs with; empty while it does not say.
std::string live_configuration(const std::filesystem::path& store) { return text_member(status_on(store), "configuration"); }

/// The file of which that was made; with the centre's settings over it the two differ.
std::string live_file(const std::filesystem::path& store) {
  const auto status = status_on(store);
  const auto* configured = status.if_contains("configured");
  return configured != nullptr && configured->is_object() ? text_member(configured->as_object(), "file") : std::string();
}

/// The agent is asked to read it in any case: it tells the centre what it refused.
void reload(const std::string& file) {
  const auto agent = std::atoi(variable("MAINPID").value_or("").c_str());
  if (agent <= 0) give_up("service: systemd calls this (MAINPID is not set)", wrong_usage);
  const auto ask = [agent] {
    if (::kill(agent, SIGHUP) != 0) give_up("service: there is no agent any more");
  };
  auto next = run::load(file, run::process_environment());
  if (!next) {
    ask();
    give_up("the configuration is refused, the agent goes on with the one that it has:\n" + next.error().what,
            wrong_configuration);
  }
  const auto before = live_configuration(next->store.path);
  const bool same = live_file(next->store.path) == next->fingerprint;
  ask();
  if (same) return;  // what it names may have changed: the agent reads that anew
  const auto end = std::chrono::steady_clock::now() + taken_over_within;
  for (;;) {
    const auto live = live_configuration(next->store.path);
    if (live == next->fingerprint || (!live.empty() && live != before)) return;  // other: the centre has changed some of it
    if (std::chrono::steady_clock::now() > end)
      give_up("the configuration was not taken over within 20 s; see the journal (journalctl -u kuzet)");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

void add_service(CLI::App& app) {
  auto* command = app.add_subcommand("service", "");
  command->group("");  // not listed
  command->require_subcommand(1);
  command->add_subcommand("ended", "ExecStopPost: notes how the run ended")->callback(note_end);
  auto file = std::make_shared<std::string>("/etc/kuzet/kuzet.yaml");
  auto* reloading = command->add_subcommand("reload", "ExecReload: has the configuration taken over, or fails");
  add_config_option(*reloading, *file);
  reloading->callback([file] { reload(*file); });
  command->add_subcommand("wait", "ExecStartPre: waits where runs end one after the other")->callback(wait_for_turn);
}

}  // namespace kuzet::cli
