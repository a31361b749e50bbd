// SPDX-License-Identifier: Apache-2.0
// What the kernel writes about a thermometer, and the one value that lies.
#include "drivers/onewire/slave.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

using namespace kuzet;
using namespace kuzet::drivers::onewire;
using kuzet::test::at;

TEST_CASE("a conversion is read from the two lines of the kernel", "[sensors]") {
  const auto good = parse_slave("72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125");
  REQUIRE(good);
  CHECK((good->crc && good->answered));
  CHECK(good->celsius == 23.125);
  const auto cold = parse_slave("5e ff 4b 46 7f ff 02 10 2f : crc=2f YES\n5e ff 4b 46 7f ff 02 10 2f t=-10125\n");
  REQUIRE(cold);
  CHECK(cold->celsius == -10.125);
}

TEST_CASE("damaged bytes and a bus that does not answer are told apart", "[sensors]") {
  const auto damaged = parse_slave("72 01 4b 46 7f ff 0e 10 58 : crc=57 NO\n72 01 4b 46 7f ff 0e 10 57 t=23125");
  REQUIRE(damaged);
  CHECK_FALSE(damaged->crc);
  const auto shorted = parse_slave("00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0");
  REQUIRE(shorted);
  CHECK(shorted->crc);  // the CRC of zeros is zero
  CHECK_FALSE(shorted->answered);
  const auto open = parse_slave("ff ff ff ff ff ff ff ff ff : crc=c9 NO\nff ff ff ff ff ff ff ff ff t=-62");
  REQUIRE(open);
  CHECK_FALSE(open->answered);
}

TEST_CASE("what is not the kernel's text about a thermometer is refused", "[K7][sensors]") {
  for (const char* text : {"", "\n", "23125", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES", "zz\nt=1",
                           "72 01 4b 46 7f ff 0e 10 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125",
                           "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=",
                           "72 01 4b 46 7f ff 0e 10 157 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=1",
                           "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=nan"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_slave(text));
  }
}

TEST_CASE("85 degrees out of nowhere are the power-on value, 85 degrees on the way are hot", "[sensors]") {
  PowerOn check;
  CHECK_FALSE(check.believed(85, at(0).steady));  // the first value of all
  CHECK(check.believed(21, at(10).steady));
  CHECK_FALSE(check.believed(85, at(20).steady));
  CHECK_FALSE(check.believed(85, at(30).steady));  // and does not vouch for itself
  CHECK(check.believed(21.5, at(40).steady));
  CHECK(check.believed(76, at(50).steady));
  CHECK(check.believed(85, at(60).steady));
  CHECK(check.believed(85, at(70).steady));
  CHECK(check.believed(93, at(80).steady));
  CHECK(check.believed(85.0625, at(90).steady));
  CHECK_FALSE(check.believed(85, at(90 + 601).steady));  // nothing is known of the last ten minutes
}
