// SPDX-License-Identifier: Apache-2.0
// Keys and requests by OpenSSL.
#include "agent/enrolment/key.hpp"

#include "agent/outbox/hash.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <memory>

namespace kuzet::enrolment {

namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Error failure(Code code, const std::string& what) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string said = what + (reason == nullptr ? "" : std::string(": ") + reason);
  ERR_clear_error();
  return {code, std::move(said)};
}

/// A key with a password is not ours; without this OpenSSL asks for it at the terminal, and waits.
int no_password(char*, int, int, void*) { return 0; }

Memory holding(std::string_view text) {
  const auto size = text.size() > std::numeric_limits<int>::max() ? 0 : static_cast<int>(text.size());
  return {BIO_new_mem_buf(text.data(), size), BIO_free};
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_ctrl(memory, BIO_CTRL_INFO, 0, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

Result<Key> read_key(std::string_view pem) {
  const auto memory = holding(pem);
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  if (!key) return failure(Code::corrupt, "this is no private key");
  return key;
}

}  // namespace

Result<std::string> new_key() {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failure(Code::io, "no key could be made");
  return text_of(memory.get());
}

Result<std::string> signing_request(const std::string& key_text, const std::string& owner) {
  const auto key = read_key(key_text);
  if (!key) return key.error();
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(X509_REQ_new(), X509_REQ_free);
  const std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> name(X509_NAME_new(), X509_NAME_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  const std::basic_string<unsigned char> common(owner.begin(), owner.end());
  const bool made =
      X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, common.c_str(), -1, -1, 0) == 1 &&
      X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
      X509_REQ_set_subject_name(request.get(), name.get()) == 1 && X509_REQ_set_pubkey(request.get(), key->get()) == 1 &&
      X509_REQ_sign(request.get(), key->get(), EVP_sha256()) > 0 && PEM_write_bio_X509_REQ(memory.get(), request.get()) == 1;
  if (!made) return failure(Code::io, "no certificate request could be made for \"" + owner + "\"");
  return text_of(memory.get());
}

Result<std::string> public_mark(std::string_view pem) {
  const auto key = read_key(pem);
  if (!key) return key.error();
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key->get(), &bytes);
  if (size <= 0) return failure(Code::corrupt, "this key has no public part");
  auto out = outbox::sha256(std::string(bytes, bytes + size));
  OPENSSL_free(bytes);
  return out;
}

}  // namespace kuzet::enrolment
