// SPDX-License-Identifier: Apache-2.0
// What is left behind by hours in which cameras fail again and again.
#include "tests/bench/cameras.hpp"
#include "tests/bench/figures.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/harness/wire.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <thread>

namespace kuzet::bench {

using namespace std::chrono_literals;
using test::Wire;

namespace {

constexpr int rounds = 10;             // rows of the table
constexpr int longer = 10;             // than what one measurement lasts: 5 minutes, an hour with --seconds 360
constexpr auto each_state_lasts = 3s;  // a camera with a time-out of a second fails and is tried again in it
const std::array states{Wire::State::sound, Wire::State::silent,  Wire::State::sound, Wire::State::refused,
                        Wire::State::sound, Wire::State::flooded, Wire::State::sound, Wire::State::garbled,
                        Wire::State::sound, Wire::State::slow};

/// All wires from state to state, each at another place of the list, until the time is over.
void disturb(std::vector<std::unique_ptr<Wire>>& wires, std::chrono::steady_clock::duration length, std::size_t& turn) {
  for (const auto end = std::chrono::steady_clock::now() + length; std::chrono::steady_clock::now() < end; ++turn) {
    for (std::size_t i = 0; i < wires.size(); ++i) {
      wires[i]->set(states.at((turn + 3 * i) % states.size()));
      if (turn % 7 == i) wires[i]->cut();
    }
    std::this_thread::sleep_for(each_state_lasts);
  }
}

}  // namespace

void measure_endurance(const LiveRequest& request) {
  const auto& footage = request.footage.front();
  const test::RtspCamera camera({.mounts = {"/main=" + footage.file.string()}});
  std::vector<std::unique_ptr<Wire>> wires;
  std::vector<Watching> cameras;
  for (int i = 0; i < 4; ++i) {
    wires.push_back(std::make_unique<Wire>(camera.port()));
    cameras.push_back({"c" + std::to_string(i),
                       "rtsp://127.0.0.1:" + std::to_string(wires.back()->port()) + "/main",
                       {"fire", "illegal_parking", "view"},
                       "timeout: 1s, "});
  }
  const LiveAgent agent(request.folder, "endurance", cameras, footage.zone);
  agent.must_watch();
  std::printf("\nFour cameras that hang, refuse, flood, garble, slow down and are cut in turn, %lld s.\n\n",
              static_cast<long long>(longer * request.duration.count()));
  print_head({"after, s", "resident (RSS), MiB", "its own, MiB", "threads", "open files"});
  std::size_t turn = 0;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    disturb(wires, request.duration * longer / rounds, turn);
    const auto memory = agent.process().memory();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    print_row({figure(seconds, 0), figure(memory.resident, 1), figure(memory.own, 1), std::to_string(agent.process().threads()),
               std::to_string(agent.process().files())});
  }
}

}  // namespace kuzet::bench
