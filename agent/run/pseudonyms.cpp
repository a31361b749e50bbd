// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA256 (RFC 2104, FIPS 180-4) by OpenSSL, keys that are wiped, and the file of the site key.
#include "agent/run/pseudonyms.hpp"

#include "agent/outbox/disk.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <cstring>
#include <stdexcept>
#include <system_error>

namespace kuzet::run {

namespace {

constexpr std::size_t longest_key = 4096;  // a longer file is no key
constexpr mode_t forbidden = S_IRWXO | S_IWGRP | S_IXGRP;
constexpr std::string_view label = "kuzet.access.day/1";

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Secret hmac(std::string_view key, std::string_view text) {
  Secret out;
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), out.data(), &length) ==
          nullptr ||
      length != Secret::size)
    throw std::runtime_error("HMAC-SHA256 is not available in this OpenSSL");
  return out;
}

std::string_view view(const Secret& secret) { return {reinterpret_cast<const char*>(secret.data()), Secret::size}; }

Secret random_bytes() {
  Secret out;
  if (RAND_priv_bytes(out.data(), static_cast<int>(Secret::size)) != 1) throw std::runtime_error("OpenSSL has no random bytes");
  return out;
}

alerts::Pseudonym pseudonym(const Secret& key, std::string_view person) {
  const Secret hash = hmac(view(key), person);
  alerts::Pseudonym out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

Result<> make_key(const std::filesystem::path& file) {
  const Secret fresh = random_bytes();
  std::string bytes(view(fresh));
  auto written = outbox::write_secretly(file, bytes);
  wipe(bytes);
  return written;
}

/// Keys of any length become one of 32 bytes.
Result<Secret> read_key(const std::filesystem::path& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) return Error{Code::io, file.string() + ": " + std::generic_category().message(errno)};
  if (!S_ISREG(about.st_mode)) return Error{Code::config, file.string() + ": is no file with a key"};
  if ((about.st_mode & forbidden) != 0)
    return Error{Code::config, file.string() + ": others have access to this key; chmod 600 it, and make a new one"};
  if (about.st_size < static_cast<off_t>(Secret::size) || about.st_size > static_cast<off_t>(longest_key))
    return Error{Code::config, file.string() + ": a key has 32 to 4096 bytes, this file has " + std::to_string(about.st_size) +
                                   "; `openssl rand -out FILE 32` makes one"};
  auto bytes = outbox::read_file(file);
  if (!bytes) return bytes.error();
  Secret key = hmac(label, *bytes);
  wipe(*bytes);
  return key;
}

}  // namespace

Secret::~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

void wipe(std::string& text) {
  text.resize(text.capacity());  // what an earlier, longer text left behind it goes too
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Result<Pseudonyms> Pseudonyms::open(const std::filesystem::path& file, bool make, std::string site) {
  std::error_code failed;
  const bool there = std::filesystem::exists(file, failed);
  if (failed) return Error{Code::io, file.string() + ": " + failed.message()};
  if (!there && make)
    if (auto made = make_key(file); !made) return made.error();
  const auto key = read_key(file);
  if (!key) return key.error();
  return Pseudonyms(*key, std::move(site));
}

void Pseudonyms::rotate(int day) {
  const Secret once = random_bytes();
  std::string text = std::string(label) + '\n' + site_ + '\n' + std::to_string(day) + '\n';
  text.reserve(text.size() + Secret::size);  // grown afterwards, it would leave a copy behind
  text += view(once);
  yesterday_ = today_;
  today_ = hmac(view(site_key_), text);
  wipe(text);
}

alerts::Passer Pseudonyms::of(std::string& person) const {
  alerts::Passer out;
  const auto name = trimmed(person);
  if (!name.empty() && today_) {
    out.today = pseudonym(*today_, name);
    if (yesterday_) out.yesterday = pseudonym(*yesterday_, name);
  }
  wipe(person);
  return out;
}

}  // namespace kuzet::run
