// SPDX-License-Identifier: Apache-2.0
// Keeps the agent within its share of the board: what is left out first, what last, and what never.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/camera_meter.hpp"
#include "agent/run/ladder.hpp"
#include "agent/run/orders.hpp"

#include <boost/json/object.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// Pure: time and the processor's account are arguments.
///
/// Left out, in this order: half of the requests to models, three quarters, all; then looks, in three steps from each
/// detector's own rate down to the least that keeps its promise. Never below it, and never a dwell time: those are seconds, not
/// pictures. Taken back in reverse. A camera whose detectors do not keep up although the board has time (one thread is busy all
/// the time) goes down a ladder of its own: what it leaves out evenly is better than what it misses at random.
class Governor {
 public:
  /// `limit`: per cent of all cores together. `models`: whether any camera has a model; without, those steps are skipped.
  Governor(double limit, unsigned cores, bool models) : limit_(limit), cores_(cores), models_(models) {}

  /// Once a second, with what the program has used since it was started. What is to be told: one sentence for each change.
  std::vector<std::string> look(Duration used, const std::vector<Keeping>& cameras, Steady now);

  /// What a camera gets.
  [[nodiscard]] Share share(const std::string& camera) const;
  /// What is left out: "nothing", "half_of_models", ...
  [[nodiscard]] std::string_view shed(const std::string& camera) const;
  [[nodiscard]] boost::json::object about() const;

 private:
  [[nodiscard]] int most() const;
  [[nodiscard]] int level(int step) const;
  [[nodiscard]] int level_of(const std::string& camera) const;
  void measure(Duration used, Steady now);
  [[nodiscard]] Load load() const;
  [[nodiscard]] std::string said() const;

  double limit_;
  unsigned cores_;
  bool models_;
  std::deque<std::pair<Steady, Duration>> samples_;
  std::optional<Steady> began_;
  double used_ = 0;  // per cent of all cores
  Ladder board_;
  std::map<std::string, Ladder> cameras_;
};

}  // namespace kuzet::run
