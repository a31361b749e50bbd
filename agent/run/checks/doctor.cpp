// SPDX-License-Identifier: Apache-2.0
// One check after the other; those of the network look at all peers at the same time.
#include "agent/run/checks/doctor.hpp"

#include "agent/run/checks/board.hpp"
#include "agent/run/checks/brokers.hpp"
#include "agent/run/checks/certificates.hpp"
#include "agent/run/checks/clock.hpp"
#include "agent/run/checks/devices.hpp"
#include "agent/run/checks/files.hpp"
#include "agent/run/checks/service.hpp"
#include "agent/run/checks/store.hpp"
#include "agent/run/control.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/system_clock.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>

namespace kuzet::run::checks {

namespace json = boost::json;

namespace {

using Status = std::optional<json::object>;

Status status_of(const Configuration& all) {
  const auto text = ask_status(all.store.path);
  boost::system::error_code broken;
  const auto value = text ? json::parse(*text, broken) : json::value();
  return !broken && value.is_object() ? Status(value.as_object()) : std::nullopt;
}

/// The agent's own connection, where it has one.
const json::object* connection_of_agent(const Status& status) {
  const auto* uplink = status ? status->if_contains("uplink") : nullptr;
  if (uplink == nullptr || !uplink->is_object()) return nullptr;
  const auto* state = uplink->as_object().if_contains("state");
  return state != nullptr && state->is_string() && state->as_string() == "online" ? &uplink->as_object() : nullptr;
}

Remarks own_certificates(const Examination& of, const std::vector<Peer>& peers, const Moment& now) {
  if (!of.all->uplink) return {};
  const auto connection = connection_of(*of.all);  // where it fails, the password file is told by check_files()
  const bool tls = std::ranges::any_of(peers, [](const Peer& peer) { return peer.kind == Peer::Kind::broker && peer.tls; });
  return connection ? check_certificates(of.roots, *connection, of.all->uplink->identity, tls, now) : Remarks{};
}

Remarks network(const Examination& of, const Status& status, const Moment& now) {
  Remarks out = check_way(of.roots);
  const auto peers = peers_of(*of.all);
  const auto found = find_names(peers, of.patience, of.resolver);
  append(out, check_names(of.roots, peers, found));
  append(out, own_certificates(of, peers, now));
  const auto* own = connection_of_agent(status);
  append(out, check_brokers(*of.all, peers, found, {.log_in = of.log_in || own == nullptr, .patience = of.patience}, now));
  if (own != nullptr) append(out, judge_agent(*own));
  append(out, check_reach(peers, found, of.patience));
  if (!of.all->uplink)
    out.push_back({"broker", "", State::unknown, "there is no uplink: alerts stay on this board",
                   "name the city's broker in uplink.servers"});
  return out;
}

Remarks site(const Examination& of, const Access& access, const Status& status, const Moment& now) {
  Remarks out = check_own_file(of.roots, of.file, access);
  append(out, check_files(of.roots, named_files(document_of(of.file)), access, true));
  append(out, network(of, status, now));
  append(out, check_store(of.roots, of.all->store, access));
  append(out, check_sandbox(of.roots, of.all->store.path, "store.path"));
  if (of.all->uplink && !of.all->uplink->identity.empty())
    append(out, check_sandbox(of.roots, of.all->uplink->identity, "uplink.identity"));
  append(out, check_devices(of.roots, devices_of(of.roots, *of.all), access, true));
  for (const auto& camera : of.all->cameras)
    if (!camera.model.empty()) append(out, check_model(camera.model, "camera " + camera.id));
  return out;
}

Remarks board_alone(const Examination& of) {
  Remarks out = check_way(of.roots);
  append(out, check_mount(of.roots, StoreSettings().path));
  return out;
}

/// Whether the agent runs with what stands in the file.
Remarks same_configuration(const Examination& of, const Status& status) {
  const auto* runs = status ? status->if_contains("configuration") : nullptr;
  if (of.all == nullptr || runs == nullptr || !runs->is_string() || runs->as_string() == of.all->fingerprint) return {};
  return {{"configuration", "", State::unknown,
           "the agent runs with another configuration (" + std::string(runs->as_string()) + ") than this file",
           "sudo systemctl reload kuzet, unless it was taken back, or set by the centre: kuzet status tells"}};
}

Remark without_configuration(const Examination& of) {
  return {"configuration", "", State::bad, "there is no configuration " + of.file.string() + ": the board alone was looked at",
          "write one (kuzet new landfill, school or road), then kuzet check"};
}

}  // namespace

Remarks examine(const Examination& of) {
  const Access access(service_user(of.roots));
  const Moment now = SystemClock().now();
  const Status status = of.all != nullptr ? status_of(*of.all) : std::nullopt;
  Remarks out;
  if (of.all == nullptr) out.push_back(without_configuration(of));
  if (of.all != nullptr)
    out.push_back({"configuration", "", State::good, "the configuration is right (" + of.all->fingerprint + ")", ""});
  append(out, same_configuration(of, status));
  append(out, check_clock(of.roots, now, of.all != nullptr ? of.all->node.timezone : std::string()));
  append(out, of.all != nullptr ? site(of, access, status, now) : board_alone(of));
  append(out, check_cards(of.roots));
  append(out, check_power(of.roots));
  append(out, check_memory(of.roots));
  append(out, check_journald(of.roots));
  append(out, check_service(of.roots, access, ask_systemd(of.roots), status, KUZET_VERSION));
  return out;
}

}  // namespace kuzet::run::checks
