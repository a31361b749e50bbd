// SPDX-License-Identifier: Apache-2.0
// kuzet-bench-sensors: what readings cost on their way to the disk and to the broker's queue, by processor and by bytes
// written.
#include "agent/alerts/exceptions.hpp"
#include "agent/alerts/minutes.hpp"
#include "agent/outbox/history.hpp"
#include "agent/run/observer.hpp"
#include "agent/uplink/wire.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/loop_disk.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/stores.hpp"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>

namespace kuzet::bench {

namespace {

struct Arguments {
  int channels = 200;
  int per_sensor = 5;
  int readings = 1000;  // a second, of all channels
  int minutes = 180;    // more than between two checkpoints of the history
  std::optional<double> deadband;
  std::filesystem::path folder;
};

/// What is measured in one go: figures of minutes into the history, observations into the outbox, or both.
struct What {
  const char* name;
  bool history, observations;
};

/// Bytes that this process caused to be written (proc(5), io); less exact than a disk of one's own.
std::uint64_t written_by_us() {
  std::ifstream file("/proc/self/io");
  for (std::string name; file >> name;) {
    std::uint64_t value = 0;
    file >> value;
    if (name == "write_bytes:") return value;
  }
  return 0;
}

/// All channels of a site and what becomes of their readings, second by second of time that is made.
class Site {
 public:
  Site(const Arguments& arguments, const std::filesystem::path& folder, What what)
      : arguments_(arguments), what_(what), store_(test::open_store(test::options_for(folder))) {
    for (int i = 0; i < arguments.channels; ++i)
      readings_.push_back({"sensor-" + std::to_string(i / arguments.per_sensor),
                           "channel_" + std::to_string(i % arguments.per_sensor),
                           0,
                           "ug/m3",
                           {},
                           Quality::good,
                           {}});
    who_.node = "n07", who_.site = "landfill-88";
  }

  void second(int number) {
    for (int i = 0; i < arguments_.readings; ++i) {
      auto& reading = readings_[next_ = (next_ + 1) % readings_.size()];
      reading.at = test::at(number + i / static_cast<double>(arguments_.readings));
      reading.value = std::round((20 + 5 * std::sin(number / 600.0 + static_cast<double>(next_)) + noise()) * 10) * 0.1;
      minutes_.see(reading);
      if (const auto told = exceptions_.see(reading, arguments_.deadband)) observer_.tell(reading.sensor, *told, reading.at);
    }
    const Moment now = test::at(number + 1);
    const auto over = minutes_.take(now);
    if (!over.empty() && what_.history) store_.history().value()->add(over, now).value();
    for (const auto& minute : over) observer_.tell(minute.sensor, alerts::minute_told(minute), minute.at);
    if (what_.observations) send(now);
  }
  [[nodiscard]] double body_bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  double noise() {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's
    return static_cast<double>(random_ >> 40U) / 16777216.0;
  }

  /// Stored, taken out and acknowledged, as with a broker that answers at once.
  void send(const Moment& now) {
    std::vector<outbox::Draft> drafts;
    for (auto& batch : observer_.take(now))
      drafts.push_back(uplink::obs_draft(who_, batch.source, now, std::move(batch.observed)));
    if (drafts.empty()) return;
    store_.observe(drafts, now).value();
    outbox::Settled settled;
    for (const auto& pending : store_.page(test::page_of(outbox::Shelf::observations), now).value()) {
      settled.sent.push_back(pending.handle);
      bytes_ += static_cast<double>(pending.body.size());
      ++messages_;
    }
    store_.settle(settled).value();
  }

  Arguments arguments_;
  What what_;
  outbox::Outbox store_;
  alerts::Minutes minutes_;
  alerts::Exceptions exceptions_;
  run::Observer observer_;
  uplink::Identity who_;
  std::vector<Reading> readings_;
  std::size_t next_ = 0;
  std::uint64_t random_ = 1, messages_ = 0;
  double bytes_ = 0;
};

void measure(const Arguments& arguments, What what) {
  std::optional<LoopDisk> disk;
  if (arguments.folder.empty() && LoopDisk::possible()) disk.emplace();
  const auto folder = disk ? disk->folder() / "store" : arguments.folder / what.name;
  const auto written = [&] { return disk ? disk->written() : written_by_us(); };
  Site site(arguments, folder, what);
  for (int second = 0; second < 120; ++second) site.second(second);
  const auto before = written();
  const double seconds = cost([&] {
    for (int second = 120; second < 120 + arguments.minutes * 60; ++second) site.second(second);
  });
  const double kilobytes = static_cast<double>(written() - before) / 1000 / arguments.minutes;
  print_row({what.name, figure(100 * seconds / (arguments.minutes * 60.0), 2), figure(kilobytes, 1),
             figure(static_cast<double>(site.messages()) / arguments.minutes, 1),
             figure(site.body_bytes() / 1000 / arguments.minutes, 1)});
}

}  // namespace

}  // namespace kuzet::bench

int main(int argc, char** argv) {
  using namespace kuzet::bench;
  Arguments arguments;
  CLI::App app{"Measures what readings cost by processor and by bytes written to the disk, in time that is made."};
  app.add_option("--channels", arguments.channels)->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--readings", arguments.readings, "a second, of all channels")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--minutes", arguments.minutes, "of made time")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--deadband", arguments.deadband, "of every channel; default: none");
  app.add_option("--folder", arguments.folder,
                 "where the disk's writes are counted by /proc/self/io; default: a disk of its own");
  CLI11_PARSE(app, argc, argv);
  try {
    if (arguments.folder.empty() && !LoopDisk::possible()) throw std::runtime_error("no loop device here: say --folder");
    print_head({"what", "% of a core", "kB written a minute", "messages a minute", "kB of messages a minute"});
    measure(arguments, {"figures alone", false, false});
    measure(arguments, {"and history", true, false});
    measure(arguments, {"and observations", true, true});
  } catch (const std::exception& error) {
    std::cerr << "kuzet-bench-sensors: " << error.what() << '\n';
    return 1;
  }
}
