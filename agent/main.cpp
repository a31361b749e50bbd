// SPDX-License-Identifier: Apache-2.0
// The kuzet program: the command line, and the last place where an exception becomes a sentence.
#include "agent/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

run::Configuration load_or_exit(const std::string& file) {
  auto loaded = run::load(file, run::process_environment());
  if (loaded) return std::move(*loaded);
  if (loaded.error().code != Code::config) give_up(loaded.error().what, wrong_configuration);
  std::cerr << loaded.error().what;
  throw Exit{wrong_configuration};
}

namespace {

/// Standard error, since standard output is for data; under systemd the journal adds the time.
void set_up_log() {
  auto logger = spdlog::stderr_logger_mt("kuzet");
  logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%eZ %l: %v", spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Kuzet watches a site with cameras and sensors and hands every alert to the control centre, losing none."};
  app.set_version_flag("--version", std::string("kuzet ") + KUZET_VERSION);
  app.require_subcommand(1);
  add_run(app);
  add_check(app);
  add_describe(app);
  add_replay(app);
  add_alerts(app);
  try {
    app.parse(argc, argv);
    return done;
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
    kuzet::cli::set_up_log();
    return kuzet::cli::parse_and_run(argc, argv);
  } catch (const std::exception& fault) {
    std::cerr << "kuzet: fault: " << fault.what() << '\n';
    return kuzet::cli::failed;
  }
}
