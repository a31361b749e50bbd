// SPDX-License-Identifier: Apache-2.0
// A real Mosquitto that writes nothing to the disk, so that only what is measured does.
#pragma once

#include "tests/harness/certificates.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <optional>
#include <string>

namespace kuzet::bench {

class Broker {
 public:
  enum class Speaks { plain, tls };
  explicit Broker(Speaks speaks);

  [[nodiscard]] std::string url() const;
  /// Of the authority that signed its certificate; empty without TLS.
  [[nodiscard]] std::string authority() const { return authority_ ? authority_->file().string() : std::string(); }
  /// The section of the configuration with which a board finds it, without a limit on draining.
  [[nodiscard]] std::string uplink() const;

 private:
  test::TempFolder folder_;
  std::optional<test::Authority> authority_;
  int port_;
  std::optional<test::Process> process_;
};

}  // namespace kuzet::bench
