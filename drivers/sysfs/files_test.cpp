// SPDX-License-Identifier: Apache-2.0
// Files of the kernel hold what they like: garbage, nothing, a megabyte, zeros, and some are no files at all.
#include "drivers/sysfs/files.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

using namespace kuzet;
using namespace kuzet::drivers;
using test::TempFolder;
using test::write_file;

namespace {

/// "io: ..." or "corrupt: ..." after the way to the file; the number where there is one.
std::string read(const std::filesystem::path& file) {
  const auto value = sysfs::read_number(file);
  if (value) return std::to_string(*value);
  const std::string& what = value.error().what;
  return (value.error().code == Code::corrupt ? "corrupt: " : "io: ") + what.substr(file.string().size() + 2);
}

}  // namespace

TEST_CASE("a number is read from a small file, with a point in every locale", "[sensors]") {
  const TempFolder folder;
  write_file(folder / "n", "23.456000\n");
  CHECK(read(folder / "n") == "23.456000");
  write_file(folder / "n", "  -12 \n");
  CHECK(read(folder / "n") == "-12.000000");
}

TEST_CASE("what is no number is called garbage and shown without what could spoil a log", "[K7][sensors]") {
  const TempFolder folder;
  for (const std::string text : {"nan", "inf", "12 34", "0x12", "1,5", "+-3", "--", "1e999"}) {
    write_file(folder / "n", text);
    CHECK(read(folder / "n") == "corrupt: holds no number but \"" + text + "\"");
  }
  write_file(folder / "n", "a\x1b[31mb\n\xff");
  CHECK(read(folder / "n") == "corrupt: holds no number but \"a?[31mb??\"");
}

TEST_CASE("empty files, files of a megabyte and files with zeros are refused", "[K7][sensors]") {
  const TempFolder folder;
  write_file(folder / "n", "");
  CHECK(read(folder / "n") == "corrupt: is empty");
  write_file(folder / "n", " \n");
  CHECK(read(folder / "n") == "corrupt: is empty");
  write_file(folder / "n", std::string(1 << 20, '7'));
  CHECK(read(folder / "n") == "corrupt: is longer than any file of the kernel");
  write_file(folder / "n", std::string("12\0 3", 5));
  CHECK(read(folder / "n") == "corrupt: holds no text");
}

TEST_CASE("pipes, folders, loops of links and missing files do not hold up the line", "[K7][sensors]") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(read(folder / "pipe") == "io: is no file");
  std::filesystem::create_directory(folder / "folder");
  CHECK(read(folder / "folder") == "io: is no file");
  std::filesystem::create_symlink(folder / "b", folder / "a");
  std::filesystem::create_symlink(folder / "a", folder / "b");
  CHECK(read(folder / "a") == "io: Too many levels of symbolic links");
  CHECK(sysfs::exists(folder / "a") == false);
  CHECK(read(folder / "none") == "io: no such file");
  CHECK(sysfs::names(folder / "none").empty());
}

TEST_CASE("a file that may not be read says so", "[sensors]") {
  const TempFolder folder;
  write_file(folder / "n", "1");
  REQUIRE(::chmod((folder / "n").c_str(), 0) == 0);
  if (::geteuid() != 0) CHECK(read(folder / "n") == "io: no permission to read it");
  CHECK(sysfs::why(EACCES) == "no permission to read it");
  CHECK(sysfs::why(EIO) == "the device does not answer (Input/output error)");
  CHECK(sysfs::why(ENODEV) == "no such device (any more)");
}

TEST_CASE("what there is instead is listed, but not a screen full of it", "[sensors]") {
  CHECK(sysfs::there_are({}) == "; there is none");
  CHECK(sysfs::there_are({"a", "b"}) == "; there are: a, b");
  const auto many = sysfs::there_are(std::vector<std::string>(20, "x"));
  CHECK(many.ends_with("x and 8 more"));
}
