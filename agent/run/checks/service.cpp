// SPDX-License-Identifier: Apache-2.0
// The unit as its files and systemd tell of it.
#include "agent/run/checks/service.hpp"

#include "agent/core/members.hpp"
#include "agent/run/checks/words.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <sstream>

namespace kuzet::run::checks {

namespace fs = std::filesystem;

namespace {

constexpr auto check = "service";

std::string of(const UnitState& state, const char* name) {
  const auto found = state.find(name);
  return found == state.end() ? std::string() : found->second;
}

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Remarks judge_files(const Roots& roots, const Access& access) {
  const auto unit = unit_settings(roots);
  if (unit.empty())
    return {{check, "", State::unknown, "the service is not installed: the agent runs only while somebody starts it",
             "sudo apt install ./kuzet_*.deb"}};
  if (!access.user())
    return {{check, "", State::bad, "the unit's user " + (unit.contains("User") ? unit.at("User") : "") + " is not known here",
             "sudo systemd-sysusers"}};
  Remarks out;
  for (const auto& group : access.user()->missing_groups)
    out.push_back({check, "", State::bad,
                   "the unit names the group " + group + ", which this system has not: systemd will not start it",
                   "sudo groupadd -r " + group + ", or take it out: sudo systemctl edit kuzet"});
  const auto watchdog = unit.find("WatchdogSec");
  if (watchdog == unit.end() || watchdog->second.empty() || watchdog->second == "0")
    out.push_back({check, "", State::warning, "systemd does not watch the agent (WatchdogSec is not set)",
                   "take the unit of the package: systemctl revert kuzet"});
  return out;
}

/// As journald.conf(5) reads it: the file, then what is dropped in, the weightiest folder last.
std::string journald_setting(const Roots& roots, const std::string& key) {
  std::vector<fs::path> files{roots.at("/etc/systemd/journald.conf")};
  for (const auto* folder :
       {"/usr/lib/systemd/journald.conf.d", "/run/systemd/journald.conf.d", "/etc/systemd/journald.conf.d"})
    for (const auto& name : names_in(roots.at(folder))) files.push_back(roots.at(folder) / name);
  std::string out;
  for (const auto& file : files)
    for (const auto& line : lines_of(file))
      if (line.starts_with(key + "=")) out = line.substr(key.size() + 1);
  return out;
}

Remarks judge_running(const UnitState& state) {
  const std::string active = of(state, "ActiveState"), sub = of(state, "SubState"), result = of(state, "Result");
  if (active == "active" || active == "reloading" || active == "activating")
    return {{check, "", sub == "auto-restart" ? State::bad : State::good, "the service is " + active + " (" + sub + ")",
             sub == "auto-restart" ? "it does not stay up: journalctl -u kuzet -n 50" : ""}};
  const bool refused = of(state, "ExecMainStatus") == "78";
  if (active == "failed" || refused)
    return {
        {check, "", State::bad,
         "the service has failed (" + result + ", exit " + of(state, "ExecMainStatus") + ")" +
             (refused ? ": its configuration is wrong" : ""),
         refused ? "kuzet check tells what is wrong in it; then sudo systemctl restart kuzet" : "journalctl -u kuzet -n 50"}};
  return {{check, "", State::warning, "the service does not run (" + active + ")", "sudo systemctl enable --now kuzet"}};
}

Remarks judge_state(const UnitState& state) {
  if (state.empty())
    return {{check, "", State::unknown, "systemd does not answer here: whether the service runs is not known", ""}};
  if (of(state, "LoadState") == "not-found") return {};  // said already
  Remarks out = judge_running(state);
  if (const auto enabled = of(state, "UnitFileState"); enabled != "enabled")
    out.push_back({check, "", State::warning,
                   "the service does not start with the board (" + (enabled.empty() ? "not enabled" : enabled) + ")",
                   "sudo systemctl enable kuzet"});
  if (const int restarts = number(of(state, "NRestarts")); restarts > 0)
    out.push_back({check, "", State::warning,
                   "the service was restarted " + std::to_string(restarts) + " times since it was started by hand or the board",
                   "journalctl -u kuzet tells why; node_fault alerts too"});
  if (of(state, "NeedDaemonReload") == "yes")
    out.push_back({check, "", State::warning, "the unit was changed, and systemd has not read it",
                   "sudo systemctl daemon-reload; sudo systemctl restart kuzet"});
  return out;
}

Remarks judge_version(const Roots& roots, const UnitState& state, const std::optional<boost::json::object>& status,
                      const std::string& version) {
  std::error_code none;
  const auto program = fs::read_symlink(roots.at("/proc") / of(state, "MainPID") / "exe", none).string();
  const std::string running = status ? text_member(*status, "version") : std::string();
  if (program.ends_with(" (deleted)") || (!running.empty() && running != version))
    return {{check, "", State::warning,
             running.empty() || running == version ? "an older program still runs: it was replaced on the disk"
                                                   : "version " + running + " runs, version " + version + " is installed",
             "sudo systemctl restart kuzet"}};
  if (running.empty())
    return {{check, "", State::unknown, "no agent answers on this store (this is version " + version + ")", ""}};
  return {{check, "", State::good, "version " + running + " runs", ""}};
}

}  // namespace

UnitState parse_unit_state(const std::string& text) {
  UnitState out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (const auto equals = line.find('='); equals != std::string::npos) out[line.substr(0, equals)] = line.substr(equals + 1);
  return out;
}

UnitState ask_systemd(const Roots& roots) {
  std::error_code none;
  if (!roots.real() || !fs::exists("/run/systemd/system", none)) return {};
  constexpr auto command =
      "timeout 5 systemctl show kuzet.service -p LoadState -p UnitFileState -p ActiveState -p SubState -p Result -p NRestarts "
      "-p ExecMainStatus -p NeedDaemonReload -p MainPID 2>/dev/null";
  const std::unique_ptr<std::FILE, decltype([](std::FILE* pipe) { ::pclose(pipe); })> pipe(::popen(command, "re"));
  if (!pipe) return {};
  std::string text;
  std::array<char, 512> part{};
  while (const auto got = std::fread(part.data(), 1, part.size(), pipe.get())) text.append(part.data(), got);
  return parse_unit_state(text);
}

Remarks check_service(const Roots& roots, const Access& access, const UnitState& state,
                      const std::optional<boost::json::object>& status, const std::string& version) {
  Remarks out = judge_files(roots, access);
  append(out, judge_state(state));
  append(out, judge_version(roots, state, status, version));
  return out;
}

Remarks check_journald(const Roots& roots) {
  std::error_code none;
  if (!fs::exists(roots.at("/run/log/journal"), none) && !fs::exists(roots.at("/var/log/journal"), none))
    return {{"log", "", State::unknown, "there is no journal here: what the agent says is not kept", ""}};
  if (!fs::exists(roots.at("/var/log/journal"), none))
    return {{"log", "", State::good, "the log is kept in memory: it spares the card and ends with the power", ""}};
  if (journald_setting(roots, "Storage") == "volatile")
    return {{"log", "", State::good, "the log is kept in memory (Storage=volatile): it spares the card and ends with the power",
             ""}};
  const auto most = journald_setting(roots, "SystemMaxUse");
  if (!most.empty()) return {{"log", "", State::good, "the log is kept on the card, " + most + " at most", ""}};
  return {
      {"log", "", State::warning, "the log is kept on the card and may take a tenth of it (4 GB at most)",
       "limit it: SystemMaxUse=100M in /etc/systemd/journald.conf.d/card.conf, then sudo systemctl restart systemd-journald"}};
}

}  // namespace kuzet::run::checks
