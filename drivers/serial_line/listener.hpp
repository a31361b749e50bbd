// SPDX-License-Identifier: Apache-2.0
// Listens to a device that writes lines, for all sensors that are read from it.
#pragma once

#include "drivers/serial/conversation.hpp"
#include "drivers/serial/tally.hpp"
#include "drivers/serial_line/cutter.hpp"
#include "drivers/serial_line/ear.hpp"

#include <vector>

namespace kuzet::drivers::serial_line {

class Listener final : public serial::Conversation {
 public:
  explicit Listener(const std::vector<Device>& sensors);
  /// To whom it is told from now on.
  void tell(LineEvents& events) { events_ = &events; }
  [[nodiscard]] const serial::Port& port() const { return ears_.front().settings(); }

  void opened(const Moment& now) override;
  void heard(std::string_view bytes, const Moment& now) override;
  Turn turn(const Moment& now) override;

 private:
  void take(const Cutter::Cut& cut, const Moment& now);

  std::vector<Ear> ears_;
  std::vector<Heard> heard_;  // of one line, by each ear
  bool terminal_ = false;     // somebody on this line tells of persons: nothing of what cannot be read may be shown
  Cutter cutter_;
  LineEvents* events_ = nullptr;
};

}  // namespace kuzet::drivers::serial_line
