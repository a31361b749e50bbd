// SPDX-License-Identifier: Apache-2.0
// The checks of `kuzet doctor` that a running agent can make without disturbing anybody.
#include "agent/run/self_check.hpp"

#include "agent/run/checks/board.hpp"
#include "agent/run/checks/brokers.hpp"
#include "agent/run/checks/certificates.hpp"
#include "agent/run/checks/clock.hpp"
#include "agent/run/checks/devices.hpp"
#include "agent/run/checks/service_user.hpp"
#include "agent/run/checks/store.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/node_watch.hpp"

#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

namespace kuzet::run {

using namespace std::chrono_literals;
using checks::Remarks;
using checks::State;

namespace {

constexpr auto patience = 5s;      // for a name server or a broker
constexpr auto farewell = 1s;      // for a look under way when the agent ends: the network hears of it at once
constexpr auto most_waiting = 16;  // errands home: one is under way at a time
constexpr Duration slack = 30s;    // a fault lasts until the look after next has come home
constexpr auto certificate_check = "certificate";

/// Which fault of the node a check's remark is.
struct Meaning {
  std::string_view check, fault;
  State from;  ///< how bad it must be
};
constexpr std::array meanings{
    Meaning{"clock", node_fault::clock, State::bad},
    Meaning{"names", node_fault::names, State::bad},
    Meaning{"certificate", node_fault::certificate, State::warning},
    Meaning{"power", node_fault::power, State::warning},
    Meaning{"card", node_fault::card, State::warning},
    Meaning{"permission", node_fault::permission, State::bad},
};

/// Certificates of brokers, by a visit as far as their door. On a metered link nobody is visited: it costs.
Remarks visited(const Configuration& all, std::vector<checks::Peer> peers, const std::vector<checks::Found>& found,
                const Moment& now, const std::stop_token& stop) {
  if (all.uplink->link == "metered") return {};
  std::erase_if(peers, [](const checks::Peer& peer) { return !peer.tls; });
  auto out = checks::check_brokers(all, peers, found, {.log_in = false, .patience = patience, .stop = stop}, now);
  std::erase_if(out, [](const checks::Remark& one) { return one.check != certificate_check; });
  return out;
}

Remarks uplink_of(const Configuration& all, const SelfCheckPlan& plan, const Moment& now, const std::stop_token& stop) {
  if (!all.uplink) return {};
  auto peers = checks::peers_of(all);
  std::erase_if(peers, [](const checks::Peer& peer) { return peer.kind != checks::Peer::Kind::broker; });
  const auto found = checks::find_names(peers, patience, plan.resolver, stop);
  auto out = checks::check_names(plan.roots, peers, found);
  if (const auto connection = connection_of(all))
    append(out, checks::check_certificates(plan.roots, *connection, all.uplink->identity, false, now));
  else
    out.push_back({"permission", "uplink.password_file", State::bad, connection.error().what,
                   "sudo chown root:kuzet FILE; sudo chmod 0640 FILE"});
  append(out, visited(all, peers, found, now, stop));
  return out;
}

Remarks look(const Configuration& all, const SelfCheckPlan& plan, const Moment& now, const std::stop_token& stop) {
  const auto access = checks::Access::of_agent();
  Remarks out = uplink_of(all, plan, now, stop);
  append(out, checks::check_power(plan.roots));
  append(out, checks::check_cards(plan.roots));
  append(out, checks::check_mount(plan.roots, all.store.path));
  append(out, checks::check_permission(all.store.path, access));
  append(out, checks::check_devices(plan.roots, checks::devices_of(plan.roots, all), access, false));
  return out;
}

/// Exceptions of libraries end here: a check that cannot be made takes nothing down.
Remarks looked_at(const Configuration& all, const SelfCheckPlan& plan, const Moment& now, const std::stop_token& stop) {
  try {
    return look(all, plan, now, stop);
  } catch (const std::exception& fault) {
    spdlog::warn("self-check: {}", fault.what());
    return {};
  }
}

bool matters(const checks::Remark& remark, const Meaning& meaning) {
  return remark.check == meaning.check && remark.state >= meaning.from;
}

}  // namespace

std::vector<std::pair<std::string_view, boost::json::object>> faults_of(const Remarks& remarks) {
  std::vector<std::pair<std::string_view, boost::json::object>> out;
  for (const auto& meaning : meanings) {
    const checks::Remark* worst = nullptr;
    std::int64_t others = -1;
    for (const auto& remark : remarks) {
      if (!matters(remark, meaning)) continue;
      ++others;
      if (worst == nullptr || remark.state > worst->state) worst = &remark;
    }
    if (worst == nullptr) continue;
    auto& details = out.emplace_back(meaning.fault, boost::json::object{{"what", worst->what}, {"do", worst->remedy}}).second;
    if (!worst->subject.empty()) details["subject"] = worst->subject;
    if (others > 0) details["others"] = others;
  }
  return out;
}

SelfCheck::SelfCheck(const Configuration& all, Home home, Report report, SelfCheckPlan plan)
    : all_(std::make_shared<const Configuration>(all)),
      inbox_(std::make_shared<Inbox>(std::move(home), most_waiting)),
      report_(std::move(report)),
      plan_(std::move(plan)) {}

SelfCheck::~SelfCheck() {
  inbox_->close();
  stop_.request_stop();
  if (ended_.valid()) (void)ended_.wait_for(farewell);
}

void SelfCheck::watch_clock(const Moment& now) {
  if (!began_) began_ = now.steady;
  for (auto& [fault, details] : faults_of(checks::clock_never_set(now, now.steady - *began_)))
    report_(fault, std::move(details), slack);
}

void SelfCheck::adopt(const Configuration& all) {
  all_ = std::make_shared<const Configuration>(all);
  next_.reset();
  name_missing_ = false;
}

void SelfCheck::tick(const Moment& now) {
  watch_clock(now);
  if (looking_ || (next_ && now.steady < *next_)) return;
  looking_ = true;
  std::promise<void> end;
  ended_ = end.get_future();
  // A dying card answers when it likes: this thread may outlive us, and then holds all that it uses.
  std::thread([all = all_, plan = plan_, inbox = inbox_, stop = stop_.get_token(), now, end = std::move(end), this]() mutable {
    auto remarks = looked_at(*all, plan, now, stop);
    inbox->put([this, now, of = all, remarks = std::move(remarks)]() mutable { looked(of, std::move(remarks), now); });
    all.reset();
    end.set_value();
  }).detach();
}

void SelfCheck::looked(const std::shared_ptr<const Configuration>& of, Remarks remarks, const Moment& now) {
  looking_ = false;
  if (of != all_) return;  // another one is in force meanwhile: the next look is due at once
  const auto named = [](const checks::Remark& one) { return one.check == "names" && one.state == State::bad; };
  const bool missing = std::ranges::any_of(remarks, named), first = missing && !name_missing_;
  name_missing_ = missing;
  if (first) std::erase_if(remarks, named);
  auto faults = faults_of(remarks);
  const Duration wait = faults.empty() && !missing ? plan_.every : plan_.again;
  next_ = now.steady + wait;
  for (auto& [fault, details] : faults) report_(fault, std::move(details), 2 * wait + patience + slack);
}

}  // namespace kuzet::run
