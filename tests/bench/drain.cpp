// SPDX-License-Identifier: Apache-2.0
// A backlog on its way to the broker: store, publisher and link against bare Paho, which has the messages in memory.
#include "agent/run/credentials.hpp"
#include "tests/bench/bare_paho.hpp"
#include "tests/bench/board.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/uplink.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace kuzet::bench {

namespace {

/// Wall time and processor time of this process from now on.
class Watch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  [[nodiscard]] double processor() const { return used() - used_; }

 private:
  static double used() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double used_ = used();
};

struct Rate {
  std::vector<double> per_second, microseconds;  // the latter of processor for one message

  void add(const Watch& watch, std::size_t messages) {
    per_second.push_back(static_cast<double>(messages) / watch.seconds());
    microseconds.push_back(1e6 * watch.processor() / static_cast<double>(messages));
  }
};

using Messages = std::vector<link::Message>;

/// All that waits in the store, as it is sent.
Messages messages_in(const run::Configuration& all) {
  const run::SystemClock clock;
  auto store = open_store(all);
  Messages out;
  for (outbox::Page page;;) {
    const auto some = must(store.page(page, clock.now()));
    if (some.empty()) return out;
    for (const auto& pending : some) out.push_back(uplink::message_of(pending, clock.now().wall));
    page.after = some.back().handle.row;
  }
}

/// As Paho wants it; `properties`: with all that we say beside topic and payload.
std::vector<mqtt::const_message_ptr> for_paho(const Messages& messages, bool properties) {
  std::vector<mqtt::const_message_ptr> out;
  for (const auto& one : messages) {
    mqtt::properties all;
    if (properties) {
      all.add({mqtt::property::CONTENT_TYPE, one.content_type});
      for (const auto& [name, value] : one.properties) all.add({mqtt::property::USER_PROPERTY, name, value});
    }
    out.push_back(mqtt::message::create(one.topic, one.payload, 1, false, all));
  }
  return out;
}

void send_bare(const Broker& broker, const std::vector<mqtt::const_message_ptr>& messages, Rate& rate) {
  BareClient client(broker, "bare");
  const Watch watch;
  for (const auto& message : messages) client.publish(message);
  client.finish();
  rate.add(watch, messages.size());
}

/// From the moment when there is a connection until the store has noted that the broker has everything.
void send_ours(const run::Configuration& all, std::size_t messages, Rate& rate) {
  std::optional<Watch> watch;
  std::size_t acknowledged = 0;
  std::unique_ptr<Board> board;
  const auto settled = [&](const outbox::Counts& counts) {
    if (counts.unsent > 0) throw std::runtime_error("the store has not noted all that was sent");
    rate.add(*watch, messages);
    board->stop();
  };
  board = std::make_unique<Board>(all, Board::Watcher{[&] { watch.emplace(); },
                                                      {},
                                                      [&](std::uint64_t) {
                                                        if (++acknowledged == messages) board->settle(settled);
                                                      },
                                                      {}});
  board->run();
}

std::vector<std::string> row(const char* what, const Rate& rate, const Rate& ours) {
  return {what, figure_and_range(rate.per_second, 0), figure(median(rate.microseconds), 0),
          figure(median_ratio(ours.per_second, rate.per_second))};
}

}  // namespace

void measure_drain(const UplinkRequest& request) {
  const Broker broker(Broker::Speaks::plain);
  const auto full = request.folder / "full", folder = request.folder / "drain";
  fill(board(full), request.backlog);
  const auto messages = messages_in(board(full));
  const auto plain = for_paho(messages, false), whole = for_paho(messages, true);
  Rate payload, everything, ours;
  for (int i = 0; i < request.pairs; ++i) {
    send_bare(broker, plain, payload);
    send_bare(broker, whole, everything);
    std::filesystem::copy(full, folder, std::filesystem::copy_options::recursive);
    ::sync();  // so that the copy does not reach the disk while we are measured
    send_ours(board(folder, broker.uplink()), messages.size(), ours);
    std::filesystem::remove_all(folder);
  }
  std::filesystem::remove_all(full);
  std::printf(
      "\nDraining, %zu events of %zu bytes, QoS 1, a window of 16, MQTT 5, no limit, %d pairs; wall time from the connection "
      "to\n"
      "the last acknowledgement, ours until the store has noted it.\n\n",
      messages.size(), messages.front().payload.size(), request.pairs);
  print_head({"", "messages a second", "processor, us a message", "ours / this"});
  print_row(row("bare Paho, topic and payload alone", payload, ours));
  print_row(row("bare Paho, the same properties too", everything, ours));
  print_row(row("store, publisher, link", ours, ours));
}

}  // namespace kuzet::bench
