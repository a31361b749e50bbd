// SPDX-License-Identifier: Apache-2.0
// `kuzet alerts`: the alerts on this board.
#include "agent/cli/cli.hpp"
#include "agent/core/members.hpp"
#include "agent/outbox/outbox.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/parse.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::string since;
  std::string kind;
  bool as_json = false;
};

void print_line(const std::string& body) {
  const auto alert = json::parse(body).as_object();
  const bool open = text_member(alert, "phase") != "closed";
  const std::string zone = text_member(alert, "zone");
  std::cout << text_member(alert, "started") << "  " << std::setw(24) << std::left
            << (open ? "open" : text_member(alert, "ended")) << "  " << std::setw(16) << text_member(alert, "kind") << "  "
            << std::setw(9) << text_member(alert, "severity") << std::setw(4) << std::right
            << std::lround(alert.at("confidence").to_number<double>() * 100) << " %  " << text_member(alert, "source")
            << (zone.empty() ? "" : "/" + zone) << "  " << text_member(alert, "id") << '\n';
}

std::optional<Wall> since_of(const std::string& since) {
  if (since.empty()) return std::nullopt;
  if (const auto ago = parse_duration(since))
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() - *ago);
  const auto time = parse_rfc3339(since);
  if (!time) give_up("--since: " + time.error().what + ", or as a duration such as 24h", wrong_usage);
  return *time;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (int kind = 0; kind <= static_cast<int>(Kind::citizen_report); ++kind) names.emplace_back(name(static_cast<Kind>(kind)));
  return names;
}

void list(const Options& options) {
  const auto all = load_or_exit(options.file);
  const auto since = since_of(options.since);
  std::optional<Kind> kind;
  if (!options.kind.empty() && !(kind = kind_named(options.kind)))
    give_up("--kind: there is no kind \"" + options.kind + "\"" + suggestion(options.kind, kind_names()), wrong_usage);
  const auto print = [&](const std::string& body) { options.as_json ? void(std::cout << body << '\n') : print_line(body); };
  if (auto read = outbox::read_alerts(all.store.path, since, kind, print); !read) give_up("alerts: " + read.error().what);
}

}  // namespace

void add_alerts(CLI::App& app) {
  auto* command = app.add_subcommand("alerts", "Alerts on this board, oldest first");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  command->add_option("--since", options->since, "Since when: 2026-11-22, 2026-11-22T04:30:00Z, or a duration such as 24h");
  command->add_option("--kind", options->kind, "Only this kind, such as fire");
  command->add_flag("--json", options->as_json, "JSON Lines: the newest message of each alert");
  command->callback([options] { list(*options); });
}

}  // namespace kuzet::cli
