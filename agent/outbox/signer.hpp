// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032) by OpenSSL: this board's own key, made at its first start, and the keys of others.
#pragma once

#include "agent/core/result.hpp"
#include "agent/outbox/message.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace kuzet::outbox {

/// A public key, and where it is our own the private one too.
class Key {
 public:
  /// The key in `file` (PEM, mode 0600), made and flushed to the disk when there is none. `corrupt`: it is no Ed25519 key.
  static Result<Key> own(const std::filesystem::path& file);
  /// A public key from a PEM file. `config`: there is none in it.
  static Result<Key> of(const std::filesystem::path& file);
  /// A public key from PEM text.
  static Result<Key> from(const std::string& pem);

  /// 64 bytes as 128 hexadecimal digits. Only for own keys.
  [[nodiscard]] std::string sign(std::string_view text) const;
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;
  /// PEM (SubjectPublicKeyInfo).
  [[nodiscard]] std::string public_pem() const;

 private:
  explicit Key(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

/// What a checkpoint's signature covers: "kuzet.checkpoint/1" and its members, a line each.
std::string checkpoint_text(const Checkpoint& checkpoint);

}  // namespace kuzet::outbox
