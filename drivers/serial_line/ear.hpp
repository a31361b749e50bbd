// SPDX-License-Identifier: Apache-2.0
// One sensor on a line of text: it holds values back that come too fast, and says what cannot be read.
#pragma once

#include "drivers/line.hpp"
#include "drivers/serial/tally.hpp"
#include "drivers/serial_line/format.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::serial_line {

class Ear {
 public:
  Ear(std::size_t place, const Device& device);
  [[nodiscard]] const LineSettings& settings() const { return *settings_; }

  void opened(Steady now);
  [[nodiscard]] Heard read(std::string_view line) { return format_->read(line); }
  /// It could be read.
  void take(const Heard& heard, const Moment& now, LineEvents& events);
  /// It could not, and nobody else on the line could.
  void miss(std::string_view why, std::string_view shown) { tally_.bad(why, shown); }
  /// Tells what is due; gives when there is something again.
  std::optional<Steady> turn(const Moment& now, LineEvents& events);

 private:
  void pass(const Heard::Passing& passing, const Moment& now, LineEvents& events);
  [[nodiscard]] bool repeated(const Heard::Passing& passing, Steady now);
  [[nodiscard]] bool crowded(Steady now);
  void tell(const Moment& now, LineEvents& events);
  void tell_silence(Steady now, LineEvents& events);

  std::size_t place_;
  std::shared_ptr<const LineSettings> settings_;
  std::unique_ptr<Format> format_;
  serial::Tally tally_;
  std::vector<std::optional<Sample>> waiting_;  // the newest of each channel
  bool alive_ = false;
  std::optional<Steady> told_;
  Steady value_{};  // when the last value came, or silence was told
  bool spoke_ = false;
  std::string last_person_;  // in memory only, for `again`
  Passage::What last_what_ = Passage::What::entry;
  std::optional<Steady> last_passing_;
  Steady second_{};
  int in_second_ = 0;
};

}  // namespace kuzet::drivers::serial_line
