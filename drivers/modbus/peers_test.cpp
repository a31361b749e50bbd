// SPDX-License-Identifier: Apache-2.0
// Modbus against other people's servers: libmodbus's and pymodbus's, over TCP and over a serial line.
#include "drivers/modbus/line_fixture.hpp"
#include "tests/buses/servers.hpp"

namespace kuzet::drivers::modbus {

namespace {

const std::string four_tables =
    "{name: h, register: 7}, {name: h9, register: 9}, {name: i, table: input, register: 7}, {name: c, table: coil, register: "
    "3}, "
    "{name: d, table: discrete, register: 3}";

void check_all(const std::string& address, int slave) {
  const std::string port = address.starts_with("/") ? "baud: 19200, every: 100ms" : "every: 100ms";
  AtWork it({sensor_yaml(address, slave, four_tables, port)},
            {"{address: \"" + address + "\", slave: " + std::to_string(slave) + ", coil: 3}",
             "{address: \"" + address + "\", slave: " + std::to_string(slave) + ", register: 50, on_value: 7}"});
  it.start();
  REQUIRE(it.samples(0));
  CHECK(it.value(0, 0) == 100 * slave + 7);
  CHECK(it.value(0, 1) == 100 * slave + 9);
  CHECK(it.value(0, 2) == 1000 + 100 * slave + 7);
  CHECK(it.value(0, 3) == 0);
  CHECK(it.value(0, 4) == 1);
  it.line->want(0, true);
  CHECK(it.switched("0 on"));
  CHECK(it.eventually([](Heard& heard) { return heard.last[{0, 3}].value == 1; }));
  it.line->want(1, true);
  CHECK(it.switched("1 on"));
  CHECK(it.failure(0).empty());
}

}  // namespace

TEST_CASE("libmodbus's own server is read and switched over TCP", "[sensors][outputs]") {
  const test::LibmodbusServer server(3);
  check_all(server.address(), 3);
}

TEST_CASE("libmodbus's own server is read and switched on a serial line", "[sensors][outputs]") {
  const test::Cable cable;
  const test::LibmodbusServer server(3, cable.there());
  check_all(cable.here(), 3);
}

TEST_CASE("pymodbus's server is read and switched over TCP", "[sensors][outputs]") {
  const test::PymodbusServer server("3,4");
  check_all(server.address(), 4);
}

TEST_CASE("pymodbus's server is read and switched on a serial line", "[sensors][outputs]") {
  const test::Cable cable;
  const test::PymodbusServer server("3,4", cable.there());
  check_all(cable.here(), 4);
}

TEST_CASE("slaves of a serial line that are not there are told by name, the others go on", "[sensors][K7]") {
  const test::Cable cable;
  const test::PymodbusServer server("3,4", cable.there());
  const std::string more = "baud: 19200, timeout: 600ms, every: 100ms";
  AtWork it({sensor_yaml(cable.here(), 3, "{name: a, register: 1}", more),
             sensor_yaml(cable.here(), 9, "{name: a, register: 1}", more),
             sensor_yaml(cable.here(), 4, "{name: a, register: 1}", more)});
  it.start();
  CHECK(it.samples(0, 5));
  CHECK(it.samples(2, 5));
  REQUIRE(it.fails(1));
  CHECK(it.failure(1) == "no answer from slave 9 within 600ms");
  CHECK(it.failure(0).empty());
  CHECK(it.failure(2).empty());
}

}  // namespace kuzet::drivers::modbus
