// SPDX-License-Identifier: Apache-2.0
// How the agent that runs stands to a configuration file: the same, another one, on trial.
#include "agent/cli/cli.hpp"
#include "agent/core/members.hpp"
#include "agent/run/configurations.hpp"
#include "agent/run/control.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace kuzet::cli {

namespace json = boost::json;

namespace {}  // namespace

std::string running_note(const std::string& status, const std::string& fingerprint) {
  boost::system::error_code unreadable;
  const auto parsed = json::parse(status, unreadable);
  const auto* said = unreadable || !parsed.is_object() ? nullptr : parsed.as_object().if_contains("configured");
  if (said == nullptr || !said->is_object()) return {};
  const auto& configured = said->as_object();
  const auto running = text_member(configured, "running"), state = text_member(configured, "state"),
             why = text_member(configured, "why");
  if (text_member(configured, "file") != fingerprint)
    return "the running agent has not read this file yet (it runs " + running + "): systemctl reload kuzet";
  if (state == "trial") return "the running agent has it on trial";
  if (state == "wrong") return "the running agent refused it and runs on with " + running + ": " + why;
  if (state == "rolled_back")
    return "the running agent took it back after its trial and runs " + running + ": " + why +
           "; the same file is not tried again";
  return {};
}

std::string running_note(const std::string& file) {
  const auto text = run::read_configuration(file);
  const auto status = run::ask_status(run::store_of(file, run::process_environment()));
  if (!text || !status) return {};  // nobody runs here, or it is not for us to know
  return running_note(*status, run::fingerprint_of(*text));
}

}  // namespace kuzet::cli
