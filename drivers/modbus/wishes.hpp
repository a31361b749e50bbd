// SPDX-License-Identifier: Apache-2.0
// What is wanted of the outputs: said by any thread, carried out by the line's.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace kuzet::drivers::modbus {

/// Knows for each output the newest wish, whether it is carried out, and when to try or to look again.
class Wishes {
 public:
  explicit Wishes(std::size_t outputs) : all_(outputs) {}

  /// Any thread.
  void want(std::size_t output, bool on);

  /// What is to be done with an output now.
  struct Errand {
    std::size_t output = 0;
    bool on = false;
    bool check = false;  ///< only look whether it is as wanted
    bool fresh = false;  ///< wanted just now: also from a slave that did not answer before
    std::size_t number = 0;
  };
  /// The errand of this output and from when on it is to be done; nullopt when there is none.
  [[nodiscard]] std::optional<std::pair<Errand, Steady>> next(std::size_t output) const;
  /// It was tried: done (look again at `later`) or not (try again at `later`).
  void tried(const Errand& errand, bool done, Steady later);
  /// Once more, as soon as it can be: the line was opened anew, or the slave was away.
  void again(std::size_t output);
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  struct Wish {
    std::optional<bool> on;
    std::size_t number = 0;  // counts wishes
    bool done = false, fresh = false;
    Steady at{};
  };
  mutable std::mutex mutex_;
  std::vector<Wish> all_;
};

}  // namespace kuzet::drivers::modbus
