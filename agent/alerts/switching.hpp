// SPDX-License-Identifier: Apache-2.0
// What is switched when something happens: answers to alerts and conditions, commands, limits, and the way back to safety.
// Pure: time is an argument, nothing is switched or stored here.
#pragma once

#include "agent/alerts/answer.hpp"
#include "agent/alerts/output_control.hpp"
#include "agent/core/alert.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::alerts {

/// The next step of an answer was reached because the alert is still neither closed nor, where that would do, confirmed.
struct Escalation {
  std::string alert;
  std::size_t level = 0;  ///< counts the moments after the first at which something is switched
};

/// One thread. A step is reached so many seconds of steady time after its alert was opened, and is over when its own time is
/// used up, when its output was on for as long as it may be, or with the answer. An output that several steps want is on; one
/// that was cut off by its limit comes back, after its rest, for a step that is reached later, never for the same again.
class Switching {
 public:
  using Facts = std::vector<std::pair<std::string, std::string>>;
  static constexpr Duration longest_hold = std::chrono::hours(24 * 7);

  Switching(std::vector<OutputLimits> outputs, std::vector<Answer> answers, std::string boot_id);

  /// What an earlier run remembered, and the alerts that were open when it stopped: each answer goes on where it was. Facts
  /// that concern nothing any more are taken away.
  void restore(const Facts& facts, std::span<const Alert> open, const Moment& now);
  /// Goes on where another one was, by the alerts that are open: an output that is in both (`same` says whether it is the same
  /// device) knows its state, its limits go on counting, and answers whose steps are the same are where they were.
  void take_over(const Switching& from, const std::vector<std::string>& same, std::span<const Alert> open, const Moment& now);
  void alert(const AlertEvent& event, const Moment& now);
  /// Its first event stands here in the store: what acknowledgements count by.
  void recorded(const std::string& alert, const std::string& store, std::uint64_t seq);
  /// The control centre has the alert, or everything that a store holds up to here.
  void confirmed(const std::string& alert, const Moment& now);
  void confirmed_up_to(const std::string& store, std::uint64_t seq, const Moment& now);
  /// A condition that answers wait for holds, or does not; one that cannot be known does not hold.
  void condition(const std::string& name, bool holds, const Moment& now);
  /// Somebody wants it on or off for a while, whatever answers say; nothing: as they say again. `config`: there is no such
  /// output. `busy`: it was away from its safe state for as long as it may be.
  Result<> hold(const std::string& output, std::optional<bool> on, Duration length, const Moment& now);
  /// From now on these outputs go to their safe states, and stay there; true once their lines have said so.
  bool let_go(const std::vector<std::string>& outputs, const Moment& now);
  /// From now on all outputs go to their safe states, and stay there.
  void stop(const Moment& now);

  /// What a line says. Nothing when that was known.
  std::optional<Switched> report(const std::string& output, bool on, const Result<>& done, const Moment& now);

  struct Turn {
    std::vector<Switch> switches;         ///< orders to the lines
    std::vector<Switched> news;           ///< of lines that said nothing
    std::vector<Escalation> escalations;  ///< in the order in which they were reached
    Facts facts;                          ///< to be remembered over a restart; an empty value takes one away
  };
  /// Once a second, when next() says so, and after any other call.
  Turn tick(const Moment& now);
  /// When something will be due by time alone.
  [[nodiscard]] std::optional<Steady> next() const;

  [[nodiscard]] bool settled() const;  ///< every line has said what became of its last order
  [[nodiscard]] const std::map<std::string, OutputControl>& outputs() const { return outputs_; }
  /// The steps that want an output now, for `status`.
  [[nodiscard]] std::vector<Why> asking(const std::string& output) const;

 private:
  struct Step {
    bool reached = false;
    bool granted = false;  // its output was given to it
    bool over = false;
    Duration served{};  // of its own time, where it has one
  };
  /// One answer to one alert, or to a condition (then without an id).
  struct Course {
    std::string rule;
    Steady opened{};
    Wall opened_wall{};
    std::string store;  // and the place of its first event in it
    std::uint64_t seq = 0;
    bool confirmed = false;
    bool awaited = false;  // of an earlier run: its condition has not been told yet
    std::vector<Step> steps;
  };
  using Key = std::pair<std::size_t, std::string>;  // answer, alert
  /// A fact as it is now: what has changed in kind is written at once, what only grows now and then.
  struct Fact {
    std::string value, kind;
    Duration grown{}, grain{};
  };

  void advance(const Moment& now);
  Course& begin(std::size_t answer, const std::string& alert, const std::string& rule, const Moment& opened);
  [[nodiscard]] bool live(const Key& key, const Course& course) const;
  void reach(const Moment& now, std::vector<Escalation>& out);
  void cut_off(OutputControl& output);
  void decide(OutputControl& output, const Moment& now, Turn& turn);

  void remember(Facts& out);
  [[nodiscard]] std::map<std::string, Fact> facts() const;
  [[nodiscard]] std::string fact_name(const Key& key) const;
  [[nodiscard]] Fact fact_of(const Key& key, const Course& course) const;
  [[nodiscard]] Fact fact_of(const OutputControl& output) const;
  void resume_course(const std::string& name, const std::string& value, std::span<const Alert> open, const Moment& now);
  void resume_output(const std::string& name, const std::string& value, const Moment& now);

  std::vector<Answer> answers_;
  std::vector<std::string> labels_;  // of the answers, each its own
  std::map<std::string, OutputControl> outputs_;
  std::map<Key, Course> courses_;
  std::string boot_;
  Moment now_{};
  std::optional<Steady> last_;
  bool stopping_ = false;
  std::set<std::string> leaving_;
  std::map<std::string, Fact> written_;
};

}  // namespace kuzet::alerts
