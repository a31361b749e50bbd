// SPDX-License-Identifier: Apache-2.0
// The folder of an identity: modes, and what a kill at each step leaves.
#include "agent/enrolment/identity.hpp"

#include "agent/enrolment/key.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>

namespace kuzet::enrolment {

namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

Record record_for(const std::string& node) {
  Record out;
  out.url = "https://city.example/enrol";
  out.renew = out.url + "/renew";
  out.node = node;
  out.site = "yard";
  out.servers = {"mqtts://a.example"};
  out.issued = Wall(std::chrono::hours(1)), out.renew_after = Wall(std::chrono::hours(3)),
  out.expires = Wall(std::chrono::hours(4));
  out.pin = std::string(64, 'a');
  return out;
}

Granted granted_with(const std::string& authority) {
  Granted out;
  out.chain.pem = "CERTIFICATE\n";
  out.authority = authority;
  return out;
}

/// What stands in the folder, as one text.
std::string state_of(const IdentityFolder& folder) {
  const auto record = folder.record();
  return (record ? record->node : "none") + "|" + test::file_bytes(folder.authority()) + "|" +
         (public_mark(test::file_bytes(folder.identity())) ? "key" : "no key");
}

}  // namespace

TEST_CASE("keys are their owner's alone from the first byte on, and nobody else's key is taken for one's own", "[enroll]") {
  const test::TempFolder temp;
  const IdentityFolder folder(temp.path());
  ::umask(0);
  const auto key = folder.pending_key();
  REQUIRE(key.has_value());
  CHECK(mode_of(temp / "pending.pem") == 0600);
  CHECK(folder.pending_key().value() == *key);  // the same is asked for again
  test::write_file(temp / "pending.pem", key->substr(0, key->size() / 2));
  const auto fresh = folder.pending_key();
  REQUIRE(fresh.has_value());
  CHECK(*fresh != *key);
  REQUIRE(folder.keep(*fresh, granted_with("CA\n"), record_for("n1")).has_value());
  ::umask(022);
  CHECK(mode_of(folder.identity()) == 0600);
  CHECK(std::distance(fs::directory_iterator(temp.path()), {}) == 3);
  test::write_file(temp / "pending.pem", *fresh);  // a kill came before it was forgotten
  REQUIRE(folder.settle().has_value());
  CHECK(std::distance(fs::directory_iterator(temp.path()), {}) == 3);
  const auto other = folder.pending_key();
  CHECK(other.value() != *fresh);  // it is in use already: never twice
  REQUIRE(folder.settle().has_value());
  CHECK(folder.pending_key().value() == *other);  // one that is not in use stays
  CHECK(std::distance(fs::directory_iterator(temp.path()), {}) == 4);
  const auto read = folder.record();
  REQUIRE(read.has_value());
  CHECK((read->node == "n1" && read->pin == std::string(64, 'a') && read->expires == Wall(std::chrono::hours(4))));
  CHECK(read->servers == std::vector<std::string>{"mqtts://a.example"});
}

TEST_CASE("whatever step a kill stops at, the old identity is there whole or the new one", "[enroll]") {
  const auto old_key = new_key().value(), fresh_key = new_key().value();
  for (const std::string authority : {"", "new CA\n"})
    for (int step = 0; step <= 4; ++step) {
      CAPTURE(authority, step);
      const test::TempFolder temp, other;
      const IdentityFolder folder(temp.path()), made(other.path());
      REQUIRE(folder.keep(old_key, granted_with("old CA\n"), record_for("old")).has_value());
      REQUIRE(made.keep(fresh_key, granted_with(authority), record_for("new")).has_value());
      // As keep() and settle() go: made ready aside (0), there (1), authority moved (2), identity moved (3), all but the folder
      // (4).
      fs::copy(other.path(), temp / (step == 0 ? "next.part" : "next"));
      const std::vector<std::string> order{"authority.pem", "identity.pem", "enrolment.json"};
      for (int i = 0; i + 1 < step; ++i) {
        if (i == 0 && authority.empty())
          fs::remove(folder.authority());
        else
          fs::rename(temp / ("next/" + order.at(static_cast<std::size_t>(i))), temp / order.at(static_cast<std::size_t>(i)));
      }
      REQUIRE(folder.settle().has_value());
      CHECK(state_of(folder) == (step == 0 ? "old|old CA\n|key" : "new|" + authority + "|key"));
      CHECK_FALSE(fs::exists(temp / "next"));
      REQUIRE(folder.settle().has_value());
      REQUIRE(folder.keep(fresh_key, granted_with(authority), record_for("third")).has_value());
      CHECK(state_of(folder) == "third|" + authority + "|key");
      CHECK_FALSE(fs::exists(temp / "next.part"));
    }
}

TEST_CASE("a record that cannot be read is said, and is no identity", "[enroll]") {
  const test::TempFolder temp;
  const IdentityFolder folder(temp.path());
  CHECK(folder.record().error().code == Code::io);
  for (const std::string text : {"", "{}", "[]", R"({"schema": "kuzet.identity/1"})"}) {
    test::write_file(folder.record_file(), text);
    CHECK(folder.record().error().code == Code::corrupt);
  }
}

}  // namespace kuzet::enrolment
