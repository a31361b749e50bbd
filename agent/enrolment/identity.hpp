// SPDX-License-Identifier: Apache-2.0
// The folder of this board's identity: whatever is killed and whenever, it holds the old one whole or the new one whole.
#pragma once

#include "agent/enrolment/answer.hpp"
#include "drivers/net/call.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::enrolment {

/// What is kept beside certificate and key.
struct Record {
  std::string url;    ///< where this board was enrolled
  std::string renew;  ///< where it asks for the next certificate
  std::string node, site;
  std::vector<std::string> servers;
  Wall issued{}, renew_after{}, expires{};
  std::string pin, ca;  ///< whom it believes there: see drivers::net::Trust; `ca` is PEM
  std::string token;    ///< SHA-256 of address and token: the same command again has nothing to ask for
};

/// The folder with
///   identity.pem    private key, certificate and chain in one file, so that they are exchanged together
///   authority.pem   whom to believe at the broker, where the city has an authority of its own
///   enrolment.json  a Record
///   pending.pem     the key of a request that was not answered yet
/// A new identity is made ready in `next`, whose appearance is the moment from which it counts; settle() moves it to its place.
class IdentityFolder {
 public:
  explicit IdentityFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path identity() const { return folder_ / "identity.pem"; }
  [[nodiscard]] std::filesystem::path authority() const { return folder_ / "authority.pem"; }
  [[nodiscard]] std::filesystem::path record_file() const { return folder_ / "enrolment.json"; }

  /// Finishes what a kill or a power cut left half done. Cheap where there is nothing.
  Result<> settle() const;

  /// The key of the request that is under way, made now where there is none, and on the disk before this returns. Of a settled
  /// folder: otherwise it may be in use already.
  Result<std::string> pending_key() const;

  /// Puts the new identity in force; what was there before goes, and the key is pending no more.
  Result<> keep(const std::string& key, const Granted& granted, const Record& record) const;

  /// `io`: there is none; `corrupt`: it cannot be read.
  Result<Record> record() const;
  /// The certificate that is in force, with its chain.
  Result<Chain> chain() const;

 private:
  Result<> move_next() const;
  [[nodiscard]] std::filesystem::path next() const { return folder_ / "next"; }
  [[nodiscard]] std::filesystem::path pending() const { return folder_ / "pending.pem"; }

  std::filesystem::path folder_;
};

}  // namespace kuzet::enrolment
