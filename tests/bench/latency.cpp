// SPDX-License-Identifier: Apache-2.0
// How long an alert takes: to the disk, to the broker's acknowledgement, to a subscriber; over TLS on loopback.
#include "tests/bench/bare_paho.hpp"
#include "tests/bench/board.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/uplink.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t alerts = 2000, before = 50;  // the first ones warm everything up
constexpr auto every = 5ms;

/// One moment for each alert; 0: it did not come.
class Moments {
 public:
  void note(std::uint64_t number, Steady when = std::chrono::steady_clock::now()) {
    if (number < at_.size() && at_[number] == 0) at_[number] = when.time_since_epoch().count(), ++noted_;
  }
  [[nodiscard]] std::size_t noted() const { return noted_; }
  [[nodiscard]] bool all() const { return noted_ >= at_.size(); }
  [[nodiscard]] std::int64_t operator[](std::size_t number) const { return at_[number]; }

 private:
  std::vector<std::atomic<std::int64_t>> at_ = std::vector<std::atomic<std::int64_t>>(alerts + before);
  std::atomic<std::size_t> noted_ = 0;
};

/// Milliseconds from one to the other below which this share of them stays.
double quantile(const Moments& from, const Moments& to, double share) {
  std::vector<double> took;
  for (std::size_t i = before; i < alerts + before; ++i) took.push_back(static_cast<double>(to[i] - from[i]) / 1e6);
  std::ranges::sort(took);
  return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
}

struct Spread {
  std::vector<double> p50, p99;
  void add(const Moments& from, const Moments& to) {
    p50.push_back(quantile(from, to, 0.5));
    p99.push_back(quantile(from, to, 0.99));
  }
};

void print(const char* what, const Spread& spread) {
  print_row({what, figure_and_range(spread.p50), figure_and_range(spread.p99)});
}

std::uint64_t seq_of(const mqtt::message& message) {
  const auto& properties = message.get_properties();
  for (std::size_t i = 0; i < properties.count(mqtt::property::USER_PROPERTY); ++i)
    if (const auto [name, value] = mqtt::get<mqtt::string_pair>(properties, mqtt::property::USER_PROPERTY, i); name == "seq")
      return std::stoull(value);
  return 0;
}

struct Ours {
  Spread disk, acknowledged, subscriber, whole, to_acknowledgement;
};

/// The store is new, so that its events count from 1.
void measure_ours(const Broker& broker, const std::filesystem::path& folder, std::string& payload, Ours& out) {
  Moments found, committed, acknowledged, arrived;
  BareClient centre(broker, "listener");
  centre.subscribe("kuzet/v1/+/+/alert/#",
                   [&](const mqtt::message& message, Steady when) { arrived.note(seq_of(message) - 1, when); });
  const auto all = board(folder, broker.uplink());
  std::unique_ptr<Board> ours;
  const auto raise = [&, number = std::uint64_t{0}]() mutable {
    if (number == alerts + before) {
      if (acknowledged.all() && arrived.all()) ours->stop();
      return true;
    }
    found.note(number);
    ours->record(event(number++, ours->now()));
    return true;
  };
  ours = std::make_unique<Board>(
      all, Board::Watcher{[&] { ours->each(every, raise); },
                          [&](const outbox::Stamp& stamp, Steady when) { committed.note(stamp.seq - 1, when); },
                          [&](std::uint64_t seq) { acknowledged.note(seq - 1); },
                          [&](const link::Message& message) {
                            if (!message.retained) payload = message.payload;
                          }});
  ours->run();
  out.disk.add(found, committed);
  out.acknowledged.add(committed, acknowledged);
  out.subscriber.add(committed, arrived);
  out.to_acknowledgement.add(found, acknowledged);
  out.whole.add(found, arrived);
}

/// Bare Paho sends the same bytes as often.
void measure_bare(const Broker& broker, const std::string& payload, Spread& out) {
  Moments sent, arrived;
  BareClient centre(broker, "listener"), sender(broker, "bare");
  centre.subscribe("bare/#", [&](const mqtt::message& message, Steady when) {
    arrived.note(std::stoull(message.get_topic().substr(5)), when);
  });
  auto due = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < alerts + before; ++i, due += every) {
    std::this_thread::sleep_until(due);
    sent.note(i);
    sender.publish(mqtt::message::create("bare/" + std::to_string(i), payload, 1, false));
  }
  while (!arrived.all()) std::this_thread::sleep_for(1ms);
  out.add(sent, arrived);
}

}  // namespace

void measure_latency(const UplinkRequest& request) {
  const Broker broker(Broker::Speaks::tls);
  Ours ours;
  Spread bare;
  for (int i = 0; i < request.pairs; ++i) {
    const auto folder = request.folder / "latency";
    std::string payload;
    measure_ours(broker, folder, payload, ours);
    measure_bare(broker, payload, bare);
    std::filesystem::remove_all(folder);
  }
  std::printf("\nLatency over TLS on loopback, QoS 1, %zu alerts, one each 5 ms, %d pairs; milliseconds.\n\n", alerts,
              request.pairs);
  print_head({"", "p50", "p99"});
  print("from the event to its commit", ours.disk);
  print("from the commit to the broker's acknowledgement", ours.acknowledged);
  print("from the commit to a subscriber", ours.subscriber);
  print("from the event to the broker's acknowledgement", ours.to_acknowledgement);
  print("from the event to a subscriber", ours.whole);
  print("bare Paho, from publishing to a subscriber", bare);
}

}  // namespace kuzet::bench
