// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into lines, whatever it holds, and keeps no more than one of them.
#pragma once

#include "agent/core/time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kuzet::drivers::serial_line {

/// A line ends with CR, LF or ETX (0x03, as card readers write), in any combination; blanks and control characters around it,
/// NUL and STX among them and tabs not, are no part of it.
class Cutter {
 public:
  /// `good`: the whole line. Otherwise why it is none, `line` being its beginning.
  struct Cut {
    std::string_view line;
    std::string_view damage;
  };
  using Sink = std::function<void(const Cut&)>;

  /// The device is open. A line that is under way already has lost its beginning and is left out: "123.4" would be read as 3.4.
  void opened(Steady now);
  void feed(std::string_view bytes, Steady now, const Sink& sink);
  /// Gives up a line whose end does not come: its device was switched off in the middle of it.
  void turn(Steady now, const Sink& sink);
  /// When turn() has something to do.
  [[nodiscard]] std::optional<Steady> next() const;

  static constexpr std::size_t longest = 4096;

 private:
  void add(std::string_view piece);
  void end(const Sink& sink);

  std::string line_;
  bool too_long_ = false;
  bool headless_ = false;
  std::optional<Steady> opened_;  // until the first byte
  Steady last_{};                 // when something came last
};

/// Without blanks and control characters at both ends; unframed() leaves tabs.
std::string_view unframed(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace kuzet::drivers::serial_line
