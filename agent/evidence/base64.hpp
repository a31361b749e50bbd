// SPDX-License-Identifier: Apache-2.0
// Bytes as text that JSON carries.
#pragma once

#include <string>
#include <string_view>

namespace kuzet::evidence {

/// Base64 with padding, in one line (RFC 4648, section 4).
std::string base64(std::string_view bytes);

}  // namespace kuzet::evidence
