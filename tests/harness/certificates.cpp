// SPDX-License-Identifier: Apache-2.0
// X.509 by OpenSSL's own functions.
#include "tests/harness/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace kuzet::test {

namespace {

void must(bool so, const char* what) {
  if (!so) throw std::runtime_error(std::string("certificate: ") + what);
}

void name(X509_NAME* who, const std::string& owner) {
  must(X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(owner.c_str()), -1, -1, 0) ==
           1,
       "name");
}

void add(X509* paper, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, paper, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  must(extension != nullptr, value.c_str());
  X509_add_ext(paper, extension, -1);
  X509_EXTENSION_free(extension);
}

template <class Write>
void write(const std::filesystem::path& path, Write what) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  must(file != nullptr, path.c_str());
  const bool written = what(file) == 1;
  must(std::fclose(file) == 0 && written, path.c_str());
}

Certificate written(const TempFolder& folder, const std::string& name, X509* paper, EVP_PKEY* key) {
  Certificate out{folder / (name + ".crt"), folder / (name + ".key")};
  write(out.file, [paper](std::FILE* file) { return PEM_write_X509(file, paper); });
  write(out.key, [key](std::FILE* file) { return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr); });
  return out;
}

}  // namespace

Authority::Authority() : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), paper_(nullptr, X509_free) {
  const auto name = "Authority " + folder_.path().filename().string();  // two of them are two
  paper_ = made({.owner = name, .names = ""}, key_.get(), true);
  self_ = written(folder_, "authority", paper_.get(), key_.get());
}

Authority::Paper Authority::made(const Wish& wish, EVP_PKEY* owner, bool authority) {
  Paper paper(X509_new(), X509_free);
  X509* issuer = authority ? paper.get() : paper_.get();
  X509_set_version(paper.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), ++made_);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), wish.from.count());
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), wish.until.count());
  name(X509_get_subject_name(paper.get()), wish.owner);
  X509_set_issuer_name(paper.get(), X509_get_subject_name(issuer));
  X509_set_pubkey(paper.get(), owner);
  if (authority) add(paper.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
  if (!wish.names.empty()) add(paper.get(), issuer, NID_subject_alt_name, wish.names);
  must(X509_sign(paper.get(), key_.get(), EVP_sha256()) > 0, "signature");
  return paper;
}

Certificate Authority::sign(const Wish& wish) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Paper paper = made(wish, key.get(), false);
  return written(folder_, "signed-" + std::to_string(made_), paper.get(), key.get());
}

}  // namespace kuzet::test
