// SPDX-License-Identifier: Apache-2.0
// Certificates by OpenSSL.
#include "agent/enrolment/certificate.hpp"

#include "agent/outbox/hash.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <limits>
#include <memory>
#include <optional>

namespace kuzet::enrolment {

namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Paper = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr std::size_t most_certificates = 8;  // a chain has three or four

std::optional<Wall> wall_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return Wall(std::chrono::seconds(::timegm(&parts)));
}

std::string owner_of(const X509* paper) {
  X509_NAME* name = X509_get_subject_name(paper);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string out(text, text + size);
  OPENSSL_free(text);
  return out;
}

std::string mark_of(const X509* paper) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(paper), &bytes);
  if (size <= 0) return {};
  auto out = outbox::sha256(std::string(bytes, bytes + size));
  OPENSSL_free(bytes);
  return out;
}

std::optional<Certificate> look_into(X509* paper) {
  const auto from = wall_of(X509_get0_notBefore(paper)), until = wall_of(X509_get0_notAfter(paper));
  if (!from || !until) return std::nullopt;
  // Zero: certainly no authority's (X509_check_ca(3)); purposes as OpenSSL's own servers judge them.
  const bool ours = X509_check_ca(paper) == 0 && X509_check_purpose(paper, X509_PURPOSE_SSL_CLIENT, 0) == 1;
  return Certificate{owner_of(paper), mark_of(paper), *from, *until, ours};
}

}  // namespace

Result<Chain> read_chain(std::string_view pem) {
  const Error unreadable{Code::corrupt, "there is no certificate (PEM) that can be read"};
  if (pem.size() > std::numeric_limits<int>::max()) return unreadable;
  const Memory in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const Memory out(BIO_new(BIO_s_mem()), BIO_free);
  Chain chain;
  for (;;) {
    const Paper paper(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free);
    if (!paper) break;
    if (++chain.count > most_certificates)
      return Error{Code::corrupt, "there are more than " + std::to_string(most_certificates) + " certificates"};
    const auto seen = look_into(paper.get());
    if (!seen || PEM_write_bio_X509(out.get(), paper.get()) != 1) return unreadable;
    if (chain.count == 1) chain.first = *seen;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (chain.count == 0 || !at_end) return unreadable;
  char* bytes = nullptr;
  const long size = BIO_ctrl(out.get(), BIO_CTRL_INFO, 0, &bytes);
  if (size > 0) chain.pem.assign(bytes, static_cast<std::size_t>(size));
  return chain;
}

}  // namespace kuzet::enrolment
