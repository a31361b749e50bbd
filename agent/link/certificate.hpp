// SPDX-License-Identifier: Apache-2.0
// Certificates as a technician asks for them: for whom, from when, until when.
#pragma once

#include "agent/core/time.hpp"

#include <string>
#include <vector>

struct x509_st;

namespace kuzet::link {

struct Certificate {
  std::string owner;               ///< the common name, or the whole name where it has none
  std::vector<std::string> names;  ///< of hosts, and their addresses
  Wall from{}, until{};
};

/// The certificates of a PEM file, in its order. `io`: it cannot be read; `corrupt`: it holds none.
Result<std::vector<Certificate>> read_certificates(const std::string& file);

/// Whether the private key is that of the file's first certificate. `config` and one sentence that names the file at fault.
Result<> fit_together(const std::string& certificate, const std::string& key);

/// Of OpenSSL's own.
Certificate certificate_of(x509_st* paper);

/// Whether it is for this host: a name is looked for among its DNS names, an address among its IP addresses.
bool is_for(x509_st* paper, const std::string& host);

}  // namespace kuzet::link
