// SPDX-License-Identifier: Apache-2.0
// Frames as sensors send them, byte by byte.
#pragma once

#include <string>

namespace kuzet::drivers::particulate::samples {

/// The example of the SDS011's protocol: 123.6 and 261.8 ug/m3, of sensor a160.
inline const std::string sds_values("\xAA\xC0\xD4\x04\x3A\x0A\xA1\x60\x1D\xAB", 10);
inline const std::string sds_firmware_answer("\xAA\xC5\x07\x12\x0B\x10\xA1\x60\x35\xAB", 10);
inline const std::string sds_mode_answer("\xAA\xC5\x02\x00\x00\x00\xA1\x60\x03\xAB", 10);
inline const std::string sds_query_mode_answer("\xAA\xC5\x02\x00\x01\x00\xA1\x60\x04\xAB", 10);
inline const std::string sds_period_answer("\xAA\xC5\x08\x00\x00\x00\xA1\x60\x09\xAB", 10);
inline const std::string sds_work_answer("\xAA\xC5\x06\x01\x01\x00\xA1\x60\x09\xAB", 10);
inline const std::string sds_sleep_answer("\xAA\xC5\x06\x01\x00\x00\xA1\x60\x08\xAB", 10);

/// 4, 5 and 6 ug/m3 of pm1, pm2_5 and pm10; version 0x97, no error.
inline const std::string pms_values(
    "\x42\x4D\x00\x1C\x00\x04\x00\x05\x00\x06\x00\x04\x00\x05\x00\x06\x03\x09\x00\xD8\x00\x29\x00\x02\x00\x01\x00\x00\x97\x00"
    "\x02\x70",
    32);
inline const std::string pms_sleep_answer("\x42\x4D\x00\x04\xE4\x00\x01\x77", 8);
inline const std::string pms_work_answer("\x42\x4D\x00\x04\xE4\x01\x01\x78", 8);

}  // namespace kuzet::drivers::particulate::samples
