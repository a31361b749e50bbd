// SPDX-License-Identifier: Apache-2.0
// Pins of a GPIO chip as the driver needs them; the library is hidden behind this, in a version for each of its generations.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::gpio {

enum class Pull { as_is, up, down, none };
enum class Drive { push_pull, open_drain, open_source };

/// Which pin, and how it is wired. Whatever says "active" below has been turned round already where it is active low.
struct PinWish {
  std::string pin;  ///< its number on the chip, or its name in the device tree
  bool active_low = false;
  Pull pull = Pull::as_is;         ///< of an input
  Drive drive = Drive::push_pull;  ///< of an output
};

/// One edge, dated by the kernel.
struct Edge {
  bool active = false;  ///< what the pin is since then
  Steady at;
};

/// At most so many edges are fetched at once: as many as the kernel keeps for a pin. More came and are lost.
constexpr std::size_t most_edges = 16;

/// A pin that is ours until it is destroyed, or the process dies: then the kernel takes it back, and promises nothing about an
/// output. Debian's kernel makes it an input again on a Raspberry Pi, so its pull resistor decides; Raspberry Pi OS keeps its
/// level until `dtparam=strict_gpiod` stands in config.txt; expanders keep it until they lose power. An output is therefore
/// driven to its safe state before it is let go, and what must be safe when we crash needs that setting, a resistor that pulls
/// the relay off, and no chip that remembers.
class Pin {
 public:
  virtual ~Pin() = default;
  /// Whether it is active now. `io` when the chip is gone.
  virtual Result<bool> value() = 0;
  /// Of an output.
  virtual Result<> set(bool active) = 0;
  /// Of an input: the edges that came since; never waits.
  virtual Result<std::vector<Edge>> edges() = 0;
  /// Of an input: readable while there are edges, in error when the chip is gone.
  [[nodiscard]] virtual int fd() const = 0;
};

/// An open chip; it outlives its pins.
class Chip {
 public:
  virtual ~Chip() = default;
  /// "gpiochip0 (pinctrl-bcm2711), 58 lines".
  [[nodiscard]] virtual std::string about() const = 0;
  /// A pin with both edges watched. `busy`: somebody else has it, and who; `io`: there is none, or the chip is gone.
  virtual Result<std::unique_ptr<Pin>> input(const PinWish& wish) = 0;
  /// A pin that is driven, from the first moment to `active`.
  virtual Result<std::unique_ptr<Pin>> output(const PinWish& wish, bool active) = 0;
};

/// Opens a chip that was found. `io`: no such chip, no permission, no chip at all.
Result<std::unique_ptr<Chip>> open_chip_file(const std::filesystem::path& file);
/// The label of the chip in this file; empty when it cannot be opened.
std::string label_of(const std::filesystem::path& file);

using OpenChip = std::function<Result<std::unique_ptr<Chip>>(const std::string& chip)>;
/// Opens a chip by its file ("/dev/gpiochip0"), its name ("gpiochip0", "0") or its label ("pinctrl-rp1"), which stays the same
/// where numbers change (Raspberry Pi 5). `devices` is where chips have their files.
Result<std::unique_ptr<Chip>> open_chip(const std::string& chip, const std::filesystem::path& devices = "/dev");

/// Sentences and figures that both versions of the library share.
Error chip_failure(const std::string& chip, int error);
Error pin_failure(const std::string& pin, int error, const std::string& consumer);
/// The kernel dates edges by the monotonic clock since Linux 5.7; an older one is not believed and `now` taken instead.
Steady date_of(std::chrono::nanoseconds stamp, Steady now);
/// Of "17": 17.
std::optional<unsigned> pin_number(std::string_view pin);

}  // namespace kuzet::drivers::gpio
