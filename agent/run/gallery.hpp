// SPDX-License-Identifier: Apache-2.0
// How a suspicion looked when it was first seen and at its best: cuts from the pictures, until it is an alert or comes to
// nothing.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

/// For fire, smoke, intrusion and crowding; the detectors of the other kinds give their own picture from before (see
/// Finding::before). Holds copies of parts, never a decoder's picture; at most 16 suspicions and 8 MiB, the longest unseen goes
/// first. What it gives is covered when it is stored, as any picture. One thread.
class Gallery {
 public:
  /// Alerts that are open already need no more pictures.
  void resume(const std::vector<Alert>& open);
  /// One look of a rule: its findings in this picture.
  void see(const Rule& rule, std::span<const Finding> findings, const Frame& frame);
  /// Gives an alert that is raised its pictures: first and best, the same part of the picture (that of the best, and what is
  /// around it; where the thing has moved out of what was kept, its place at the time), where they are more than a second older
  /// than the event and apart.
  void add_to(AlertEvent& event);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return suspicions_.size(); }

  static constexpr std::size_t most_bytes = std::size_t{8} << 20;
  static constexpr std::size_t most = 16;

 private:
  struct View {
    std::shared_ptr<const Frame> part;
    Box box;
    double confidence = 0;
  };
  struct Suspicion {
    View first, best;
    Steady seen;
    [[nodiscard]] std::size_t bytes() const;
  };
  using Key = std::pair<std::string, std::uint64_t>;

  void look(const Key& key, const Finding& finding, const Frame& frame);
  void forget_unseen(const Rule& rule, const Steady& now);
  void make_room();

  std::map<Key, Suspicion> suspicions_;
  std::set<Key> raised_;
  std::size_t bytes_ = 0;
};

}  // namespace kuzet::run
