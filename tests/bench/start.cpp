// SPDX-License-Identifier: Apache-2.0
// How long the agent takes until it is ready, and what it holds in memory then, with a long backlog and with none.
#include "tests/bench/agent.hpp"
#include "tests/bench/alerts.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/uplink.hpp"
#include "tests/harness/broker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <thread>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto rest = 3s;
constexpr std::uint64_t bytes_an_event = 4096;  // more than it takes

/// A folder in memory where flushing costs nothing; nothing where there is no room.
std::optional<fs::path> quick_folder(std::uint64_t events) {
  const fs::path memory = "/dev/shm";
  std::error_code none;
  const auto room = fs::space(memory, none);
  if (none || room.available < events * bytes_an_event) return std::nullopt;
  return memory / ("kuzet-bench-" + std::to_string(::getpid()));
}

void make_backlog(const fs::path& folder, std::uint64_t events) {
  const auto quick = quick_folder(events);
  if (!quick) return fill(board(folder), events);
  fill(board(*quick), events);
  fs::copy(*quick, folder, fs::copy_options::recursive);
  fs::remove_all(*quick);
}

/// The kernel keeps nothing of it in memory, as after a start of the board.
void forget(const fs::path& folder) {
  ::sync();
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const int file = ::open(entry.path().c_str(), O_RDONLY);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

struct Starts {
  std::vector<double> seconds, resident, peak;

  void add(const fs::path& store) {
    const std::string nobody = "uplink: {servers: [\"mqtt://127.0.0.1:" + std::to_string(test::free_port()) + "\"]}\n";
    const Agent agent(board_text(store, nobody));
    seconds.push_back(agent.start().count());
    std::this_thread::sleep_for(rest);
    resident.push_back(agent.process().memory().resident);
    peak.push_back(agent.process().peak());
    agent.process().ask_to_end();
    std::this_thread::sleep_for(1s);
  }
  [[nodiscard]] std::vector<std::string> row(const std::string& what) const {
    return {what, figure_and_range(seconds), figure(median(resident), 1), figure(median(peak), 1)};
  }
};

}  // namespace

void measure_start(const UplinkRequest& request) {
  const auto full = request.folder / "backlog";
  make_backlog(full, request.long_backlog);
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(full))
    if (entry.is_regular_file()) bytes += entry.file_size();
  Starts empty, cold, warm;
  for (int i = 0; i < request.pairs; ++i) {
    const auto fresh = request.folder / "fresh";
    empty.add(fresh);
    fs::remove_all(fresh);
    forget(full);
    cold.add(full);
    warm.add(full);
  }
  fs::remove_all(full);
  std::printf("\nStart, offline, %d times, until systemd is told that we are ready; a backlog of %llu events, %ju MiB.\n\n",
              request.pairs, static_cast<unsigned long long>(request.long_backlog), bytes >> 20);
  print_head({"", "seconds", "resident, MiB", "at most, MiB"});
  print_row(empty.row("empty store"));
  print_row(cold.row("backlog, not in the kernel's memory"));
  print_row(warm.row("backlog, in the kernel's memory"));
}

}  // namespace kuzet::bench
