// SPDX-License-Identifier: Apache-2.0
// Boards and chance.
#include "tests/faults/storm.hpp"

#include "tests/harness/catch.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace kuzet::test {

using namespace std::chrono_literals;

Chance::Chance() : seed_(static_cast<unsigned>(repeats("KUZET_SEED", 1))), engine_(seed_) {}

Board::Board(std::filesystem::path store, const std::string& server, const std::string& uplink) : store_(std::move(store)) {
  write_text(folder_ / "kuzet.yaml", "node: {id: n1, site: yard}\nuplink: {servers: [\"" + server + "\"], keep_alive: 10s" +
                                         (uplink.empty() ? "" : ", " + uplink) + "}\nstore: {path: \"" + store_.string() +
                                         "\", keep_free: 0B}\n");
}

Process Board::start(std::vector<std::string> words, std::vector<std::string> before) const {
  before.insert(before.end(), {KUZET_SIREN, "--config", (folder_ / "kuzet.yaml").string()});
  before.insert(before.end(), words.begin(), words.end());
  return Process(std::move(before), folder_ / "log");
}

bool Board::delivers(std::chrono::seconds limit, int last) const {
  Process siren = start({"--rate", "50", "--count", std::to_string(last)});
  if (siren.wait(limit) == 0) return true;
  const auto text = log();
  WARN("not delivered; the log ends with\n" << text.substr(text.size() - std::min<std::size_t>(text.size(), 2500)));
  return false;
}

std::vector<Journal> Board::journals() const {
  std::vector<Journal> out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(store_, failed)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("kuzet.db") || name.ends_with("-wal") || name.ends_with("-shm") || entry.is_directory()) continue;
    if (auto journal = Journal::read(entry.path())) out.push_back(std::move(*journal));
  }
  return out;
}

std::vector<std::int64_t> Board::accepted() const {
  std::vector<std::int64_t> out;
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line);) {
    std::int64_t seq = 0, nanoseconds = 0;
    if (std::istringstream words(line); words >> seq >> nanoseconds && words.eof()) out.push_back(seq);
  }
  return out;
}

std::vector<std::string> settled_complaints(const Witness& witness, const Board& board) {
  std::vector<std::string> out;
  eventually([&] { return (out = complaints(witness.messages(), board.journals())).empty(); }, 20s);
  for (const auto& complaint : out) WARN(complaint.substr(0, 300));
  return out;
}

bool storm_is_possible() {
  if (Broker::available() && !find_program("mosquitto_pub").empty()) return true;
  WARN("skipped: mosquitto, mosquitto_sub and mosquitto_pub are not installed");
  return false;
}

}  // namespace kuzet::test
