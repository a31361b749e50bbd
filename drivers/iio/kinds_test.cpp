// SPDX-License-Identifier: Apache-2.0
// Names of the kernel's channels, and where their scale stands.
#include "drivers/iio/kinds.hpp"
#include "tests/harness/catch.hpp"

using namespace kuzet::drivers;
using iio::kind_of;
using iio::shared_names;
using Names = std::vector<std::string>;

TEST_CASE("the kind of a channel gives its unit", "[sensors]") {
  const auto unit = [](const char* channel) { return kind_of(channel) == nullptr ? "none" : kind_of(channel)->unit; };
  CHECK(unit("in_temp") == "degC");
  CHECK(unit("in_temp0") == "degC");
  CHECK(unit("in_temp_ambient") == "degC");
  CHECK(unit("in_humidityrelative") == "%");
  CHECK(unit("in_voltage0") == "V");
  CHECK(unit("in_voltage0-voltage1") == "V");
  CHECK(unit("in_concentration_co2") == "ppm");
  CHECK(unit("in_concentration_o2") == "%");
  CHECK(unit("in_massconcentration_pm2p5") == "ug/m3");
  CHECK(unit("in_angl") == "rad");
  CHECK(unit("in_anglvel_x") == "rad/s");
}

TEST_CASE("what is no channel of the kernel has no kind", "[K6][sensors]") {
  for (const char* name :
       {"", "in_", "temp", "in_tmp", "in_temperature", "in_temp_raw", "in_temp_input", "in_temp/../x", "in_Temp"}) {
    CAPTURE(name);
    CHECK(kind_of(name) == nullptr);
  }
}

TEST_CASE("a scale may be the channel's own, its type's, or the device's", "[sensors]") {
  CHECK(shared_names("in_voltage0", "scale") == Names{"in_voltage0_scale", "in_voltage_scale", "in_scale", "scale"});
  CHECK(shared_names("in_voltage0-voltage1", "scale") ==
        Names{"in_voltage0-voltage1_scale", "in_voltage-voltage_scale", "in_scale", "scale"});
  CHECK(shared_names("in_concentration0_co2", "scale") ==
        Names{"in_concentration0_co2_scale", "in_concentration_co2_scale", "in_concentration_scale", "in_scale", "scale"});
  CHECK(shared_names("in_temp", "offset") == Names{"in_temp_offset", "in_offset", "offset"});
}
