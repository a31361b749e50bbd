// SPDX-License-Identifier: Apache-2.0
// What an agent without cameras holds in memory beyond its libraries, which are the same in every program that needs them.
#include "tests/bench/agent.hpp"
#include "tests/bench/alerts.hpp"
#include "tests/bench/broker.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/uplink.hpp"
#include "tests/harness/process.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <thread>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto rest = 5s;  // until start-up is over

/// The shared libraries of a program, as the loader finds them, one after the other with a blank between.
std::string libraries(const std::string& program) {
  std::istringstream lines(test::run({"ldd", program}).output);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    if (const auto arrow = line.find("=> /"); arrow != std::string::npos)
      out += (out.empty() ? "" : " ") + line.substr(arrow + 3, line.find(" (") - arrow - 3);
  return out;
}

std::vector<std::string> row(const std::string& what, const Child::Memory& memory) {
  return {what, figure(memory.resident, 1), figure(memory.proportional, 1), figure(memory.own, 1)};
}

}  // namespace

void measure_memory(const UplinkRequest& request) {
  const Broker broker(Broker::Speaks::tls);
  const auto list = libraries(KUZET_PROGRAM);
  const Agent agent(board_text(request.folder / "memory", broker.uplink()));
  agent.must_say("connected to");
  const Child idle({KUZET_IDLE}, request.folder / "log", {"LD_PRELOAD=" + list});
  std::this_thread::sleep_for(rest);
  idle.must_run();
  const auto ours = agent.process().memory(), bare = idle.memory();
  std::printf("\nMemory, MiB: an agent without cameras, online over TLS, against a program with the same %td libraries.\n\n",
              std::ranges::count(list, ' ') + 1);
  print_head({"", "resident (RSS)", "its share (PSS)", "its own"});
  print_row(row("idle program", bare));
  print_row(row("kuzet run", ours));
  print_row(row("beyond it", {ours.resident - bare.resident, ours.proportional - bare.proportional, ours.own - bare.own}));
}

}  // namespace kuzet::bench
