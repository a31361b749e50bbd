// SPDX-License-Identifier: Apache-2.0
// Looks names up, all at the same time, and says what is wrong with those that are not found.
#include "agent/run/checks/names.hpp"

#include "agent/core/source.hpp"
#include "agent/run/checks/words.hpp"
#include "drivers/av/address.hpp"
#include "drivers/av/lookup.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <thread>

namespace kuzet::run::checks {

namespace av = drivers::av;

namespace {

constexpr auto slow = std::chrono::seconds(1);

/// The usual port of a scheme, where an address names none.
int port_of(const av::Address& address) {
  static const std::map<std::string, int, std::less<>> usual{{"mqtt", 1883}, {"mqtts", 8883}, {"ws", 80},
                                                             {"wss", 443},   {"rtsp", 554},   {"rtsps", 322},
                                                             {"http", 80},   {"https", 443},  {"tcp", 502}};
  int port = 0;
  std::from_chars(address.port.data(), address.port.data() + address.port.size(), port);
  if (port != 0) return port;
  const auto found = usual.find(address.scheme);
  return found == usual.end() ? 0 : found->second;
}

void add(std::vector<Peer>& out, Peer::Kind kind, const std::string& subject, const std::string& text) {
  const auto address = av::parse_address(text.substr(0, text.find(' ')));  // settings may follow
  if (!address || address->host.empty()) return;
  Peer peer{kind, subject, address->host, port_of(*address), address->scheme == "mqtts" || address->scheme == "wss"};
  const auto same = [&peer](const Peer& one) {
    return one.kind == peer.kind && one.host == peer.host && one.port == peer.port && one.tls == peer.tls;
  };
  if (std::ranges::none_of(out, same)) out.push_back(std::move(peer));
}

std::string name_servers(const Roots& roots) {
  std::string out;
  for (const auto& line : lines_of(roots.at("/etc/resolv.conf")))
    if (const auto words = words_of(line); words.size() > 1 && words[0] == "nameserver")
      out += (out.empty() ? "" : ", ") + words[1];
  return out.empty() ? "/etc/resolv.conf names no name server" : "its name servers are " + out;
}

bool numeric(const std::string& host) {
  av::Address address;
  address.host = host;
  return address.numeric();
}

Found look(const std::string& host, Duration limit, const Resolver& resolver, const std::stop_token& stop) {
  const Steady began = std::chrono::steady_clock::now();
  if (numeric(host)) return {host, std::vector<std::string>{host}, {}};
  av::Patience patience;
  patience.begin(limit, stop);
  auto addresses = resolver ? av::look_up(host, patience, resolver) : av::look_up(host, patience);
  const Duration took = std::chrono::steady_clock::now() - began;
  if (!addresses && patience.expired()) addresses = Error{Code::io, "the name server does not answer"};
  return {host, std::move(addresses), took};
}

}  // namespace

std::vector<Peer> peers_of(const Configuration& all) {
  std::vector<Peer> out;
  if (all.uplink)
    for (const auto& server : all.uplink->servers) add(out, Peer::Kind::broker, shown_source(server), server);
  for (const auto& camera : all.cameras) add(out, Peer::Kind::camera, "camera " + camera.id, camera.source);
  for (const auto& sensor : all.sensors) {
    if (sensor.attached.type->name == "webhook") continue;  // that is where we listen
    add(out, Peer::Kind::device, "sensor " + sensor.id, sensor.attached.device.line);
  }
  for (const auto& output : all.site.outputs) add(out, Peer::Kind::device, "output " + output.id, output.attached.device.line);
  return out;
}

std::vector<Found> find_names(const std::vector<Peer>& peers, Duration patience, const Resolver& resolver,
                              const std::stop_token& stop) {
  std::vector<std::string> hosts;
  for (const auto& peer : peers)
    if (std::ranges::find(hosts, peer.host) == hosts.end()) hosts.push_back(peer.host);
  std::vector<Found> out(hosts.size(), Found{"", std::vector<std::string>{}, {}});
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    threads.emplace_back([&, i] { out[i] = look(hosts[i], patience, resolver, stop); });
  threads.clear();  // waits for them
  return out;
}

Remarks check_names(const Roots& roots, const std::vector<Peer>& peers, const std::vector<Found>& found) {
  Remarks out;
  for (const auto& one : found) {
    if (numeric(one.host)) continue;
    const auto peer = std::ranges::find(peers, one.host, &Peer::host);
    const std::string subject = peer == peers.end() ? one.host : peer->subject;
    if (!one.addresses) {
      out.push_back({"names", subject, State::bad, "the name " + one.host + " is not found: " + one.addresses.error().what,
                     "check its spelling in the configuration and the board's network (" + name_servers(roots) +
                         "); getent hosts " + one.host + " asks again"});
      continue;
    }
    const bool late = one.took > slow;
    out.push_back({"names", subject, late ? State::warning : State::good,
                   one.host + " is " + one.addresses->front() + ", found in " + quick(one.took),
                   late ? "a name server that is so slow is often one that is away: " + name_servers(roots) : ""});
  }
  return out;
}

Remarks check_way(const Roots& roots) {
  for (const auto& line : lines_of(roots.at("/proc/net/route")))
    if (const auto words = words_of(line); words.size() > 7 && words[1] == "00000000" && words[7] == "00000000")
      return {{"network", words[0], State::good, "the way to other networks goes by " + words[0], ""}};
  const std::string all_of_them(32, '0');
  for (const auto& line : lines_of(roots.at("/proc/net/ipv6_route")))
    if (const auto words = words_of(line); words.size() > 9 && words[0] == all_of_them && words[1] == "00" && words[9] != "lo")
      return {{"network", words[9], State::good, "the way to other networks goes by " + words[9] + " (IPv6)", ""}};
  return {{"network", "", State::warning, "there is no way to other networks (no default route)",
           "plug the network in, or set it up: nmtui, or ip route to see what there is"}};
}

}  // namespace kuzet::run::checks
