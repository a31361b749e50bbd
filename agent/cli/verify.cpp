// SPDX-License-Identifier: Apache-2.0
// `kuzet verify`: is the journal what this board wrote?
#include "agent/outbox/verify.hpp"
#include "agent/cli/cli.hpp"
#include "agent/core/json.hpp"

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::string store;
  std::string key;
  bool as_json = false;
};

json::object to_json(const outbox::Verdict& verdict) {
  json::object out{{"store", verdict.store},
                   {"sound", verdict.sound()},
                   {"events", verdict.events},
                   {"not_signed", verdict.not_signed},
                   {"commands", verdict.commands},
                   {"checkpoints", verdict.checkpoints},
                   {"pictures", verdict.pictures},
                   {"signed_at", nullptr},
                   {"faults", json::array(verdict.faults.begin(), verdict.faults.end())}};
  if (verdict.signed_at) out["signed_at"] = rfc3339(*verdict.signed_at);
  return out;
}

void print(const outbox::Verdict& verdict) {
  std::cout << "store        " << verdict.store << '\n'
            << "events       " << verdict.events << ", of these " << verdict.not_signed << " since the last checkpoint\n"
            << "commands     " << verdict.commands << '\n'
            << "pictures     " << verdict.pictures << " as announced\n"
            << "checkpoints  " << verdict.checkpoints << '\n'
            << "last signed  " << (verdict.signed_at ? rfc3339(*verdict.signed_at) : "never") << '\n';
  for (const auto& fault : verdict.faults) std::cout << "FAULT        " << fault << '\n';
}

void verify(const Options& options) {
  const std::string folder = options.store.empty() ? load_or_exit(options.file).store.path : options.store;
  const auto key = options.key.empty() ? std::nullopt : std::optional<std::filesystem::path>(options.key);
  const auto verdict = outbox::verify(folder, key);
  if (!verdict) give_up("verify: " + verdict.error().what);
  if (options.as_json)
    std::cout << json_text(to_json(*verdict)) << '\n';
  else
    print(*verdict);
  if (verdict->sound()) return;
  const auto more = verdict->faults.size() - 1;
  give_up("verify: " + verdict->faults.front() + (more == 0 ? "" : " (and " + std::to_string(more) + " more)"));
}

}  // namespace

void add_verify(CLI::App& app) {
  auto* command = app.add_subcommand("verify", "The journal of this board: chain, signatures and pictures");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  command->add_option("--store", options->store, "The folder of the store; default: the one in the configuration");
  command->add_option("--key", options->key,
                      "The public key to believe (PEM), kept elsewhere; default: journal.pub in the store, which shows nothing "
                      "that was done with the board's own key");
  command->add_flag("--json", options->as_json, "One line of JSON");
  command->callback([options] { verify(*options); });
}

}  // namespace kuzet::cli
