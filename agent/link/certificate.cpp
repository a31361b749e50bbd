// SPDX-License-Identifier: Apache-2.0
// Reads certificates by OpenSSL.
#include "agent/link/certificate.hpp"

#include "agent/link/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <system_error>

namespace kuzet::link {

namespace {

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;
using Paper = std::unique_ptr<X509, decltype([](X509* paper) { X509_free(paper); })>;
using Names = std::unique_ptr<GENERAL_NAMES, decltype([](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); })>;

Wall wall_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::string text_of(const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, text);
  if (length < 0) return {};
  std::string out(utf8, utf8 + length);
  OPENSSL_free(utf8);
  return out;
}

std::string owner_of(X509* paper) {
  X509_NAME* name = X509_get_subject_name(paper);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at >= 0) return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  std::array<char, 256> whole{};
  return X509_NAME_oneline(name, whole.data(), whole.size()) == nullptr ? std::string() : whole.data();
}

std::string address_of(const ASN1_OCTET_STRING* bytes) {
  const std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })> colons(
      OPENSSL_buf2hexstr(ASN1_STRING_get0_data(bytes), ASN1_STRING_length(bytes)));
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (ASN1_STRING_length(bytes) != 4) return colons ? colons.get() : "";
  return std::to_string(data[0]) + "." + std::to_string(data[1]) + "." + std::to_string(data[2]) + "." +
         std::to_string(data[3]);
}

std::vector<std::string> names_of(X509* paper) {
  std::vector<std::string> out;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(paper, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_of(name->d.iPAddress));
  }
  return out;
}

}  // namespace

Certificate certificate_of(X509* paper) {
  return {owner_of(paper), names_of(paper), wall_of(X509_get0_notBefore(paper)), wall_of(X509_get0_notAfter(paper))};
}

bool is_for(X509* paper, const std::string& host) {
  return X509_check_ip_asc(paper, host.c_str(), 0) == 1 || X509_check_host(paper, host.c_str(), host.size(), 0, nullptr) == 1;
}

Result<std::vector<Certificate>> read_certificates(const std::string& file) {
  const File stream(std::fopen(file.c_str(), "re"));
  if (!stream) return Error{Code::io, file + ": " + std::generic_category().message(errno)};
  std::vector<Certificate> out;
  while (const Paper paper{PEM_read_X509(stream.get(), nullptr, nullptr, nullptr)}) out.push_back(certificate_of(paper.get()));
  ERR_clear_error();  // the end of the file is one
  if (out.empty()) return Error{Code::corrupt, file + ": holds no certificate (PEM)"};
  return out;
}

Result<> fit_together(const std::string& certificate, const std::string& key) {
  Connection connection;
  connection.certificate = certificate;
  connection.key = key;
  if (const auto why = unusable_file(connection)) return Error{Code::config, *why};
  return {};
}

}  // namespace kuzet::link
