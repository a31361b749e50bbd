// SPDX-License-Identifier: Apache-2.0
// Who may be asked when: a slave that does not answer is asked less and less often, so that the others on its bus lose next to
// nothing.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <vector>

namespace kuzet::drivers::modbus {

/// One for all who are asked on a line, counted from 0: the readings of a slave at one interval, an output. (Not the slave:
/// some answer for one register and say nothing for another.) After the second silence in a row (the first, of one that never
/// answered) one is asked only as a probe: 2 s, 4 s ... 30 s after the last, and while others answer, all probes together take
/// at most a fiftieth of the line's time.
class Breaker {
 public:
  /// `short_probes`: a probe waits less long than a request; not behind a gateway, which goes on waiting when we no longer do.
  Breaker(std::size_t parties, bool short_probes) : parties_(parties), short_probes_(short_probes) {}

  /// True when it was silent before.
  bool answered(std::size_t party);
  /// It said nothing, or nothing that could be read, and that took so long; it may still speak up to `timeout` from now.
  void silent(std::size_t party, Duration took, Duration timeout, Steady now);

  /// Another of its slave answers again: it is asked at once.
  void revive(std::size_t party);

  /// From when on it may be asked.
  [[nodiscard]] Steady next(std::size_t party) const;
  /// How long to wait for its answer: `timeout`, of short probes at most 600 ms; every fourth waits it all.
  [[nodiscard]] Duration patience(std::size_t party, Duration timeout) const;
  /// Somebody on this line answers.
  [[nodiscard]] bool anybody() const;
  /// The line was opened anew: what is left of pauses is forgotten, who answered is asked as usual.
  void reopened();

 private:
  struct Party {
    bool ever = false;  // has answered
    int silences = 0;   // in a row
    Steady next{};
  };
  [[nodiscard]] static bool open(const Party& one) { return one.silences > (one.ever ? 1 : 0); }

  std::vector<Party> parties_;
  bool short_probes_;
  Steady probes_from_{};  // of the whole line, while somebody answers
};

}  // namespace kuzet::drivers::modbus
