// SPDX-License-Identifier: Apache-2.0
// A publisher between a real store and a scripted broker.
#pragma once

#include "agent/uplink/publisher.hpp"
#include "tests/harness/inline_backlog.hpp"
#include "tests/harness/scripted_link.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

namespace kuzet::uplink {

using Seqs = std::vector<std::uint64_t>;

struct Desk {
  test::TempFolder folder;
  outbox::Outbox store = test::open_store(test::options_for(folder.path()));
  test::InlineBacklog backlog{store};
  test::ScriptedLink<Publisher> link;
  std::vector<std::string> said;
  double second = 0;
  double chance = 0;  // the shortest back-off unless a test asks for another
  Publisher publisher{plan(), backlog, Backoff([this] { return chance; }, std::chrono::seconds(1), std::chrono::seconds(60)),
                      [this](const std::string& sentence) { said.push_back(sentence); }};

  Desk() {
    link.leads_to(publisher);
    publisher.use(link);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Plan plan() const {
    Plan plan;
    plan.servers = {"mqtt://first", "mqtt://second", "mqtt://third"};
    plan.who = {"n07", "landfill-88", "", {}, "1f7a"};
    plan.store = store.store();
    plan.boot = 3;
    return plan;
  }

  [[nodiscard]] Moment now() const { return test::at(second); }
  /// Time passes, with a tick each second, as in the agent.
  void passes(double seconds) {
    for (; seconds > 0; --seconds) second += 1, publisher.tick(now());
  }
  /// Ticks, is welcomed, and the greeting is acknowledged.
  void connects(link::Welcome welcome = {}) {
    publisher.tick(now());
    link.welcomes(now(), welcome);
    link.accepts(now(), 2);
  }
  std::uint64_t alert(const std::string& id = "a") {
    const auto seq = store.record(test::event_of(id, second)).value().seq;
    publisher.wake(now());
    return seq;
  }
  void alerts(int n) {
    for (int i = 0; i < n; ++i) alert("a" + std::to_string(i));
  }
  void picture(const std::string& id, const std::string& jpeg) {
    auto draft = test::event_of(id, second);
    draft.pictures.push_back(store.keep_picture(id, "kuzet/v1/s/n/evidence/" + id + "/", jpeg).value());
    store.record(draft).value();
    publisher.wake(now());
  }

  static std::uint64_t seq_of(const link::Message& message) {
    if (message.topic.find("/alert/") == std::string::npos) return 0;
    return boost::json::parse(message.payload).as_object().at("seq").to_number<std::uint64_t>();
  }
  /// The seqs of the alerts among these messages.
  template <class Messages>
  static Seqs seqs(const Messages& messages) {
    Seqs out;
    for (const auto& one : messages)
      if (const auto seq = seq_of(one.message)) out.push_back(seq);
    return out;
  }
  [[nodiscard]] Seqs in_flight() const { return seqs(link.unanswered); }
  /// The last parts of all topics, from the first connection on: "state", "birth", "fire", "1" (a picture).
  [[nodiscard]] std::vector<std::string> topics() const {
    std::vector<std::string> out;
    for (const auto& one : link.sent) out.push_back(one.message.topic.substr(one.message.topic.rfind('/') + 1));
    return out;
  }
  Seqs pending() {
    Seqs out;
    for (const auto& message : store.pending(0, 100'000).value()) out.push_back(message.seq);
    return out;
  }
  [[nodiscard]] long told(const std::string& part) const {
    return std::ranges::count_if(said, [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; });
  }
  static std::string without_sending(const std::string& payload) { return payload.substr(0, payload.find(",\"published\"")); }
};

/// first, first + 1, ... last.
inline Seqs counting(std::uint64_t first, std::uint64_t last) {
  Seqs out;
  for (auto seq = first; seq <= last; ++seq) out.push_back(seq);
  return out;
}

}  // namespace kuzet::uplink
