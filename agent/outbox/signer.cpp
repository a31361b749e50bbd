// SPDX-License-Identifier: Apache-2.0
// Ed25519 by OpenSSL, and the file of this board's own key, which nobody else can ever read.
#include "agent/outbox/signer.hpp"

#include "agent/core/time.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <limits>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace kuzet::outbox {

namespace {

using KeyHandle = std::shared_ptr<EVP_PKEY>;
using Signature = std::array<unsigned char, 64>;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// Only what hexadecimal() writes: one signature has one form.
std::optional<Signature> signature_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  Signature out{};
  if (text.size() != 2 * out.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = digits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    out.at(i / 2) = static_cast<unsigned char>(out.at(i / 2) * 16 + digit);
  }
  return out;
}

/// A key in a locked file would need a person at each start: no password is ever asked for.
int no_password(char*, int, int, void*) { return -1; }

Bio reader_of(const std::string& pem) {
  if (pem.size() > std::numeric_limits<int>::max()) return nullptr;
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

KeyHandle ed25519_only(EVP_PKEY* raw) {
  KeyHandle key(raw, EVP_PKEY_free);
  return raw != nullptr && EVP_PKEY_get_base_id(raw) == EVP_PKEY_ED25519 ? key : nullptr;
}

KeyHandle private_key(const std::string& pem) {
  const Bio bio = reader_of(pem);
  return ed25519_only(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
}

KeyHandle public_key(const std::string& pem) {
  const Bio bio = reader_of(pem);
  return ed25519_only(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr) : nullptr);
}

template <class Write>
std::string pem_by(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) throw std::runtime_error("OpenSSL cannot write an Ed25519 key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string private_pem(EVP_PKEY* key) {
  return pem_by([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

KeyHandle fresh_key() {
  KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  if (!key) throw std::runtime_error("Ed25519 is not available in this OpenSSL");
  return key;
}

}  // namespace

Result<Key> Key::own(const std::filesystem::path& file) {
  std::error_code failed;
  const bool there = std::filesystem::exists(file, failed);
  if (failed) return Error{Code::io, file.string() + ": " + failed.message()};
  if (!there) {
    Key made(fresh_key());
    if (auto written = write_secretly(file, private_pem(made.key_.get())); !written) return written.error();
    return made;
  }
  const auto pem = read_file(file);
  if (!pem) return pem.error();
  auto key = private_key(*pem);
  if (!key) return Error{Code::corrupt, file.string() + " holds no private Ed25519 key"};
  return Key(std::move(key));
}

Result<Key> Key::of(const std::filesystem::path& file) {
  const auto pem = read_file(file);
  if (!pem) return pem.error();
  auto key = from(*pem);
  if (!key) return key.error().within(file.string());
  return key;
}

Result<Key> Key::from(const std::string& pem) {
  auto key = public_key(pem);
  if (!key) return Error{Code::config, "there is no public Ed25519 key (PEM) in it"};
  return Key(std::move(key));
}

std::string Key::sign(std::string_view text) const {
  Signature signature{};
  std::size_t length = signature.size();
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length, bytes_of(text), text.size()) != 1)
    throw std::logic_error("only this board's own key signs");
  return hexadecimal(signature);
}

bool Key::verifies(std::string_view text, std::string_view signature) const {
  const auto bytes = signature_of(signature);
  const Context context(EVP_MD_CTX_new());
  return bytes && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes->data(), bytes->size(), bytes_of(text), text.size()) == 1;
}

std::string Key::public_pem() const {
  return pem_by([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return "kuzet.checkpoint/1\n" + checkpoint.store + "\n" + std::to_string(checkpoint.seq) + "\n" + checkpoint.chain + "\n" +
         std::to_string(checkpoint.commands) + "\n" + checkpoint.command_chain + "\n" + rfc3339(checkpoint.at) + "\n";
}

}  // namespace kuzet::outbox
