// SPDX-License-Identifier: Apache-2.0
// TLS in words for a person: files that cannot be read, and why a handshake failed.
#pragma once

#include "agent/link/link.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kuzet::link {

/// What is wrong with the connection's files: "tls.ca: FILE: No such file or directory". Nothing when they can be read, hold
/// what they should, and the key is the certificate's. Reads files.
std::optional<std::string> unusable_file(const Connection& connection);

/// Empties OpenSSL's queue of errors of this thread, which would make it take the next hiccup for a failure.
void forget_tls_errors();

/// What was overheard of one TLS handshake, in the words of OpenSSL and Paho.
class Handshake {
 public:
  /// Why OpenSSL gave up.
  void failed(std::string_view reason) { error_ = reason; }
  /// One line of Paho's trace; what is not about TLS is passed over. On the thread of the handshake, whose queue of OpenSSL's
  /// errors is looked at too.
  void traced(std::string_view line);
  /// One side sent the other away.
  [[nodiscard]] bool refused() const { return !alert_.empty() || !error_.empty(); }
  /// One sentence about what went wrong; empty when nothing was heard.
  [[nodiscard]] std::string why(const Connection& connection) const;

 private:
  std::string error_;  // the last reason
  std::string alert_;  // what one side told the other
  bool sent_ = false;  // we told the broker
  bool done_ = false;
  bool other_host_ = false;
};

}  // namespace kuzet::link
