// SPDX-License-Identifier: Apache-2.0
// A device is found by what stays the same, and never guessed.
#include "drivers/sysfs/chosen.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

using namespace kuzet;
using namespace kuzet::drivers;
using test::TempFolder;
using test::write_file;
namespace fs = std::filesystem;

namespace {

/// As the kernel does it: the class holds links to where the devices hang.
void add(const TempFolder& root, const std::string& at, const std::string& device, const std::string& name) {
  fs::create_directories(root / "devices/i2c-1" / at / "hwmon" / device);
  write_file(root / "devices/i2c-1" / at / "hwmon" / device / "name", name + "\n");
  fs::create_directories(root / "class");
  fs::create_directory_symlink(root / "devices/i2c-1" / at / "hwmon" / device, root / "class" / device);
}

std::string found(const TempFolder& root, const sysfs::Wanted& wanted) {
  const auto device = sysfs::find_device(root / "class", "hwmon", wanted);
  return device ? device->filename().string() : device.error().what;
}

}  // namespace

TEST_CASE("a device is found by its name, by its label and by where it hangs", "[sensors]") {
  const TempFolder root;
  add(root, "1-0048", "hwmon0", "lm75");
  add(root, "1-0049", "hwmon1", "lm75");
  add(root, "1-0044", "hwmon2", "sht3x");
  write_file(root / "class/hwmon1/label", "cabinet\n");
  CHECK(found(root, {"sht3x", "", ""}) == "hwmon2");
  CHECK(found(root, {"lm75", "cabinet", ""}) == "hwmon1");
  CHECK(found(root, {"lm75", "", "1-0048"}) == "hwmon0");
  CHECK(found(root, {"lm75", "", ""}) == "2 devices are \"lm75\"; say which with `at`; there are: 1-0048, 1-0049");
}

TEST_CASE("where there is no such device, it is said what there is", "[K6][sensors]") {
  const TempFolder root;
  CHECK(found(root, {"lm75", "", ""}) == "no device \"lm75\" in " + (root / "class").string() + "; there is none");
  add(root, "1-0048", "hwmon0", "lm75");
  CHECK(found(root, {"sht3x", "", ""}).ends_with("; there are: lm75 (at 1-0048)"));
  CHECK(found(root, {"lm57", "", ""}).ends_with("; did you mean \"lm75\"?"));
  CHECK(found(root, {"lm75", "", "1-0049"}).find("\"lm75\" at 1-0049 in") != std::string::npos);
}

TEST_CASE("devices without a name, with a loop for a link or gone are passed over", "[K7][sensors]") {
  const TempFolder root;
  add(root, "1-0048", "hwmon0", "lm75");
  add(root, "1-0049", "hwmon1", std::string(1 << 20, 'x'));
  fs::create_directory_symlink(root / "class/hwmon3", root / "class/hwmon2");
  fs::create_directory_symlink(root / "class/hwmon2", root / "class/hwmon3");
  fs::create_directory_symlink(root / "gone", root / "class/hwmon4");
  CHECK(found(root, {"lm75", "", ""}) == "hwmon0");
}
