// SPDX-License-Identifier: Apache-2.0
// Settings of pins.
#include "drivers/gpio/settings.hpp"

#include "drivers/channels.hpp"

#include <map>

namespace kuzet::drivers::gpio {

namespace {

namespace s = settings;
using namespace std::chrono_literals;

/// As it is written; made a PinWish once all is read.
struct WrittenInput {
  std::string chip = InputSettings{}.chip;
  std::string pin;
  bool active_low = false;
  std::string pull = "as_is";
  Duration debounce = InputSettings{}.debounce;
  bool counts = false;
  Duration every = InputSettings{}.every;
};

struct WrittenOutput {
  std::string chip = OutputSettings{}.chip;
  std::string pin;
  bool active_low = false;
  std::string drive = "push_pull";
};

constexpr const char* chip_help = "The chip: its label, which stays the same (pinctrl-bcm2711, pinctrl-rp1), or gpiochip0.";
constexpr const char* pin_help = "Its number on the chip, or its name in the device tree such as GPIO17.";

const Schema<WrittenInput>& input_schema() {
  static const Schema<WrittenInput> schema{
      s::text<WrittenInput>("chip", &WrittenInput::chip, chip_help),
      s::required(s::text<WrittenInput>("pin", &WrittenInput::pin, pin_help)),
      s::flag<WrittenInput>("active_low", &WrittenInput::active_low,
                            "It is on when the pin is at ground: contacts to ground are wired so."),
      s::choice<WrittenInput>("pull", &WrittenInput::pull, {"as_is", "up", "down", "none"},
                              "The resistor inside the chip that holds an open contact; up for contacts to ground."),
      s::duration<WrittenInput>("debounce", &WrittenInput::debounce, {0ms, 10s}, "What does not stay so long is bouncing."),
      s::flag<WrittenInput>("counts", &WrittenInput::counts, "Pulses are counted too: rain gauges, meters, visitors."),
      s::duration<WrittenInput>("every", &WrittenInput::every, {1s, 1h}, "It is told this often, and when it changes."),
      known_readings<WrittenInput>(),
  };
  return schema;
}

const Schema<WrittenOutput>& output_schema() {
  static const Schema<WrittenOutput> schema{
      s::text<WrittenOutput>("chip", &WrittenOutput::chip, chip_help),
      s::required(s::text<WrittenOutput>("pin", &WrittenOutput::pin, pin_help)),
      s::flag<WrittenOutput>("active_low", &WrittenOutput::active_low,
                             "On means that the pin is at ground: many relay boards are wired so."),
      s::choice<WrittenOutput>("drive", &WrittenOutput::drive, {"push_pull", "open_drain", "open_source"},
                               "Whether the chip drives both levels, or ground or supply alone."),
  };
  return schema;
}

std::vector<Channel> channels(bool counts) {
  std::vector<Channel> out{
      {.name = "state", .unit = "", .scale = 1, .offset = 0, .least = 0.0, .most = 1.0, .flat = {}, .deadband = 0.5}};
  if (counts) {
    out.push_back({.name = "count", .unit = "", .scale = 1, .offset = 0, .least = 0.0, .most = {}, .flat = {}, .deadband = {}});
    out.push_back(
        {.name = "rate", .unit = "1/min", .scale = 1, .offset = 0, .least = {}, .most = {}, .flat = {}, .deadband = {}});
  }
  return out;
}

void check_pin(const std::string& pin, const Node& entry, const std::string& key, Faults& faults) {
  if (const Node* node = entry.find("pin"); node != nullptr && pin.empty() && node->type == Node::Type::scalar)
    faults.add(node->at, key + ".pin", "must be a number or a name");
}

}  // namespace

const std::vector<Field>& input_fields() { return input_schema().fields(); }
const std::vector<Field>& output_fields() { return output_schema().fields(); }

Device read_input(const Node& entry, const std::string& key, Faults& faults) {
  static const std::map<std::string, Pull> pulls{
      {"up", Pull::up}, {"down", Pull::down}, {"none", Pull::none}, {"as_is", Pull::as_is}};
  WrittenInput written;
  input_schema().read(written, entry, key, faults);
  check_pin(written.pin, entry, key, faults);
  auto own = std::make_shared<InputSettings>();
  own->chip = written.chip;
  own->wish = {written.pin, written.active_low, pulls.at(written.pull), Drive::push_pull};
  own->debounce = written.debounce;
  own->counts = written.counts;
  own->every = written.every;
  return {.id = {},
          .line = own->chip,
          .channels = known_channels(channels(own->counts), entry, key, faults),
          .passages = false,
          .every = own->every,
          .settings = own};
}

Device read_output(const Node& entry, const std::string& key, Faults& faults) {
  static const std::map<std::string, Drive> drives{
      {"push_pull", Drive::push_pull}, {"open_drain", Drive::open_drain}, {"open_source", Drive::open_source}};
  WrittenOutput written;
  output_schema().read(written, entry, key, faults);
  check_pin(written.pin, entry, key, faults);
  auto own = std::make_shared<OutputSettings>();
  own->chip = written.chip;
  own->wish = {written.pin, written.active_low, Pull::as_is, drives.at(written.drive)};
  return {.id = {}, .line = own->chip, .channels = {}, .passages = false, .every = {}, .settings = own};
}

}  // namespace kuzet::drivers::gpio
