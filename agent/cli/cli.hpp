// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: exit codes, and reading the configuration for them.
#pragma once

#include "agent/run/configuration.hpp"

#include <string>

namespace CLI {
class App;
}

namespace kuzet::cli {

/// Process exit codes, as the contract fixes them.
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int wrong_usage = 2;
inline constexpr int wrong_configuration = 78;  // EX_CONFIG of sysexits.h: systemd is told not to restart on it

/// Ends a subcommand with an exit code; thrown inside callbacks of the command line, caught in main alone.
struct Exit {
  int code = failed;
};

/// Adds `--config F` with its default.
void add_config_option(CLI::App& command, std::string& file);

/// The configuration, or its faults on standard error and Exit{78}.
run::Configuration or_exit(Result<run::Configuration> loaded);

/// The configuration, or every fault on standard error and Exit{78}.
run::Configuration load_or_exit(const std::string& file);

/// The same, with the models open that the cameras name.
run::Configuration load_with_models_or_exit(const std::string& file);

/// What the running agent says of its configuration, where it is not simply this file's; empty: nothing to say, or nobody runs.
std::string running_note(const std::string& file);
/// The same, from the agent's status, for a file of this fingerprint.
std::string running_note(const std::string& status, const std::string& fingerprint);

inline constexpr auto output_broken = "standard output cannot be written";

/// One sentence on standard error ("kuzet: ...") and Exit{code}.
[[noreturn]] void give_up(const std::string& sentence, int code = failed);

void add_run(CLI::App& app);
void add_check(CLI::App& app);
void add_describe(CLI::App& app);
void add_replay(CLI::App& app);
void add_snapshot(CLI::App& app);
void add_probe(CLI::App& app);
void add_alerts(CLI::App& app);
void add_report(CLI::App& app);
void add_status(CLI::App& app);
void add_verify(CLI::App& app);
void add_model(CLI::App& app);
void add_guard(CLI::App& app);
void add_service(CLI::App& app);
void add_manual(CLI::App& app);
void add_doctor(CLI::App& app);
void add_new(CLI::App& app);
void add_enroll(CLI::App& app);

}  // namespace kuzet::cli
