// SPDX-License-Identifier: Apache-2.0
// Pins through libgpiod 2, which Debian 13 has.
#include "drivers/gpio/pins.hpp"

#include <gpiod.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace kuzet::drivers::gpio {

namespace {

struct Free {
  void operator()(gpiod_chip* one) const { gpiod_chip_close(one); }
  void operator()(gpiod_chip_info* one) const { gpiod_chip_info_free(one); }
  void operator()(gpiod_line_info* one) const { gpiod_line_info_free(one); }
  void operator()(gpiod_line_settings* one) const { gpiod_line_settings_free(one); }
  void operator()(gpiod_line_config* one) const { gpiod_line_config_free(one); }
  void operator()(gpiod_request_config* one) const { gpiod_request_config_free(one); }
  void operator()(gpiod_line_request* one) const { gpiod_line_request_release(one); }
  void operator()(gpiod_edge_event_buffer* one) const { gpiod_edge_event_buffer_free(one); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

gpiod_line_value value_of(bool active) { return active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE; }

gpiod_line_bias bias_of(Pull pull) {
  switch (pull) {
    case Pull::up: return GPIOD_LINE_BIAS_PULL_UP;
    case Pull::down: return GPIOD_LINE_BIAS_PULL_DOWN;
    case Pull::none: return GPIOD_LINE_BIAS_DISABLED;
    case Pull::as_is: break;
  }
  return GPIOD_LINE_BIAS_AS_IS;
}

gpiod_line_drive drive_of(Drive drive) {
  switch (drive) {
    case Drive::open_drain: return GPIOD_LINE_DRIVE_OPEN_DRAIN;
    case Drive::open_source: return GPIOD_LINE_DRIVE_OPEN_SOURCE;
    case Drive::push_pull: break;
  }
  return GPIOD_LINE_DRIVE_PUSH_PULL;
}

class PinV2 final : public Pin {
 public:
  PinV2(Owned<gpiod_line_request> request, unsigned offset, std::string name)
      : request_(std::move(request)),
        buffer_(gpiod_edge_event_buffer_new(most_edges)),
        offset_(offset),
        name_(std::move(name)) {}

  Result<bool> value() override {
    const auto value = gpiod_line_request_get_value(request_.get(), offset_);
    if (value == GPIOD_LINE_VALUE_ERROR) return pin_failure(name_, errno, "");
    return value == GPIOD_LINE_VALUE_ACTIVE;
  }

  Result<> set(bool active) override {
    if (gpiod_line_request_set_value(request_.get(), offset_, value_of(active)) < 0) return pin_failure(name_, errno, "");
    return {};
  }

  Result<std::vector<Edge>> edges() override {
    if (!buffer_) return pin_failure(name_, ENOMEM, "");
    const int waiting = gpiod_line_request_wait_edge_events(request_.get(), 0);
    if (waiting < 0) return pin_failure(name_, errno, "");
    if (waiting == 0) return std::vector<Edge>{};
    const int count = gpiod_line_request_read_edge_events(request_.get(), buffer_.get(), most_edges);
    if (count < 0) return pin_failure(name_, errno, "");
    const Steady now = std::chrono::steady_clock::now();
    std::vector<Edge> out;
    for (unsigned long i = 0; i < static_cast<unsigned long>(count); ++i) {
      gpiod_edge_event* event = gpiod_edge_event_buffer_get_event(buffer_.get(), i);
      const auto stamp = static_cast<std::int64_t>(gpiod_edge_event_get_timestamp_ns(event));
      out.push_back({gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
                     date_of(std::chrono::nanoseconds(stamp), now)});
    }
    return out;
  }

  [[nodiscard]] int fd() const override { return gpiod_line_request_get_fd(request_.get()); }

 private:
  Owned<gpiod_line_request> request_;
  Owned<gpiod_edge_event_buffer> buffer_;
  unsigned offset_;
  std::string name_;
};

class ChipV2 final : public Chip {
 public:
  explicit ChipV2(Owned<gpiod_chip> chip) : chip_(std::move(chip)) {}

  [[nodiscard]] std::string about() const override {
    const Owned<gpiod_chip_info> info(gpiod_chip_get_info(chip_.get()));
    if (!info) return "";
    return std::string(gpiod_chip_info_get_name(info.get())) + " (" + gpiod_chip_info_get_label(info.get()) + "), " +
           std::to_string(gpiod_chip_info_get_num_lines(info.get())) + " lines";
  }

  Result<std::unique_ptr<Pin>> input(const PinWish& wish) override {
    const Owned<gpiod_line_settings> settings(gpiod_line_settings_new());
    if (!settings) return pin_failure(wish.pin, errno, "");
    gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
    gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
    gpiod_line_settings_set_bias(settings.get(), bias_of(wish.pull));
    gpiod_line_settings_set_event_clock(settings.get(), GPIOD_LINE_CLOCK_MONOTONIC);
    return request(wish, settings.get());
  }

  Result<std::unique_ptr<Pin>> output(const PinWish& wish, bool active) override {
    const Owned<gpiod_line_settings> settings(gpiod_line_settings_new());
    if (!settings) return pin_failure(wish.pin, errno, "");
    gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_drive(settings.get(), drive_of(wish.drive));
    gpiod_line_settings_set_output_value(settings.get(), value_of(active));
    return request(wish, settings.get());
  }

 private:
  Result<std::unique_ptr<Pin>> request(const PinWish& wish, gpiod_line_settings* settings) {
    const auto number = pin_number(wish.pin);
    const int named = number ? 0 : gpiod_chip_get_line_offset_from_name(chip_.get(), wish.pin.c_str());
    if (named < 0) return pin_failure(wish.pin, errno, "");
    const unsigned offset = number ? *number : static_cast<unsigned>(named);
    gpiod_line_settings_set_active_low(settings, wish.active_low);
    const Owned<gpiod_line_config> line(gpiod_line_config_new());
    const Owned<gpiod_request_config> whole(gpiod_request_config_new());
    if (!line || !whole || gpiod_line_config_add_line_settings(line.get(), &offset, 1, settings) < 0)
      return pin_failure(wish.pin, errno, "");
    gpiod_request_config_set_consumer(whole.get(), "kuzet");
    gpiod_request_config_set_event_buffer_size(whole.get(), most_edges);
    Owned<gpiod_line_request> request(gpiod_chip_request_lines(chip_.get(), whole.get(), line.get()));
    if (!request) {
      const int error = errno;  // asking who has it may set another
      return pin_failure(wish.pin, error, consumer_of(offset));
    }
    return std::unique_ptr<Pin>(std::make_unique<PinV2>(std::move(request), offset, wish.pin));
  }

  [[nodiscard]] std::string consumer_of(unsigned offset) const {
    const Owned<gpiod_line_info> info(gpiod_chip_get_line_info(chip_.get(), offset));
    const char* consumer = info ? gpiod_line_info_get_consumer(info.get()) : nullptr;
    return consumer == nullptr ? "" : consumer;
  }

  Owned<gpiod_chip> chip_;
};

}  // namespace

Result<std::unique_ptr<Chip>> open_chip_file(const std::filesystem::path& file) {
  Owned<gpiod_chip> chip(gpiod_chip_open(file.c_str()));
  if (!chip) {
    const int error = errno;
    std::error_code unknown;  // a device without a subsystem is "no such file" to libgpiod 2, too
    return chip_failure(file.string(), error == ENOENT && std::filesystem::exists(file, unknown) ? ENOTTY : error);
  }
  return std::unique_ptr<Chip>(std::make_unique<ChipV2>(std::move(chip)));
}

std::string label_of(const std::filesystem::path& file) {
  const Owned<gpiod_chip> chip(gpiod_chip_open(file.c_str()));
  const Owned<gpiod_chip_info> info(chip ? gpiod_chip_get_info(chip.get()) : nullptr);
  return info ? gpiod_chip_info_get_label(info.get()) : "";
}

}  // namespace kuzet::drivers::gpio
