// SPDX-License-Identifier: Apache-2.0
// JSON as people and programs like to read it: 60.0 rather than 6E1, the same bytes with every version of the library.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace kuzet {

/// Compact JSON in UTF-8. Numbers in their shortest exact form without needless exponents; numbers that JSON cannot say
/// (not a number, infinity) become null; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const boost::json::value& value);

/// `value` to `digits` digits after the point: what a figure is worth, and no more.
double rounded(double value, int digits);

}  // namespace kuzet
