// SPDX-License-Identifier: Apache-2.0
// Certificates that are made when a test needs them: an authority, and what it signs.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace kuzet::test {

/// Two PEM files.
struct Certificate {
  std::filesystem::path file;
  std::filesystem::path key;
};

/// For whom, under which names (as OpenSSL writes them), and when it is valid, counted from now.
struct Wish {
  std::string owner = "broker";
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< empty: none
  std::chrono::seconds from = std::chrono::hours(-1);
  std::chrono::seconds until = std::chrono::hours(24);
};

/// Keeps its files as long as it lives. EC keys on P-256. Throws when OpenSSL does not want to.
class Authority {
 public:
  Authority();
  [[nodiscard]] const std::filesystem::path& file() const { return self_.file; }
  [[nodiscard]] Certificate sign(const Wish& wish);

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Paper = std::unique_ptr<X509, decltype(&X509_free)>;

  [[nodiscard]] Paper made(const Wish& wish, EVP_PKEY* owner, bool authority);

  TempFolder folder_;
  Key key_;
  Paper paper_;
  Certificate self_;
  long made_ = 0;
};

}  // namespace kuzet::test
