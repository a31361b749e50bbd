// SPDX-License-Identifier: Apache-2.0
// Keys, requests, and what of the board stands in them.
#include "agent/enrolment/key.hpp"

#include "agent/enrolment/board.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::enrolment {

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a request is for a P-256 key, signed with it, and names its owner alone", "[enroll]") {
  const test::TempFolder folder;
  const auto key = new_key();
  REQUIRE(key.has_value());
  const auto request = signing_request(*key, "10000000abcdef12");
  REQUIRE(request.has_value());
  CHECK_FALSE(holds(*request, "PRIVATE KEY"));
  test::write_file(folder / "csr", *request);
  const auto said = test::run(
      {"openssl", "req", "-verify", "-noout", "-text", "-subject", "-nameopt", "RFC2253", "-in", (folder / "csr").string()});
  INFO(said.output << said.errors);
  CHECK(said.code == 0);
  CHECK(holds(said.output, "subject=CN=10000000abcdef12\n"));
  CHECK(holds(said.output, "NIST CURVE: P-256"));
  CHECK(holds(said.output, "ecdsa-with-SHA256"));
  CHECK(holds(said.output, "Attributes:\n            (none)"));
}

TEST_CASE("each key is another one, and a key is known by its public part", "[enroll]") {
  const auto one = new_key(), two = new_key();
  REQUIRE((one.has_value() && two.has_value()));
  CHECK(public_mark(*one).value() == public_mark("text before\n" + *one + "text behind").value());
  CHECK(public_mark(*one).value() != public_mark(*two).value());
  CHECK(public_mark("no key").has_error());
  CHECK(signing_request("no key", "n1").has_error());
  CHECK(signing_request(*one, std::string(65, 'x')).has_error());  // longer than a common name may be
}

TEST_CASE("a board is known by the number that the kernel tells, or by one that follows from the system's id", "[enroll]") {
  const test::TempFolder root;
  std::filesystem::create_directories(root / "proc/device-tree");
  std::filesystem::create_directories(root / "etc");
  test::write_file(root / "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  const auto other = this_board(root.path());
  CHECK(other.model.empty());
  CHECK(other.serial.starts_with("board-"));
  CHECK(other.serial.size() == 22);
  CHECK_FALSE(holds(other.serial, "0123456789abcdef"));
  test::write_file(root / "proc/device-tree/serial-number", std::string("10000000abcdef12\0", 17));
  test::write_file(root / "proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
  const auto pi = this_board(root.path());
  CHECK(pi.serial == "10000000abcdef12");
  CHECK(pi.model == "Raspberry Pi 4 Model B Rev 1.4");
}

}  // namespace kuzet::enrolment
