// SPDX-License-Identifier: Apache-2.0
// The kuzet program: the command line, and the last place where an exception becomes a sentence.
#include "agent/cli/cli.hpp"
#include "agent/run/aids.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace kuzet::cli {

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "The configuration file")->capture_default_str();
}

void give_up(const std::string& sentence, int code) {
  std::cerr << "kuzet: " << sentence << '\n';
  throw Exit{code};
}

run::Configuration or_exit(Result<run::Configuration> loaded) {
  if (loaded) return std::move(*loaded);
  const auto& error = loaded.error();
  if (error.code != Code::config || !error.what.ends_with('\n')) give_up(error.what, wrong_configuration);
  std::cerr << error.what;
  throw Exit{wrong_configuration};
}

run::Configuration load_or_exit(const std::string& file) { return or_exit(run::load(file, run::process_environment())); }

run::Configuration load_with_models_or_exit(const std::string& file) { return or_exit(run::load_with_models(file)); }

namespace {

/// A standard file that is closed would be the next file that is opened, and lines for people would go into the store. Writing
/// to one that nobody reads must be a failure that can be told, and no signal that kills the agent.
void guard_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(file, F_GETFD) < 0) (void)::open("/dev/null", O_RDONLY);  // the lowest number that is free; writing fails
  std::signal(SIGPIPE, SIG_IGN);
}

/// Standard error, since standard output is for data; under systemd the journal adds the time.
void set_up_log() {
  auto logger = spdlog::stderr_logger_mt("kuzet");
  logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%eZ %l: %v",
                      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

int unknown_words(const CLI::App& app, const CLI::ExtrasError& error) {
  const auto unknown = app.remaining();
  if (!app.get_subcommands().empty() || unknown.empty() || unknown[0].starts_with('-')) return app.exit(error), wrong_usage;
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    names.push_back(command->get_name());
  std::cerr << "kuzet: there is no command \"" << unknown[0] << '"' << suggestion(unknown[0], names) << '\n';
  return wrong_usage;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Kuzet watches a site with cameras and sensors and hands every alert to the control centre, losing none."};
  app.set_version_flag("--version", std::string("kuzet ") + KUZET_VERSION);
  app.require_subcommand(0, 1);  // none is told in our words, after what was not understood
  add_run(app);
  add_check(app);
  add_describe(app);
  add_replay(app);
  add_snapshot(app);
  add_probe(app);
  add_alerts(app);
  add_report(app);
  add_status(app);
  add_verify(app);
  add_model(app);
  add_guard(app);
  add_service(app);
  add_manual(app);
  add_doctor(app);
  add_new(app);
  add_enroll(app);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) give_up("which command? kuzet --help lists them", wrong_usage);
    return done;
  } catch (const CLI::ExtrasError& error) {
    return unknown_words(app, error);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : wrong_usage;
  } catch (const Exit& exit) {
    return exit.code;
  }
}

}  // namespace

}  // namespace kuzet::cli

int main(int argc, char** argv) {
  try {
    kuzet::cli::guard_standard_files();
    kuzet::cli::set_up_log();
    const int code = kuzet::cli::parse_and_run(argc, argv);
    if (code != kuzet::cli::done || std::cout.flush()) return code;
    std::cerr << "kuzet: " << kuzet::cli::output_broken << '\n';
    return kuzet::cli::failed;
  } catch (const std::exception& fault) {
    std::cerr << "kuzet: fault: " << fault.what() << '\n';
    return kuzet::cli::failed;
  }
}
