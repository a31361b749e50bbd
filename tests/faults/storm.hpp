// SPDX-License-Identifier: Apache-2.0
// A board, a wire and a broker that can be hit at will, and a witness who counts: what a storm is made of.
#pragma once

#include "tests/harness/broker.hpp"
#include "tests/harness/certificates.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/repeats.hpp"
#include "tests/harness/temp_folder.hpp"
#include "tests/harness/wire.hpp"
#include "tests/harness/witness.hpp"

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace kuzet::test {

/// Random moments, the same in each short run; the long form draws a seed (KUZET_SEED), which is told when a test fails.
class Chance {
 public:
  Chance();
  [[nodiscard]] unsigned seed() const { return seed_; }
  int between(int least, int most) { return std::uniform_int_distribution(least, most)(engine_); }
  std::chrono::milliseconds wait(int least, int most) { return std::chrono::milliseconds(between(least, most)); }

 private:
  unsigned seed_;
  std::mt19937 engine_;
};

/// A board without eyes (kuzet-siren) that speaks to a broker through a wire.
class Board {
 public:
  /// `store`: a folder; `uplink`: further settings of the uplink, "tls: {...}, resend: 2s".
  Board(std::filesystem::path store, const std::string& server, const std::string& uplink = "");

  /// Raises events until it is killed; `words` are for kuzet-siren, `before` for what starts it (faketime ...).
  [[nodiscard]] Process start(std::vector<std::string> words, std::vector<std::string> before = {}) const;
  /// Starts it once more, raises `last` events and lets it run until all is delivered, which it must manage within `limit`.
  [[nodiscard]] bool delivers(std::chrono::seconds limit, int last = 3) const;

  [[nodiscard]] const std::filesystem::path& store() const { return store_; }
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }
  /// Of this store and of all that were set aside in its folder.
  [[nodiscard]] std::vector<Journal> journals() const;
  /// What the siren said on its way: with --timed, each number that it was told to be on the disk.
  [[nodiscard]] std::vector<std::int64_t> accepted() const;

 private:
  TempFolder folder_;
  std::filesystem::path store_;
};

/// Every complaint of the witness, after giving what is on its way a little time.
std::vector<std::string> settled_complaints(const Witness& witness, const Board& board);

/// False, and a word, where these tests cannot run.
bool storm_is_possible();

}  // namespace kuzet::test
