// SPDX-License-Identifier: Apache-2.0
// A publisher between a real store and a scripted broker.
#pragma once

#include "agent/uplink/publisher.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/inline_backlog.hpp"
#include "tests/harness/scripted_link.hpp"
#include "tests/harness/stores.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace kuzet::uplink {

using Seqs = std::vector<std::uint64_t>;
using Words = std::vector<std::string>;

struct Desk {
  test::TempFolder folder;
  double second = 0;
  outbox::Outbox store = opened(folder.path());
  test::InlineBacklog backlog{store, [this] { return now(); }};
  test::ScriptedLink<Publisher> link;
  Words said;
  double chance = 0;   // the shortest back-off unless a test asks for another
  bool grants = true;  // the broker answers subscriptions
  std::function<void(Plan&)> change;
  Publisher publisher{plan(), backlog, Backoff([this] { return chance; }, std::chrono::seconds(1), std::chrono::seconds(60)),
                      [this](const std::string& sentence) { said.push_back(sentence); }};

  /// `change` adds to the plan: one without a limit for the drain, and with three servers.
  explicit Desk(std::function<void(Plan&)> change_plan = [](Plan&) {}) : change(std::move(change_plan)) {
    link.leads_to(publisher);
    publisher.use(link);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  static Identity who() { return {"n07", "landfill-88", "", {}, "1f7a1f7a1f7a1f7a"}; }
  static outbox::Outbox opened(const std::filesystem::path& folder) {
    auto options = test::options_for(folder);
    options.words = {[](const outbox::Gap& gap, const Moment& now) { return gap_draft(who(), gap, now); }, corrected_body};
    return test::open_store(options);
  }

  Plan plan() const {
    Plan plan;
    plan.servers = {"mqtt://first", "mqtt://second", "mqtt://third"};
    plan.who = who();
    plan.store = store.store();
    plan.boot = 3;
    plan.drain = 0;
    change(plan);
    return plan;
  }

  [[nodiscard]] Moment now() const { return test::at(second); }
  void tick() {
    publisher.tick(now());
    if (grants) link.grants(now());
  }
  /// Time passes, with a tick each second, as in the agent.
  void passes(double seconds) {
    for (; seconds > 0; --seconds) second += 1, tick();
  }
  /// Time passes, with a tick whenever the publisher wants one, and a broker that acknowledges at once.
  void runs(double seconds) {
    const double end = second + seconds;
    link.accepts_all(now());
    while (second < end) {
      const auto wanted = publisher.wants_tick();
      const double whole = std::floor(second) + 1;
      second = wanted ? std::clamp(in_seconds(*wanted - test::at(0).steady), second + 1e-6, whole) : whole;
      tick();
      link.accepts_all(now());
    }
  }
  /// Ticks, is welcomed, and subscriptions and greeting are acknowledged.
  void connects(link::Welcome welcome = {}) {
    publisher.tick(now());
    link.welcomes(now(), welcome);
    if (grants) link.grants(now());
    link.accepts(now(), 2);
  }
  /// Waits until it connects, and is welcomed.
  void reconnects() {
    for (int i = 0; i < 100 && !link.connecting(); ++i) passes(1);
    link.welcomes(now());
    if (grants) link.grants(now());
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
  void film(const std::string& id, const std::string& content) {
    auto draft = test::event_of(id, second, Phase::updated);
    draft.pictures.push_back(test::kept_film(store, id, "kuzet/v1/s/n/evidence/" + id + "/", content).value());
    store.record(draft).value();
    publisher.wake(now());
  }
  void observes(int n = 1) {
    std::vector<outbox::Draft> drafts;
    for (int i = 0; i < n; ++i)
      drafts.push_back(obs_draft(who(), "yard", now(), {{now(), "bins", {"people", {{"count", i}}}}}));
    REQUIRE(store.observe(drafts, now()).has_value());
    publisher.wake(now());
  }
  /// A message comes on a topic of this node, or of the centres.
  void hears(const std::string& rest, const std::string& payload) {
    const bool centre = rest.starts_with("_centre/");
    link.brings(now(), centre ? "kuzet/v1/" + rest : topic(who(), rest), payload);
  }
  void centre_is(const std::string& state) { hears("_centre/main/state", "{\"state\":\"" + state + "\"}"); }
  void acks(std::uint64_t upto) { hears("ack", "{\"store\":\"" + store.store() + "\",\"upto\":" + std::to_string(upto) + "}"); }

  /// 0 when it is neither an event nor observations.
  static std::uint64_t seq_of(const link::Message& message) {
    if (message.topic.find("/alert/") == std::string::npos && message.topic.find("/obs/") == std::string::npos) return 0;
    return boost::json::parse(message.payload).as_object().at("seq").to_number<std::uint64_t>();
  }
  /// The seqs of the stored messages among these.
  template <class Messages>
  static Seqs seqs(const Messages& messages) {
    Seqs out;
    for (const auto& one : messages)
      if (const auto seq = seq_of(one.message)) out.push_back(seq);
    return out;
  }
  [[nodiscard]] Seqs in_flight() const { return seqs(link.unanswered); }
  [[nodiscard]] Seqs sent() const { return seqs(link.sent); }
  [[nodiscard]] long times_sent(std::uint64_t seq) const { return std::ranges::count(sent(), seq); }
  /// The last parts of all topics, from the first connection on: "state", "birth", "fire", "1" (a picture).
  [[nodiscard]] Words topics() const {
    Words out;
    for (const auto& one : link.sent) out.push_back(one.message.topic.substr(one.message.topic.rfind('/') + 1));
    return out;
  }
  /// Of the messages whose topic has this part.
  [[nodiscard]] Words payloads_of(const std::string& part) const {
    Words out;
    for (const auto& one : link.sent)
      if (one.message.topic.find(part) != std::string::npos) out.push_back(one.message.payload);
    return out;
  }
  Seqs shelf(outbox::Shelf which) {
    Seqs out;
    for (const auto& message : store.page(test::page_of(which), now()).value()) out.push_back(message.seq);
    return out;
  }
  /// Events that the broker does not have.
  Seqs pending() { return shelf(outbox::Shelf::unsent); }
  outbox::Counts counts() { return store.counts().value(); }
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
