// SPDX-License-Identifier: Apache-2.0
// What somebody meant who wrote a value in a way that is nearly right: "3 minits", "2gb", "yes", "0,5", "Yard".
#pragma once

#include <string>
#include <string_view>

namespace kuzet {

// Each gives "; did you mean \"3min\"?" to put behind the fault, or nothing where nobody can say.
std::string meant_duration(std::string_view text);
std::string meant_size(std::string_view text);
std::string meant_number(std::string_view text);
std::string meant_truth(std::string_view text);
std::string meant_id(std::string_view text);

}  // namespace kuzet
