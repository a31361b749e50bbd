// SPDX-License-Identifier: Apache-2.0
// Who may be asked when: a slave that does not answer is asked less and less often, so that the others on its bus lose next to
// nothing.
#pragma once

#include "agent/core/time.hpp"

#include <cstddef>
#include <vector>

namespace kuzet::drivers::modbus {

/// One for all slaves of a line, which are counted from 0. After the second silence in a row (the first, of one that never
/// answered) a slave is asked only as a probe: 2 s, 4 s ... 30 s after the last, and while others answer, all probes together
/// take at most a fortieth of the line's time.
class Breaker {
 public:
  /// `short_probes`: a probe waits less long than a request; not behind a gateway, which goes on waiting when we no longer do.
  Breaker(std::size_t slaves, bool short_probes) : slaves_(slaves), short_probes_(short_probes) {}

  /// True when it had not answered before.
  bool answered(std::size_t slave, Duration took);
  /// It said nothing, or nothing that could be read, and that took so long; it may still speak up to `timeout` from now.
  void silent(std::size_t slave, Duration took, Duration timeout, Steady now);

  /// From when on it may be asked.
  [[nodiscard]] Steady next(std::size_t slave) const;
  /// How long to wait for its answer: `timeout`, of probes less where we know how fast slaves of this line are; every fourth
  /// waits it all.
  [[nodiscard]] Duration patience(std::size_t slave, Duration timeout) const;
  /// Somebody on this line answers.
  [[nodiscard]] bool anybody() const;
  /// The line was opened anew: what is left of pauses is forgotten, who answered is asked as usual.
  void reopened();

 private:
  struct Slave {
    bool ever = false;  // has answered
    int silences = 0;   // in a row
    Steady next{};
    Duration slowest{};  // answer; forgotten slowly
  };
  [[nodiscard]] static bool open(const Slave& slave) { return slave.silences > (slave.ever ? 1 : 0); }

  std::vector<Slave> slaves_;
  bool short_probes_;
  Steady probes_from_{};  // of the whole line, while somebody answers
};

}  // namespace kuzet::drivers::modbus
