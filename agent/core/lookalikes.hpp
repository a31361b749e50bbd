// SPDX-License-Identifier: Apache-2.0
// Letters that only look like those of the Latin alphabet, and spaces, dashes and quotes that word processors put in.
#pragma once

#include <string>
#include <string_view>

namespace kuzet {

/// The text with each such letter replaced by the one that it looks like; what is invisible is left out. UTF-8.
std::string plain_letters(std::string_view text);

/// Of the first of them: ` ("\u0435" in it is a Cyrillic letter)`; empty where there is none.
std::string strange_letter(std::string_view text);

}  // namespace kuzet
