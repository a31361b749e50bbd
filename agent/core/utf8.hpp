// SPDX-License-Identifier: Apache-2.0
// Where characters begin and end in bytes that should be UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kuzet {

/// How many bytes the character at the front of `rest`, which is not empty, has; 0 when it is no UTF-8 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view rest);

/// The text with U+FFFD in the place of every byte that is no UTF-8: names of files may be any bytes, JSON may not.
std::string utf8_text(std::string_view bytes);

}  // namespace kuzet
