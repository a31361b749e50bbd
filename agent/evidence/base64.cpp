// SPDX-License-Identifier: Apache-2.0
// Base64 by OpenSSL.
#include "agent/evidence/base64.hpp"

#include <openssl/evp.h>

#include <bit>

namespace kuzet::evidence {

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int length = EVP_EncodeBlock(std::bit_cast<unsigned char*>(out.data()),
                                     std::bit_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace kuzet::evidence
