// SPDX-License-Identifier: Apache-2.0
// What fuzzers of signed messages hold on to.
#pragma once

#include "agent/core/utf8.hpp"
#include "agent/outbox/signer.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace kuzet::test {

inline void must(bool holds) {
  if (!holds) std::abort();
}

inline void must_be_a_sentence(const std::string& what) {
  must(!what.empty() && utf8_text(what) == what);
  must(std::ranges::none_of(what, [](unsigned char c) { return c < ' '; }));
}

/// The first of RFC 8032, section 7.1.
inline const outbox::Key& some_key() {
  static const auto key = outbox::Key::from(
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n");
  return *key;
}

}  // namespace kuzet::test
