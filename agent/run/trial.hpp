// SPDX-License-Identifier: Apache-2.0
// The trial of a new configuration: what worked before it must work under it, or it is taken back.
#pragma once

#include "agent/core/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run {

/// A camera or sensor as it is now.
struct Sign {
  std::string id;
  bool works = false;
  Duration patience{};  ///< it may be silent for so long and still be well; zero: it is known that something is wrong
  std::string why = {};
};

/// What there is under a configuration, and what of it works.
struct Signs {
  std::optional<bool> online;  ///< nothing: there is no uplink
  std::vector<Sign> inputs;
};

/// What worked under the configuration before.
struct Baseline {
  bool online = false;
  std::vector<std::string> inputs;

  friend bool operator==(const Baseline&, const Baseline&) = default;
};

/// Remembers what works: what did so within the last minute worked before.
class Worked {
 public:
  void see(const Signs& signs, const Moment& now);
  /// An earlier run of the agent saw it, which is taken for now.
  void know(const Baseline& earlier, const Moment& now);
  [[nodiscard]] Baseline before(const Moment& now) const;

 private:
  std::optional<Steady> online_;
  std::map<std::string, Steady> inputs_;
};

/// Critical are the broker and each camera and sensor that worked before and that the new configuration still has: what was
/// dead before, or was taken away on purpose, is no loss.
///
/// Lost is what does not work for longer than the trial (a sensor that may be silent for longer: for longer than that). Passed
/// is who has stood the trial's time while all works; what is only silent, as it may be, is not waited for. One that is never
/// wholly well and never lost passes after three times that long. Pure; time is an argument.
class Trial {
 public:
  enum class Verdict { running, passed, lost };

  Trial(Baseline before, Duration length, const Moment& now);
  Verdict look(const Signs& signs, const Moment& now);

  /// What was lost, in one sentence; empty while nothing is.
  [[nodiscard]] const std::string& lost() const { return lost_; }
  [[nodiscard]] Duration length() const { return length_; }
  /// How long it lasts at least from now on.
  [[nodiscard]] Duration left(const Moment& now) const;

 private:
  bool look(const std::string& name, const Sign& sign, Steady now);

  Baseline before_;
  Duration length_;
  Steady began_;
  std::map<std::string, Steady> well_;  // when each of them last worked, or the trial's beginning
  bool waits_ = false;                  // something does not work now
  std::string lost_;
};

}  // namespace kuzet::run
