// SPDX-License-Identifier: Apache-2.0
// Pins through libgpiod 1.6, which Debian 12 has.
#include "drivers/gpio/pins.hpp"

#include <gpiod.h>

#include <array>
#include <cerrno>

namespace kuzet::drivers::gpio {

namespace {

struct CloseChip {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }
};
using ChipHandle = std::unique_ptr<gpiod_chip, CloseChip>;

int flags_of(const PinWish& wish) {
  int flags = wish.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (wish.pull == Pull::up) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
  if (wish.pull == Pull::down) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  if (wish.pull == Pull::none) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
  if (wish.drive == Drive::open_drain) flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
  if (wish.drive == Drive::open_source) flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
  return flags;
}

class PinV1 final : public Pin {
 public:
  PinV1(gpiod_line* line, std::string name) : line_(line), name_(std::move(name)) {}
  PinV1(const PinV1&) = delete;
  PinV1& operator=(const PinV1&) = delete;
  ~PinV1() override { gpiod_line_release(line_); }

  Result<bool> value() override {
    const int value = gpiod_line_get_value(line_);
    if (value < 0) return pin_failure(name_, errno, "");
    return value > 0;
  }

  Result<> set(bool active) override {
    if (gpiod_line_set_value(line_, active ? 1 : 0) < 0) return pin_failure(name_, errno, "");
    return {};
  }

  Result<std::vector<Edge>> edges() override {
    const timespec at_once{};
    const int waiting = gpiod_line_event_wait(line_, &at_once);
    if (waiting < 0) return pin_failure(name_, errno, "");
    if (waiting == 0) return std::vector<Edge>{};
    std::array<gpiod_line_event, most_edges> events{};
    const int count = gpiod_line_event_read_multiple(line_, events.data(), static_cast<unsigned>(events.size()));
    if (count < 0) return pin_failure(name_, errno, "");
    const Steady now = std::chrono::steady_clock::now();
    std::vector<Edge> out;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      out.push_back({events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
                     date_of(std::chrono::seconds(events[i].ts.tv_sec) + std::chrono::nanoseconds(events[i].ts.tv_nsec), now)});
    return out;
  }

  [[nodiscard]] int fd() const override { return gpiod_line_event_get_fd(line_); }

 private:
  gpiod_line* line_;
  std::string name_;
};

class ChipV1 final : public Chip {
 public:
  explicit ChipV1(ChipHandle chip) : chip_(std::move(chip)) {}

  [[nodiscard]] std::string about() const override {
    return std::string(gpiod_chip_name(chip_.get())) + " (" + gpiod_chip_label(chip_.get()) + "), " +
           std::to_string(gpiod_chip_num_lines(chip_.get())) + " lines";
  }

  Result<std::unique_ptr<Pin>> input(const PinWish& wish) override {
    return request(wish, GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES, 0);
  }

  Result<std::unique_ptr<Pin>> output(const PinWish& wish, bool active) override {
    return request(wish, GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, active ? 1 : 0);
  }

 private:
  Result<std::unique_ptr<Pin>> request(const PinWish& wish, int type, int value) {
    const auto number = pin_number(wish.pin);
    gpiod_line* line = number ? gpiod_chip_get_line(chip_.get(), *number) : gpiod_chip_find_line(chip_.get(), wish.pin.c_str());
    if (line == nullptr) return pin_failure(wish.pin, errno, "");
    const gpiod_line_request_config config{"kuzet", type, flags_of(wish)};
    if (gpiod_line_request(line, &config, value) < 0) {
      const int error = errno;
      const char* consumer = gpiod_line_consumer(line);
      return pin_failure(wish.pin, error, consumer == nullptr ? "" : consumer);
    }
    return std::unique_ptr<Pin>(std::make_unique<PinV1>(line, wish.pin));
  }

  ChipHandle chip_;
};

}  // namespace

Result<std::unique_ptr<Chip>> open_chip_file(const std::filesystem::path& file) {
  ChipHandle chip(gpiod_chip_open(file.c_str()));
  if (!chip) return chip_failure(file.string(), errno);
  return std::unique_ptr<Chip>(std::make_unique<ChipV1>(std::move(chip)));
}

std::string label_of(const std::filesystem::path& file) {
  const ChipHandle chip(gpiod_chip_open(file.c_str()));
  return chip ? gpiod_chip_label(chip.get()) : "";
}

}  // namespace kuzet::drivers::gpio
