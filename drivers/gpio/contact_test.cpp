// SPDX-License-Identifier: Apache-2.0
// Contacts that bounce, pulses that are counted, edges that are lost.
#include "drivers/gpio/contact.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

using namespace kuzet;
using namespace kuzet::drivers::gpio;
using namespace std::chrono_literals;

namespace {

Steady at(double seconds) { return test::at(seconds).steady; }

Contact open_contact() {
  Contact contact(20ms);
  contact.begin(false, at(0));
  return contact;
}

}  // namespace

TEST_CASE("a contact has changed once it stopped bouncing, and counts once", "[sensors]") {
  auto contact = open_contact();
  for (const double t : {1.000, 1.004, 1.008}) {
    contact.edge({true, at(t)});
    contact.edge({false, at(t + 0.002)});
  }
  contact.edge({true, at(1.012)});
  CHECK_FALSE(contact.state());
  CHECK(contact.due() == at(1.012) + 20ms);
  contact.look(true, at(1.031));
  CHECK_FALSE(contact.state());
  contact.look(true, at(1.0321));
  CHECK(contact.state());
  CHECK(contact.count() == 1);
  CHECK_FALSE(contact.due());
}

TEST_CASE("what comes and goes within the debounce time never was", "[sensors]") {
  auto contact = open_contact();
  contact.edge({true, at(1)});
  contact.edge({false, at(1.019)});
  contact.look(false, at(2));
  CHECK_FALSE(contact.state());
  CHECK(contact.count() == 0);
}

TEST_CASE("pulses are counted by the dates of their edges, however late they are read", "[sensors]") {
  auto contact = open_contact();
  for (int i = 0; i < 5; ++i) {
    contact.edge({true, at(1 + 0.1 * i)});
    contact.edge({false, at(1.05 + 0.1 * i)});
  }
  contact.look(false, at(10));
  CHECK(contact.count() == 5);
  CHECK_FALSE(contact.state());
}

TEST_CASE("a level that lost edges left wrong is put right", "[K7][sensors]") {
  auto contact = open_contact();
  contact.look(true, at(1));
  CHECK_FALSE(contact.state());
  contact.look(true, at(1.02));
  CHECK(contact.state());
  CHECK(contact.count() == 1);
}

TEST_CASE("after lost edges nothing is settled before it was quiet for the whole time", "[K7][sensors]") {
  auto contact = open_contact();
  contact.edge({true, at(1)});
  contact.lost(at(1.015));
  contact.edge({false, at(1.021)});
  CHECK(contact.count() == 0);
  contact.look(false, at(1.05));
  CHECK_FALSE(contact.state());
}

TEST_CASE("a start with a closed contact is no pulse, and neither is its chip coming back", "[sensors]") {
  Contact contact(20ms);
  contact.begin(true, at(0));
  CHECK((contact.state() && contact.count() == 0));
  contact.begin(false, at(5));
  contact.begin(true, at(9));
  CHECK((contact.state() && contact.count() == 0));
}

TEST_CASE("without debouncing every edge counts", "[sensors]") {
  Contact contact(0ms);
  contact.begin(false, at(0));
  for (int i = 0; i < 100; ++i) {
    contact.edge({true, at(1 + i * 0.001)});
    contact.edge({false, at(1.0005 + i * 0.001)});
  }
  contact.look(false, at(2));
  CHECK(contact.count() == 100);
}

TEST_CASE("the rate is what was counted in the last minute, and unknown in the first", "[sensors]") {
  PerMinute rate;
  for (int second = 0; second < 60; ++second) {
    rate.see(static_cast<std::uint64_t>(second) * 2, at(second));
    CHECK_FALSE(rate.rate());
  }
  rate.see(120, at(60));
  CHECK(rate.rate() == 120.0);
  for (int second = 61; second <= 120; ++second) rate.see(120, at(second));
  CHECK(rate.rate() == 0.0);
  rate.see(130, at(1000));  // slept for long
  CHECK(rate.rate() == 10.0);
  rate.see(130, at(999));  // a clock that steps back
  CHECK(rate.rate() == 10.0);
}
