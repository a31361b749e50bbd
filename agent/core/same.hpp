// SPDX-License-Identifier: Apache-2.0
// Whether two pieces of a configuration say the same, wherever they stand and in whatever order their keys come.
#pragma once

#include "agent/core/document.hpp"

namespace kuzet {

bool same(const Node& a, const Node& b);

}  // namespace kuzet
