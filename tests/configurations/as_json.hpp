// SPDX-License-Identifier: Apache-2.0
// A settings file as an editor sees it: YAML 1.2 with its core schema, as JSON.
#pragma once

#include "agent/core/document.hpp"

#include <string>

namespace kuzet::test {

/// Plain words become what YAML 1.2.2, section 10.3.2, says: null, true, numbers; quoted ones stay text. The last of two equal
/// keys counts.
std::string as_json(const Node& node);

}  // namespace kuzet::test
