// SPDX-License-Identifier: Apache-2.0
// Pseudonyms tell persons apart for a day, and nothing on the disk can turn them back.
#include "agent/run/pseudonyms.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>

#include <set>

namespace kuzet::run {

namespace {

namespace fs = std::filesystem;

void write_key(const fs::path& file, std::size_t length, fs::perms mode = fs::perms::owner_read) {
  test::write_file(file, std::string(length, 'k'));
  fs::permissions(file, mode);
}

alerts::Passer of(const Pseudonyms& names, std::string person) { return names.of(person); }

struct Desk {
  test::TempFolder folder;
  Pseudonyms names = Pseudonyms::open(folder / "access.key", true, "school").value();
  Desk() { names.rotate(20261122); }
};

}  // namespace

TEST_CASE("a person has one pseudonym all day, another than everybody else, and another the next day", "[access]") {
  Desk desk;
  const auto first = of(desk.names, "0012345678");
  REQUIRE(first.today);
  CHECK_FALSE(first.yesterday);
  CHECK(of(desk.names, " 0012345678\r\n").today == first.today);
  CHECK(of(desk.names, "0012345679").today != first.today);
  desk.names.rotate(20261123);
  const auto next = of(desk.names, "0012345678");
  CHECK(next.today != first.today);
  CHECK(next.yesterday == first.today);
  desk.names.forget_yesterday();
  CHECK_FALSE(of(desk.names, "0012345678").yesterday);
}

TEST_CASE("who is not named has no pseudonym", "[access]") {
  Desk desk;
  CHECK_FALSE(of(desk.names, "").today);
  CHECK_FALSE(of(desk.names, " \t\n").today);
}

TEST_CASE("nobody without the running agent's memory makes the same pseudonym again, even with the key file", "[access]") {
  Desk desk;
  auto again = Pseudonyms::open(desk.folder / "access.key", false, "school").value();
  again.rotate(20261122);
  CHECK(of(again, "0012345678").today != of(desk.names, "0012345678").today);
}

TEST_CASE("a person's name is overwritten where it stood", "[access]") {
  Desk desk;
  for (const char* text : {"short", "a name that is much too long for the room inside of a string"}) {
    std::string person = text;
    person.reserve(100);
    const char* const place = person.data();
    const auto length = person.size();
    (void)desk.names.of(person);
    CHECK(person.empty());
    REQUIRE(person.data() == place);
    CHECK(std::string(place, length).find_first_not_of('\0') == std::string::npos);  // within its capacity
  }
}

TEST_CASE("a key that is made is nobody else's to read", "[access]") {
  Desk desk;
  struct stat about {};
  REQUIRE(::stat((desk.folder / "access.key").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK(about.st_size == 32);
  const auto bytes = test::file_bytes(desk.folder / "access.key");
  CHECK(std::set<char>(bytes.begin(), bytes.end()).size() > 10);
  REQUIRE(Pseudonyms::open(desk.folder / "access.key", true, "school").has_value());
  CHECK(test::file_bytes(desk.folder / "access.key") == bytes);
}

TEST_CASE("keys that are short, long, missing or open to others are refused with what to do", "[access][K6]") {
  const test::TempFolder folder;
  const auto why = [&](const char* name) {
    const auto opened = Pseudonyms::open(folder / name, false, "school");
    return opened ? std::string("taken") : opened.error().what;
  };
  write_key(folder / "short", 31);
  CHECK(why("short").find("has 32 to 4096 bytes, this file has 31") != std::string::npos);
  write_key(folder / "long", 4097);
  CHECK(why("long").find("4097") != std::string::npos);
  write_key(folder / "open", 32, fs::perms::owner_read | fs::perms::others_read);
  CHECK(why("open").find("others have access") != std::string::npos);
  write_key(folder / "writable", 32, fs::perms::owner_read | fs::perms::group_write);
  CHECK(why("writable").find("chmod 600") != std::string::npos);
  CHECK(why("missing").find("No such file") != std::string::npos);
  fs::create_directory(folder / "folder");
  CHECK(why("folder").find("is no file") != std::string::npos);
  write_key(folder / "group", 64, fs::perms::owner_read | fs::perms::group_read);
  CHECK(why("group") == "taken");
}

}  // namespace kuzet::run
