// SPDX-License-Identifier: Apache-2.0
// Looks at files before anybody connects with them, and reads what OpenSSL and Paho say about a handshake.
#include "agent/link/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

namespace kuzet::link {

namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

/// One of the files, by the name that its setting has, and how OpenSSL reads it.
struct Named {
  const char* setting;
  const std::string& file;
  int (*use)(SSL_CTX*, const char*);
};

std::array<Named, 3> files(const Connection& connection) {
  return {{{"ca", connection.ca, [](SSL_CTX* tls, const char* file) { return SSL_CTX_load_verify_file(tls, file); }},
           {"certificate", connection.certificate, SSL_CTX_use_certificate_chain_file},
           {"key", connection.key,
            [](SSL_CTX* tls, const char* file) { return SSL_CTX_use_PrivateKey_file(tls, file, SSL_FILETYPE_PEM); }}}};
}

/// A key with a password is not for us; without this OpenSSL asks for it at the terminal, and waits.
int no_password(char*, int, int, void*) { return 0; }

/// Why a file cannot be read; empty when it can.
std::string hindrance(const std::string& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0 || ::access(file.c_str(), R_OK) != 0) return std::generic_category().message(errno);
  return S_ISREG(about.st_mode) ? "" : "not a file";
}

/// The first reason in OpenSSL's queue, which is emptied.
std::string complaint() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason == nullptr ? "not usable" : reason;
}

std::vector<std::string_view> parts(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':')) {
    out.push_back(line.substr(0, colon));
    line.remove_prefix(colon + 1);
  }
  out.push_back(line);
  return out;
}

/// The name or the address in "mqtts://NAME:8883".
std::string host_of(std::string_view server) {
  if (const auto scheme = server.find("://"); scheme != std::string_view::npos) server.remove_prefix(scheme + 3);
  if (server.starts_with('[')) return std::string(server.substr(1, server.find(']') - 1));
  return std::string(server.substr(0, server.find_first_of(":/")));
}

}  // namespace

std::optional<std::string> unusable_file(const Connection& connection) {
  const Context tls(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_default_passwd_cb(tls.get(), no_password);
  ERR_clear_error();
  for (const auto& one : files(connection)) {
    if (one.file.empty()) continue;
    auto why = hindrance(one.file);
    if (why.empty() && one.use(tls.get(), one.file.c_str()) != 1) why = complaint();
    if (!why.empty()) return "tls." + std::string(one.setting) + ": " + one.file + ": " + why;
  }
  return std::nullopt;
}

void forget_tls_errors() { ERR_clear_error(); }

void Handshake::traced(std::string_view line) {
  const auto says = [line](std::string_view words) { return line.find(words) != std::string_view::npos; };
  if (const char* reason = ERR_reason_error_string(ERR_peek_last_error()); reason != nullptr && says("SSL ")) failed(reason);
  constexpr std::string_view alert = "SSL alert ";
  if (const auto at = line.find(alert); at != std::string_view::npos) {
    const auto part = parts(line.substr(at + alert.size()));
    if (part.size() < 3 || part[1] != "fatal") return;
    sent_ = part[0] == "write";
    alert_ = part[2].substr(0, part[2].find_last_not_of(" \r\n") + 1);
  }
  if (says("SSL handshake done")) done_ = true;
  if (says("X509_check_host") && says(" failed")) other_host_ = true;
  if (says("-> CONNECT")) other_host_ = false;  // the address was found in the certificate
}

std::string Handshake::why(const Connection& connection) const {
  if (other_host_) return "TLS: the broker's certificate is not for " + host_of(connection.server);
  if (!error_.empty()) return "TLS: " + error_ + (alert_.empty() || !sent_ ? "" : " (" + alert_ + ")");
  if (!alert_.empty() && alert_ != "unknown") return "TLS: the broker refused us: " + alert_;
  if (!alert_.empty() || done_) return "TLS: the broker refused us; perhaps it wants another client certificate, or one at all";
  return {};
}

}  // namespace kuzet::link
