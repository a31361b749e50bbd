// SPDX-License-Identifier: Apache-2.0
// What is said when a chip or a pin cannot be had; the real library, without a chip.
#include "drivers/gpio/pins.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

using namespace kuzet;
using namespace kuzet::drivers;
using namespace std::chrono_literals;
using test::write_file;

namespace {

std::string refusal(const std::string& chip, const std::filesystem::path& devices) {
  const auto opened = gpio::open_chip(chip, devices);
  return opened ? "opened" : opened.error().what;
}

}  // namespace

TEST_CASE("a chip that is missing is told with those that are there", "[K7][sensors]") {
  const test::TempFolder devices;
  CHECK(refusal("gpiochip0", devices.path()) == "no GPIO chip \"gpiochip0\"; there is none");
  write_file(devices / "gpiochip3", "");
  CHECK(refusal("pinctrl-rp1", devices.path()) == "no GPIO chip \"pinctrl-rp1\"; there are: gpiochip3");
  CHECK(refusal("/dev/none/gpiochip0", devices.path()) == "/dev/none/gpiochip0: no such GPIO chip");
}

TEST_CASE("a file that is no chip, and a chip without permission, say so", "[K7][sensors]") {
  const test::TempFolder devices;
  write_file(devices / "gpiochip3", "");
  const std::string file = (devices / "gpiochip3").string();
  CHECK(refusal("gpiochip3", devices.path()) == file + " is no GPIO chip");
  CHECK(refusal("3", devices.path()) == file + " is no GPIO chip");
  CHECK(refusal("/dev/null", devices.path()) == "/dev/null is no GPIO chip");
  REQUIRE(::chmod(file.c_str(), 0) == 0);
  if (::geteuid() != 0)
    CHECK(refusal("gpiochip3", devices.path()).find("no permission; the user of the service must be in the group gpio") !=
          std::string::npos);
  CHECK(gpio::chip_failure("/dev/gpiochip0", EACCES).what.find("must be in the group gpio") != std::string::npos);
  CHECK(gpio::chip_failure("/dev/gpiochip0", ENODEV).what == "/dev/gpiochip0: no such device (any more)");
}

TEST_CASE("a pin that somebody has names who has it", "[sensors]") {
  CHECK(gpio::pin_failure("17", EBUSY, "onewire@0").what == "pin 17 is already used by \"onewire@0\"");
  CHECK(gpio::pin_failure("17", EBUSY, "").what == "pin 17 is already used by somebody else");
  CHECK(gpio::pin_failure("17", EBUSY, "").code == Code::busy);
  CHECK(gpio::pin_failure("GPIO99", ENOENT, "").what == "pin GPIO99: this chip has no such pin");
}

TEST_CASE("edges are dated by the kernel unless it uses another clock", "[sensors]") {
  const Steady now = test::at(0).steady;
  const auto stamp = [](Steady at) { return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()); };
  CHECK(gpio::date_of(stamp(now - 3ms), now) == now - 3ms);
  CHECK(gpio::date_of(stamp(now + 1s), now) == now);
  CHECK(gpio::date_of(stamp(now - 1h), now) == now);
}
