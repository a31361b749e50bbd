// SPDX-License-Identifier: Apache-2.0
// The key is made once, for its owner alone, and signs what others can check.
#include "agent/outbox/signer.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>

namespace kuzet::outbox {

namespace {

using test::file_bytes;
using test::TempFolder;
using test::write_file;

// RFC 8032, 7.1, tests 1 and 2: the public keys as OpenSSL writes them, and what they sign.
const std::string first_key = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
)";
const std::string first_signature =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e"
    "7a"
    "100b";
// The private key of test 2, which signs one byte, "r".
const std::string second_private = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
-----END PRIVATE KEY-----
)";
const std::string second_signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612"
    "bb"
    "0c00";

Checkpoint sample() { return {"5f0c", 1042, "9f2c", 7, "ab01", test::at(5).wall, ""}; }

}  // namespace

TEST_CASE("signatures are those of RFC 8032", "[K8]") {
  CHECK(Key::from(first_key).value().verifies("", first_signature));
  const TempFolder folder;
  write_file(folder / "journal.key", second_private);
  const auto own = Key::own(folder / "journal.key").value();
  CHECK(own.sign("r") == second_signature);
  CHECK(Key::from(own.public_pem()).value().verifies("r", second_signature));
}

TEST_CASE("a signature is good for one text, one key and one way to write it", "[K8]") {
  const auto key = Key::from(first_key).value();
  CHECK_FALSE(key.verifies(" ", first_signature));
  CHECK_FALSE(key.verifies("", second_signature));
  CHECK_FALSE(key.verifies("", ""));
  CHECK_FALSE(key.verifies("", first_signature + "00"));
  CHECK_FALSE(key.verifies("", "E5" + first_signature.substr(2)));
  CHECK_FALSE(key.verifies("", "zz" + first_signature.substr(2)));
  std::string changed = first_signature;
  changed[40] = changed[40] == '0' ? '1' : '0';
  CHECK_FALSE(key.verifies("", changed));
}

TEST_CASE("the board's key is made once and read by its owner alone", "[K8]") {
  const TempFolder folder;
  const auto file = folder / "journal.key";
  write_file(folder / "journal.key.part", "left by a power cut, readable for all");
  const auto made = Key::own(file).value();
  const auto again = Key::own(file).value();
  CHECK(made.public_pem() == again.public_pem());
  CHECK(again.verifies("text", made.sign("text")));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(folder / "journal.key.part"));
  CHECK(Key::own(folder / "another.key").value().public_pem() != made.public_pem());
}

TEST_CASE("a public key comes from its file", "[K8]") {
  const TempFolder folder;
  write_file(folder / "journal.pub", first_key);
  CHECK(Key::of(folder / "journal.pub").value().public_pem() == first_key);
}

TEST_CASE("files without an Ed25519 key are told apart from none", "[K8]") {
  const TempFolder folder;
  write_file(folder / "journal.key", "no key");
  CHECK(Key::own(folder / "journal.key").error().code == Code::corrupt);
  write_file(folder / "empty.key", "");
  CHECK(Key::own(folder / "empty.key").error().code == Code::corrupt);
  CHECK(Key::own(folder / "no/such/folder/journal.key").error().code == Code::io);
  CHECK(Key::of(folder / "none.pub").error().code == Code::io);
  CHECK(Key::of(folder / "journal.key").error().code == Code::config);
  CHECK(Key::from(second_private).error().code == Code::config);
  // A key of another kind: P-256.
  const std::string other = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcmb2zbigiDTQuEhggn6Kqep2MZ6E
10zIdUJ8L7QQw9m7lzLF/3fZpnOiI8U3MzwH+XhiXThkEXS36+MpPmWq6g==
-----END PUBLIC KEY-----
)";
  CHECK(Key::from(other).error().code == Code::config);
}

TEST_CASE("a public key alone does not sign", "[K8]") { CHECK_THROWS(Key::from(first_key).value().sign("text")); }

TEST_CASE("a checkpoint's text names every member on a line of its own", "[K8]") {
  CHECK(checkpoint_text(sample()) == "kuzet.checkpoint/1\n5f0c\n1042\n9f2c\n7\nab01\n" + rfc3339(test::at(5).wall) + "\n");
}

}  // namespace kuzet::outbox
