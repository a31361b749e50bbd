// SPDX-License-Identifier: Apache-2.0
// `kuzet report`: what happened in a period, in figures as a city reports them.
#include "agent/cli/report.hpp"
#include "agent/cli/cli.hpp"
#include "agent/run/local_time.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace {

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::string since, until;
  std::string format = "text";
};

struct Format {
  std::string_view name;
  std::string (*write)(const ReportDocument&);
};
constexpr Format formats[] = {{"text", text_report}, {"csv", csv_report}, {"json", json_report}, {"html", html_report}};

constexpr int days_by_default = 30;

Wall border_or_exit(const char* option, const std::string& text, bool end, Wall now) {
  const auto read = read_border(text, end, now);
  if (!read) give_up(std::string(option) + ": " + read.error().what, wrong_usage);
  return *read;
}

const Format& format_or_exit(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& format : formats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  give_up("--format: there is no format \"" + name + "\"" + suggestion(name, names), wrong_usage);
}

void report(const Options& options) {
  const auto& format = format_or_exit(options.format);
  const auto all = load_or_exit(options.file);
  run::set_time_zone(all.node.timezone);
  const Wall now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const Wall to = options.until.empty() ? now : std::min(now, border_or_exit("--until", options.until, true, now));
  const Wall from =
      options.since.empty() ? midnight_before(to, days_by_default) : border_or_exit("--since", options.since, false, now);
  if (from >= to) give_up("the period ends before it begins: " + local_text(from) + " to " + local_text(to), wrong_usage);
  auto document = gather(all.store.path, from, to);
  if (!document) give_up("report: " + document.error().what);
  document->node = all.node.id, document->site = all.node.site, document->name = all.node.name;
  document->timezone = all.node.timezone;
  document->made = now;
  std::cout << format.write(*document);
}

}  // namespace

void add_report(CLI::App& app) {
  auto* command =
      app.add_subcommand("report", "What happened in a period: counts by kind, durations, what the board did not see");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  command->add_option("--since", options->since,
                      "Since when: 2026-11-22 (of the place), 2026-11-22T04:30:00Z, or a duration such as 30d; default: 30 "
                      "days before the end");
  command->add_option("--until", options->until, "Until when, the same; a day counts whole; default: now");
  command->add_option("--format", options->format, "text, csv, json or html")->capture_default_str();
  command->callback([options] { report(*options); });
}

}  // namespace kuzet::cli
