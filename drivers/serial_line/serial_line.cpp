// SPDX-License-Identifier: Apache-2.0
// Devices that write lines of text, on a serial port or a TCP connection: NMEA 0183, CSV, or whatever a pattern can find, and
// terminals at doors. Numbers without a checksum are only as good as the line: CSV and patterns cannot see a lost digit.
#include "drivers/line.hpp"
#include "drivers/serial_line/listener.hpp"

namespace kuzet::drivers {

namespace {

using serial_line::LineSettings;

class TextLine final : public Line {
 public:
  TextLine(const LinePlan& plan, const Clock& clock) : listener_(plan.sensors), clock_(clock) {}

  Result<> work(LineEvents& events, std::stop_token stop) override {
    listener_.tell(events);
    return serial::converse(listener_.port(), listener_, clock_, std::move(stop));
  }

 private:
  serial_line::Listener listener_;
  const Clock& clock_;
};

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<const LineSettings>(serial_line::read_settings(entry, key, faults));
  return {.id = {},
          .line = settings->device,
          .channels = {settings->readings.begin(), settings->readings.end()},
          .passages = settings->passages,
          .settings = settings,
          .silence = settings->silence};
}

}  // namespace

const DeviceType& serial_line_device() {
  static const DeviceType type{
      .name = "serial_line",
      .summary =
          "Sensors and terminals that write lines of text on a serial port or a TCP connection: NMEA 0183, CSV, "
          "or whatever a regular expression finds.",
      .sensor_fields = &serial_line::line_schema().fields(),
      .sensor = sensor,
      .open = [](LinePlan plan, const Clock& clock) -> std::unique_ptr<Line> {
        return std::make_unique<TextLine>(plan, clock);
      },
  };
  return type;
}

}  // namespace kuzet::drivers
