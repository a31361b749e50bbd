// SPDX-License-Identifier: Apache-2.0
// Pieces of a line as devices write them: numbers, columns, NMEA sentences and positions.
#pragma once

#include "agent/core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::drivers::serial_line {

/// "+12.5", "1e-3", and "12,5" with `comma`; nullopt for anything else, infinity and NaN included. Blanks around it are
/// nothing.
std::optional<double> number_of(std::string_view text, bool comma);

/// The columns of a line, without the blanks around them. A column in double quotes may hold the separator and "" for a quote
/// (RFC 4180). A blank as separator stands for any number of blanks.
std::vector<std::string> columns_of(std::string_view line, char separator);

/// One sentence of NMEA 0183: "$GPGGA,092750.000,5321.6802,N,...*76".
struct Sentence {
  std::string_view address;              ///< "GPGGA"
  std::vector<std::string_view> fields;  ///< the first behind the address is fields[0]

  /// "GGA" is any talker's; a whole address ("PGRMT", "GPGGA") is itself alone.
  [[nodiscard]] bool is(std::string_view name) const;
};
/// Views into `line`. Fails with why: "wrong checksum". `checksum`: one without is refused.
Result<Sentence> sentence_of(std::string_view line, bool checksum);

/// "5321.6802" and "S": 53 degrees and 21.6802 minutes south, -53.36; nullopt for anything else.
std::optional<double> degrees_of(std::string_view angle, std::string_view side);

}  // namespace kuzet::drivers::serial_line
