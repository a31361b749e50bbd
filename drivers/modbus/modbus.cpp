// SPDX-License-Identifier: Apache-2.0
// Modbus slaves, over a serial line (RTU) or TCP: their registers as readings, their coils and registers as outputs.
//
// All sensors and outputs with one `address` share the line. Neighbouring registers of a slave are read in one request. A slave
// that does not answer is asked less and less often and costs the others next to nothing; a late answer is never taken for
// another's. Outputs go before readings, are read back, and are written again when the line was opened anew, the slave comes
// back, or somebody else has switched them.
#include "drivers/modbus/modbus_line.hpp"

namespace kuzet::drivers {

const DeviceType& modbus_device() {
  static const DeviceType type{"modbus",
                               "registers and coils of Modbus slaves, on serial lines (RTU) and over TCP",
                               &modbus::sensor_fields(),
                               &modbus::output_fields(),
                               modbus::read_sensor,
                               modbus::read_output,
                               [](LinePlan plan, const Clock& clock) -> std::unique_ptr<Line> {
                                 return std::make_unique<modbus::ModbusLine>(std::move(plan), clock);
                               }};
  return type;
}

}  // namespace kuzet::drivers
