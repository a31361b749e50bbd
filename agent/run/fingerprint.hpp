// SPDX-License-Identifier: Apache-2.0
// Whether two pieces of configuration say the same: comments, the order of keys and line breaks do not count.
#pragma once

#include "agent/core/document.hpp"

#include <string>

namespace kuzet::run {

/// SHA-256 of what was written, keys in order of the alphabet; `${NAME}` counts as what it stood for.
std::string fingerprint_of(const Node& node);

}  // namespace kuzet::run
