// SPDX-License-Identifier: Apache-2.0
// The day of a dust sensor: woken, warmed up, heard, and put to sleep, because its laser lives for 8,000 hours only.
#pragma once

#include "drivers/line.hpp"
#include "drivers/particulate/frames.hpp"
#include "drivers/serial/conversation.hpp"
#include "drivers/serial/tally.hpp"

#include <deque>
#include <optional>
#include <string>

namespace kuzet::drivers::particulate {

struct DutySettings : DeviceSettings, serial::Port {
  std::string name = "sds011";  ///< of the model
  Duration warm_up = std::chrono::seconds(30);
  Duration measure = std::chrono::seconds(35);
  Duration rest = std::chrono::seconds(265);

  [[nodiscard]] Model model() const;
};

/// Its channels, in this order: pm2_5, pm10, of Plantower's pm1, and the laser's hours.
std::vector<Channel> channels_of(Model model);

class Duty final : public serial::Conversation {
 public:
  Duty(std::size_t sensor, std::shared_ptr<const DutySettings> settings);
  /// To whom it is told from now on.
  void tell(LineEvents& events) { events_ = &events; }

  void opened(const Moment& now) override;
  void heard(std::string_view bytes, const Moment& now) override;
  Turn turn(const Moment& now) override;
  std::string farewell() override;

 private:
  enum class Phase { waking, working, falling_asleep, resting };
  struct Step {
    std::string say;
    std::uint8_t command;
  };

  void enter(Phase phase, Steady now);
  void hear(const Word& word, const Moment& now);
  void hear_answer(const Word& word, const Moment& now);
  void hear_values(const Word& word, const Moment& now);
  void awake(Steady now);
  void asleep(Steady now);
  std::string wake(Steady now);
  std::string work(Steady now);
  std::string fall_asleep(Steady now);
  /// The bytes when it is time to say them (again), else none; counts how often.
  std::string ask(const std::string& say, Steady now);
  [[nodiscard]] std::string silence() const;
  [[nodiscard]] std::string sleep_command() const;
  [[nodiscard]] Duration laser(Steady now) const;

  std::size_t sensor_;
  std::shared_ptr<const DutySettings> settings_;
  Model model_;
  Frames frames_;
  serial::Tally tally_;
  LineEvents* events_ = nullptr;

  Phase phase_ = Phase::waking;
  Steady since_{};               // of the phase
  Steady ask_at_{};              // the next word to it
  int asked_ = 0;                // in a row without an answer
  std::deque<Step> steps_;       // what is to be set, once it is awake
  Steady heard_{};               // the last frame
  std::optional<Steady> told_;   // the last values
  std::uint64_t bytes_ = 0;      // since the phase began
  std::optional<Steady> awake_;  // fan and laser run since then
  Duration laser_{};             // before that
  bool described_ = false;
};

}  // namespace kuzet::drivers::particulate
