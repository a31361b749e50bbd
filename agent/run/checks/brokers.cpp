// SPDX-License-Identifier: Apache-2.0
// Visits and logins at brokers, and what they mean for this board.
#include "agent/run/checks/brokers.hpp"

#include "agent/core/members.hpp"
#include "agent/core/source.hpp"
#include "agent/run/checks/certificates.hpp"
#include "agent/run/checks/words.hpp"
#include "agent/run/credentials.hpp"
#include "agent/uplink/wire.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace kuzet::run::checks {

namespace {

constexpr auto check = "broker";
constexpr int refused_from = 0x80;  // MQTT 5, 3.9.3
/// Bytes. A picture of 1280x720 at quality 80 with much in it has some 300 kB, and a film of ten seconds as much again.
constexpr std::uint32_t largest_message = 1 << 20;
constexpr std::uint32_t least_window = 20;  // of Mosquitto; with less the drain of a backlog waits for each answer

const Found* found_of(const std::vector<Found>& found, const std::string& host) {
  const auto one = std::ranges::find(found, host, &Found::host);
  return one == found.end() || !one->addresses ? nullptr : &*one;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "nobody" : out;
}

Remarks judge_tls(const link::Visit& visit, const Peer& peer, const Moment& now) {
  if (!visit.certificate)
    return {{check, peer.subject, State::bad,
             "no TLS there: " + (visit.failure.empty() ? "it shows no certificate" : visit.failure),
             "is it the port for mqtts:// (mostly 8883)? mqtt:// is the one without TLS"}};
  Remarks out{judge_end(*visit.certificate, peer.subject, "the broker's certificate", now,
                        "tell those who run the broker: this board will not send to one whose certificate has ended")};
  if (!visit.failure.empty())
    out.push_back({check, peer.subject, State::bad, "the handshake fails: " + visit.failure,
                   "perhaps it wants a certificate of this board (uplink.tls.certificate, kuzet enroll), or another one"});
  const auto& paper = *visit.certificate;
  out.push_back(
      visit.right_name
          ? Remark{check, peer.subject, State::good, "its certificate is for " + peer.host, ""}
          : Remark{check, peer.subject, State::bad,
                   "its certificate is not for " + peer.host + " but for " +
                       listed(paper.names.empty() ? std::vector<std::string>{paper.owner} : paper.names),
                   "write one of these names in uplink.servers, or let the broker have a certificate with this name"});
  out.push_back(visit.distrust.empty()
                    ? Remark{check, peer.subject, State::good, "its certificate is believed (" + visit.protocol + ")", ""}
                    : Remark{check, peer.subject, State::bad, "its certificate is not believed: " + visit.distrust,
                             "put the authority that signed it into uplink.tls.ca"});
  return out;
}

/// The board's own name for a login that takes nobody's place.
std::string other_client(const std::string& client) { return client + "-doctor-" + std::to_string(::getpid()); }

std::vector<std::string> own_filters(const Configuration& all) {
  const auto who = identity_of(all);
  return {uplink::topic(who, "ack"), uplink::topic(who, "cmd/+"), who.prefix + "kuzet/v1/_centre/+/state"};
}

Remarks login_at(const std::string& server, const std::string& subject, const Configuration& all, Duration patience) {
  auto connection = connection_of(all);
  if (!connection)
    return {{check, subject, State::bad, connection.error().what, "the file must be readable for whom the agent runs as"}};
  connection->server = server;
  connection->client_id = other_client(connection->client_id);
  return judge_login(log_in(*connection, version_of(all.uplink->version), own_filters(all), patience), all, subject);
}

Remark judge_size(std::uint32_t most, const std::string& subject) {
  if (most == 0 || most >= largest_message)
    return {check, subject, State::good,
            "it takes messages of " + (most == 0 ? std::string("any size") : sized(most)) + ", pictures and films too", ""};
  return {check, subject, State::warning,
          "it takes no message larger than " + sized(most) + ": pictures (300 kB) and films (up to 1 MB) may be refused",
          "let those who run the broker raise it (Mosquitto: max_packet_size 2000000)"};
}

}  // namespace

Remarks judge_visit(const link::Visit& visit, const Peer& peer, const Moment& now) {
  if (visit.address.empty())
    return {{check, peer.subject, State::bad,
             "nobody answers at " + peer.host + " port " + std::to_string(peer.port) + ": " + visit.failure,
             "is the broker on, is the port right, does a firewall on the way let it through?"}};
  Remarks out{{check, peer.subject, State::good,
               "reached at " + visit.address + " port " + std::to_string(peer.port) + " in " + quick(visit.connecting), ""}};
  if (peer.tls) append(out, judge_tls(visit, peer, now));
  return out;
}

Remarks judge_login(const Login& login, const Configuration& all, const std::string& subject) {
  if (!login.welcome)
    return {
        {check, subject, State::bad, "the login fails: " + login.failure,
         "check uplink.username and the first line of its password file, or the certificate, with those who run the broker"}};
  Remarks out{{check, subject, State::good,
               "the login as " + (all.uplink->username.empty() ? "a client" : all.uplink->username) + " works, with MQTT " +
                   std::string(link::name(login.version)),
               ""}};
  if (login.version == link::Version::v311 && all.uplink->version != "3.1.1")
    out.push_back({check, subject, State::warning,
                   "the broker does not speak MQTT 5: a message that it refuses looks like one it took",
                   "a newer broker (Mosquitto 2, EMQX 5, RabbitMQ 4) speaks it"});
  out.push_back(judge_size(login.welcome->maximum_packet, subject));
  if (login.welcome->receive_maximum < least_window)
    out.push_back({check, subject, State::warning,
                   "it takes " + std::to_string(login.welcome->receive_maximum) +
                       " messages at once: a backlog goes slowly over a line with long ways",
                   "let those who run the broker raise it (Mosquitto: max_inflight_messages)"});
  if (!login.welcome->retains)
    out.push_back({check, subject, State::warning,
                   "it retains nothing: who subscribes later does not see the state of this board",
                   "let those who run the broker allow retained messages (Mosquitto: retain_available true)"});
  if (login.welcome->maximum_qos < 1)
    out.push_back({check, subject, State::bad, "it takes QoS 0 alone: no alert is ever acknowledged",
                   "let those who run the broker allow QoS 1"});
  for (const auto& [filter, answer] : login.answers)
    if (answer < 0 || answer >= refused_from)
      out.push_back({check, subject, State::bad,
                     "it refuses the subscription to " + filter +
                         (answer < 0 ? ": no answer" : " (reason " + std::to_string(answer) + ")"),
                     "let the broker's rights have it: config/broker shows them for Mosquitto"});
    else
      out.push_back({check, subject, State::good, "it grants the subscription to " + filter, ""});
  out.push_back({check, subject, State::unknown, "whether this board may publish was not tried: a centre would count it",
                 "start the agent: kuzet status tells what the broker refuses"});
  return out;
}

Remarks judge_agent(const boost::json::object& uplink) {
  const auto subject = text_member(uplink, "server");
  if (text_member(uplink, "state") != "online") return {};
  Remarks out{{check, subject, State::good,
               "the agent is connected since " + text_member(uplink, "since") + ", with MQTT " + text_member(uplink, "version"),
               ""}};
  if (const auto* most = uplink.if_contains("maximum_packet"); most != nullptr && most->is_int64())
    out.push_back(judge_size(static_cast<std::uint32_t>(most->as_int64()), subject));
  if (const auto* refused = uplink.if_contains("refused");
      refused != nullptr && refused->is_array() && !refused->as_array().empty())
    out.push_back({check, subject, State::bad,
                   "the broker refuses " + std::to_string(refused->as_array().size()) + " kinds of messages of this board",
                   "kuzet status names them; let the broker's rights have them"});
  return out;
}

Remarks check_brokers(const Configuration& all, const std::vector<Peer>& peers, const std::vector<Found>& found,
                      const Manner& manner, const Moment& now) {
  Remarks out;
  if (!all.uplink) return out;
  const auto own = connection_of(all);
  for (const auto& peer : peers) {
    if (peer.kind != Peer::Kind::broker) continue;
    const auto* where = found_of(found, peer.host);
    if (where == nullptr) continue;  // said already
    link::Target target{peer.host,          *where->addresses,           peer.port,          peer.tls,
                        all.uplink->tls.ca, all.uplink->tls.certificate, all.uplink->tls.key};
    if (own) target.ca = own->ca, target.certificate = own->certificate, target.key = own->key;
    const auto seen = judge_visit(link::visit(target, manner.patience, manner.stop), peer, now);
    const bool fit = std::ranges::none_of(seen, [](const Remark& one) { return one.state == State::bad; });
    append(out, seen);
    const auto server = std::ranges::find(all.uplink->servers, peer.subject, shown_source);
    if (fit && manner.log_in && server != all.uplink->servers.end())
      append(out, login_at(*server, peer.subject, all, manner.patience));
  }
  return out;
}

Remarks check_reach(const std::vector<Peer>& peers, const std::vector<Found>& found, Duration patience) {
  std::vector<std::pair<const Peer*, link::Visit>> visits;
  for (const auto& peer : peers)
    if (peer.kind != Peer::Kind::broker && peer.port != 0 && found_of(found, peer.host) != nullptr)
      visits.emplace_back(&peer, link::Visit{});
  std::vector<std::jthread> threads;
  for (auto& [peer, visit] : visits)
    threads.emplace_back([&, &to = *peer, &seen = visit] {
      seen = link::visit({to.host, *found_of(found, to.host)->addresses, to.port, false, "", "", ""}, patience);
    });
  threads.clear();  // waits for them
  Remarks out;
  for (const auto& [peer, visit] : visits) {
    const std::string where = peer->host + " port " + std::to_string(peer->port);
    if (visit.address.empty())
      out.push_back({"reach", peer->subject, State::bad, "nobody answers at " + where + ": " + visit.failure,
                     "is it on, plugged in, and is its address right?"});
    else
      out.push_back({"reach", peer->subject, State::good, where + " answers in " + quick(visit.connecting), ""});
  }
  return out;
}

}  // namespace kuzet::run::checks
