// SPDX-License-Identifier: Apache-2.0
// How often a fault is caused: seldom in every run of the tests, often in their long form.
#pragma once

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace kuzet::test {

/// The number in this environment variable, else `otherwise`; tests/faults/run sets them.
inline int repeats(const char* variable, int otherwise) {
  const char* value = std::getenv(variable);
  const std::string_view text(value == nullptr ? "" : value);
  int number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace kuzet::test
