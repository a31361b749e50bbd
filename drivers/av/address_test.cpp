// SPDX-License-Identifier: Apache-2.0
// Addresses as technicians write them.
#include "drivers/av/address.hpp"
#include "tests/harness/catch.hpp"

using kuzet::drivers::av::parse_address;

TEST_CASE("an address is taken apart, and a password may hold anything", "[cameras]") {
  const auto address = parse_address("RTSP://gate:p@ss%2Fw:rd@camera.local:8554/sub?a=b@c#d").value();
  CHECK(address.scheme == "rtsp");
  CHECK(address.user == "gate");
  CHECK(address.password == "p@ss/w:rd");
  CHECK(address.host == "camera.local");
  CHECK(address.port == "8554");
  CHECK(address.rest == "/sub?a=b@c");
  CHECK(address.where() == "camera.local:8554");
  CHECK(address.at("10.0.0.5") == "rtsp://gate:p%40ss%2Fw%3Ard@10.0.0.5:8554/sub?a=b@c");
  CHECK_FALSE(address.numeric());
}

TEST_CASE("a slash in a password is understood where it cannot mean anything else", "[cameras]") {
  const auto address = parse_address("rtsp://gate:se/cret@10.0.0.5/sub").value();
  CHECK(address.password == "se/cret");
  CHECK(address.host == "10.0.0.5");
}

TEST_CASE("what is encoded already is not encoded twice", "[cameras]") {
  CHECK(parse_address("http://a:p%40ss%25@h/")->at("h") == "http://a:p%40ss%25@h/");
  CHECK(parse_address("http://a:100%@h/")->at("h") == "http://a:100%25@h/");
}

TEST_CASE("IPv6 addresses are known, and what is no address", "[cameras]") {
  const auto address = parse_address("rtsp://[fe80::1]:554/a").value();
  CHECK(address.host == "fe80::1");
  CHECK(address.numeric());
  CHECK(address.at("::1") == "rtsp://[::1]:554/a");
  CHECK(parse_address("http://10.0.0.5?snap")->at("10.0.0.5") == "http://10.0.0.5/?snap");
  for (const auto* none : {"", "a.mp4", "rtsp:/a", "://a", "rtsp://", "rtsp://:80/", "rtsp://a:b/", "rtsp://a b/",
                           "rtsp://[::1", "rtsp://a:123456/"})
    CHECK_FALSE(parse_address(none));
}
