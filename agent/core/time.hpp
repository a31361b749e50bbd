// SPDX-License-Identifier: Apache-2.0
// The two clocks: steady for every duration, wall for what is written down; both are passed in, never read here.
#pragma once

#include "agent/core/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace kuzet {

using Duration = std::chrono::steady_clock::duration;
using Steady = std::chrono::steady_clock::time_point;
using Wall = std::chrono::sys_time<std::chrono::milliseconds>;

/// How far the wall clock can be believed: set by the network, running on since it was, or never set; and of what was written
/// down: before the clock was set, and put right since.
enum class ClockState { synced, held, unsynced, corrected };

std::string_view name(ClockState state);

/// One instant on both clocks.
struct Moment {
  Steady steady;
  Wall wall;
  ClockState clock = ClockState::unsynced;

  /// The same clocks `earlier` before now: how a start is dated from a duration that was measured.
  [[nodiscard]] Moment before(Duration earlier) const {
    return {steady - earlier, wall - std::chrono::duration_cast<std::chrono::milliseconds>(earlier), clock};
  }
};

/// What `then` was by the clock of now: a moment that was taken before the clock was set, once it is set; any other unchanged.
/// Both of the same boot.
[[nodiscard]] Moment corrected(const Moment& then, const Moment& now);

/// Where the agent's time comes from; tests pass their own.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Moment now() const = 0;
};

inline double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
inline Duration from_seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

/// RFC 3339 in UTC with milliseconds: "2026-11-22T04:30:58.000Z".
std::string rfc3339(Wall wall);

/// Reads "2026-11-22", "2026-11-22T04:30Z" or the full form that rfc3339() writes (UTC); `config` when it is none of them.
Result<Wall> parse_rfc3339(std::string_view text);

/// "90s", "3min", "1h30min", "500ms", "2d": the way the configuration writes durations; `config` when it cannot be read.
Result<Duration> parse_duration(std::string_view text);

/// The shortest exact way to write a duration that parse_duration() reads back.
std::string to_text(Duration duration);

}  // namespace kuzet
