// SPDX-License-Identifier: Apache-2.0
// A file that takes another's place: whole, for the same eyes, and the other is kept.
#include "agent/cli/replace_file.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>

namespace kuzet::cli {

TEST_CASE("the file is exchanged at once, keeps its mode, and what it was stays beside it", "[enroll]") {
  const test::TempFolder folder;
  const auto file = folder / "kuzet.yaml", link = folder / "link.yaml", backup = folder / "kuzet.yaml.before-enroll";
  test::write_file(file, "old\n");
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  std::filesystem::create_symlink("kuzet.yaml", link);
  REQUIRE(replace_file(link, "new\n", backup).has_value());
  CHECK(std::filesystem::is_symlink(link));
  CHECK(test::file_bytes(file) == "new\n");
  CHECK(test::file_bytes(backup) == "old\n");
  for (const auto& one : {file, backup}) {
    struct stat status {};
    REQUIRE(::stat(one.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
  CHECK(replace_file(folder / "missing", "new\n", backup).has_error());
}

}  // namespace kuzet::cli
