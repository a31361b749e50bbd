// SPDX-License-Identifier: Apache-2.0
// SHA-256 in lower-case hexadecimal: of pictures, and of the chain of alert events.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kuzet::outbox {

/// Two lower-case digits for each byte.
std::string hexadecimal(std::span<const unsigned char> bytes);

/// SHA-256 (FIPS 180-4) of `bytes`, 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// 128 bits from the system's entropy as 32 hexadecimal digits: the name of a fresh store.
std::string random_name();

}  // namespace kuzet::outbox
