// SPDX-License-Identifier: Apache-2.0
// The parts of the Modbus driver that need no line: values out of registers, requests, sentences, pauses, settings.
#include "drivers/modbus/breaker.hpp"
#include "drivers/modbus/frames.hpp"
#include "drivers/modbus/line_fixture.hpp"
#include "drivers/modbus/settings.hpp"
#include "tests/harness/moments.hpp"

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::uint16_t>;

double value(const Words& words, Form form, bool little_words = false, bool little_bytes = false, int bit = 0) {
  const auto out = decode(words, {form, little_words, little_bytes, bit});
  REQUIRE(out);
  return *out;
}

std::string faults_of(const std::string& yaml, bool output = false) {
  Faults faults("t.yaml");
  const Node node = read_yaml(yaml, {}, faults);
  output ? modbus_device().output(node, "o", faults) : modbus_device().sensor(node, "s", faults);
  return faults.text();
}

bool has(const std::string& text, const std::string& part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

Steady at(double seconds) { return test::at(seconds).steady; }

}  // namespace

TEST_CASE("values are read from known bytes in every form and order", "[sensors]") {
  CHECK(value({0xFFFE}, Form::u16) == 65534);
  CHECK(value({0xFFFE}, Form::s16) == -2);
  CHECK(value({0xFEFF}, Form::s16, false, true) == -2);
  CHECK(value({0x0001, 0x0002}, Form::u32) == 65538);
  CHECK(value({0x0002, 0x0001}, Form::u32, true) == 65538);
  CHECK(value({0xFFFF, 0xFFFE}, Form::s32) == -2);
  CHECK(value({0x8000, 0x0000}, Form::u32) == 2147483648.0);
  CHECK(value({0, 0, 0, 5}, Form::u64) == 5);
  CHECK(value({5, 0, 0, 0}, Form::u64, true) == 5);
  CHECK(value({0xFFFF, 0xFFFF, 0xFFFF, 0xFFFB}, Form::s64) == -5);
  CHECK(value({0x0008}, Form::bit, false, false, 3) == 1);
  CHECK(value({0xFFF7}, Form::bit, false, false, 3) == 0);
}

TEST_CASE("123456.0 as 47 F1 20 00 is read in all four orders that are sold", "[sensors]") {
  CHECK(value({0x47F1, 0x2000}, Form::f32) == 123456.0);               // ABCD
  CHECK(value({0x2000, 0x47F1}, Form::f32, true) == 123456.0);         // CDAB
  CHECK(value({0xF147, 0x0020}, Form::f32, false, true) == 123456.0);  // BADC
  CHECK(value({0x0020, 0xF147}, Form::f32, true, true) == 123456.0);   // DCBA
  CHECK(value({0x40FE, 0x2400, 0, 0}, Form::f64) == 123456.0);
}

TEST_CASE("what is no number is no value", "[sensors]") {
  CHECK_FALSE(decode(Words{0x7FC0, 0}, {Form::f32, false, false, 0}));
  CHECK_FALSE(decode(Words{0x7F80, 0}, {Form::f32, false, false, 0}));
  CHECK_FALSE(decode(Words{1}, {Form::f32, false, false, 0}));
  CHECK_FALSE(decode(Words{}, {Form::u16, false, false, 0}));
}

TEST_CASE("neighbours are asked for together, far ones and long ones are not", "[sensors]") {
  const auto count = [](const std::vector<Spot>& spots, int most = 125) { return blocks(spots, most).size(); };
  using T = Table;
  CHECK(count({{T::holding, 10, 1}, {T::holding, 0, 2}, {T::holding, 2, 4}}) == 1);
  CHECK(count({{T::holding, 0, 1}, {T::input, 1, 1}}) == 2);
  CHECK(count({{T::holding, 0, 1}, {T::holding, 17, 1}}) == 1);
  CHECK(count({{T::holding, 0, 1}, {T::holding, 18, 1}}) == 2);
  CHECK(count({{T::coil, 0, 1}, {T::coil, 250, 1}}) == 1);
  std::vector<Spot> many, bits;
  for (int i = 0; i < 126; ++i) many.push_back({T::holding, i, 1});
  for (int i = 0; i < 2001; i += 10) bits.push_back({T::coil, i, 1});
  CHECK(count(many) == 2);
  CHECK(blocks(many, 125)[0].spot.count == 125);
  CHECK(count(many, 19) == 7);
  CHECK(count(bits) == 2);
  CHECK(blocks(bits, 125)[0].spot.count <= 2000);
  CHECK(blocks(std::vector<Spot>{{T::holding, 5, 2}, {T::holding, 5, 2}, {T::holding, 6, 1}}, 125)[0].spot.count == 2);
}

TEST_CASE("only the very answer to a request is taken", "[sensors][K7]") {
  const Request read{7, {Table::holding, 40, 2}, false, 0};
  CHECK(read.bytes() == std::vector<std::uint8_t>{7, 3, 0, 40, 0, 2});
  const auto kind = [&](std::vector<std::uint8_t> bytes) { return read_answer(bytes, read).kind; };
  CHECK(read_answer(std::vector<std::uint8_t>{7, 3, 4, 0, 1, 0x12, 0x34}, read).values == Words{1, 0x1234});
  CHECK(kind({8, 3, 4, 0, 1, 0, 2}) == Answer::Kind::foreign);     // another slave
  CHECK(kind({7, 4, 4, 0, 1, 0, 2}) == Answer::Kind::foreign);     // another table
  CHECK(kind({7, 3, 2, 0, 1}) == Answer::Kind::foreign);           // another length
  CHECK(kind({7, 3, 4, 0, 1, 0}) == Answer::Kind::foreign);        // half
  CHECK(kind({7, 3, 4, 0, 1, 0, 2, 0}) == Answer::Kind::foreign);  // too long
  CHECK(kind({7, 0x83, 2}) == Answer::Kind::exception);
  CHECK(kind({7, 0x84, 2}) == Answer::Kind::foreign);
  CHECK(kind({}) == Answer::Kind::foreign);
  const Request bits{1, {Table::coil, 3, 10}, false, 0};
  CHECK(read_answer(std::vector<std::uint8_t>{1, 1, 2, 0b00000101, 0b10}, bits).values == Words{1, 0, 1, 0, 0, 0, 0, 0, 0, 1});
  const Request on{1, {Table::coil, 3, 1}, true, 1}, set{1, {Table::holding, 3, 1}, true, 1000};
  CHECK(on.bytes() == std::vector<std::uint8_t>{1, 5, 0, 3, 0xFF, 0});
  CHECK(set.bytes() == std::vector<std::uint8_t>{1, 6, 0, 3, 3, 0xE8});
  CHECK(read_answer(on.bytes(), on).kind == Answer::Kind::values);
  CHECK(read_answer(set.bytes(), on).kind == Answer::Kind::foreign);
}

TEST_CASE("exceptions are told in words", "[sensors]") {
  const Request one{3, {Table::holding, 40, 1}, false, 0}, more{3, {Table::input, 40, 10}, false, 0};
  CHECK(exception_words(2, one) == "slave 3 has no holding register 40 (illegal data address)");
  CHECK(exception_words(2, more) == "slave 3 has no input registers 40 to 49 (illegal data address)");
  CHECK(exception_words(11, one) == "the gateway gets no answer from slave 3 (gateway target failed to respond)");
  for (int code = 0; code < 256; ++code) CHECK(has(exception_words(code, one), "slave 3"));
}

TEST_CASE("a silent slave is asked less and less often, and at once again when it answers", "[sensors][K7]") {
  Breaker breaker(2, true);
  CHECK_FALSE(breaker.answered(0));
  breaker.silent(0, 1s, 1s, at(0));
  CHECK(breaker.next(0) == at(1));  // one silence can happen
  CHECK(breaker.patience(0, 1s) == 1s);
  Steady now = at(1);
  for (const double pause : {2, 4, 8, 16, 30, 30, 30}) {
    breaker.silent(0, 200ms, 1s, now);
    CHECK(in_seconds(breaker.next(0) - now) == pause);
    now = breaker.next(0);
  }
  CHECK(breaker.answered(0));
  CHECK(breaker.next(0) <= now);
}

TEST_CASE("dead slaves together take a fiftieth of the line while others answer", "[sensors][K7]") {
  Breaker breaker(10, true);
  breaker.answered(0);
  Steady now = at(0);
  for (std::size_t dead = 1; dead < 10; ++dead) breaker.silent(dead, 1s, 1s, now += 1s);
  const Steady begin = now;
  Duration lost{};
  while (now < begin + 1h) {
    std::size_t first = 1;
    for (std::size_t dead = 2; dead < 10; ++dead)
      if (breaker.next(dead) < breaker.next(first)) first = dead;
    now = std::max(now, breaker.next(first));
    const auto took = breaker.patience(first, 1s);
    CHECK(took >= 600ms);
    lost += took;
    now += took;
    breaker.silent(first, took, 1s, now);
    breaker.answered(0);
  }
  CHECK(in_seconds(lost) / in_seconds(now - begin) < 0.021);
  CHECK(lost > 30s);  // and yet they are asked
}

TEST_CASE("probes are short, but not behind a gateway, and every fourth is not", "[sensors]") {
  Breaker serial(2, true), gateway(2, false);
  for (auto* one : {&serial, &gateway}) one->silent(1, 1s, 1s, at(0));
  CHECK(serial.patience(1, 1s) == 600ms);
  CHECK(serial.patience(0, 1s) == 1s);
  CHECK(gateway.patience(1, 1s) == 1s);
  for (int i = 0; i < 3; ++i) serial.silent(1, 600ms, 1s, at(0));
  CHECK(serial.patience(1, 1s) == 1s);  // it may have become slower
}

TEST_CASE("wrong settings are faults with their place", "[sensors][settings]") {
  const std::string one = "readings: [{name: a, register: 0}]";
  const auto line = [&](const std::string& more) { return "{slave: 3, " + one + ", " + more + "}"; };
  CHECK(faults_of(line("address: tcp://10.0.0.5:502")).empty());
  CHECK(faults_of(line("address: 'tcp://[fd00::5]:1502', timeout: 200ms")).empty());
  CHECK(faults_of(line("address: /dev/ttyUSB0, baud: 19200, parity: even")).empty());
  CHECK(has(faults_of(line("address: ttyUSB0")), "s.address: must be tcp://HOST:PORT or a serial device"));
  CHECK(has(faults_of(line("address: 'tcp://h:0'")), "its port"));
  CHECK(has(faults_of(line("address: 'tcp://'")), "names no host"));
  CHECK(has(faults_of(line("address: 'tcp://h:502/x'")), "s.address"));
  CHECK(has(faults_of(line("address: /dev/ttyUSB0, baud: 9601")), "s.baud: is no usual speed"));
  CHECK(has(faults_of(line("address: /dev/ttyUSB0, timeout: 500ms")), "600ms to 1s"));
  CHECK(has(faults_of(line("address: tcp://h, baud: 9600")), "serial lines only"));
  CHECK(has(faults_of("{address: /dev/ttyUSB0, slave: 0, " + one + "}"), "1 to 247"));
  CHECK(has(faults_of("{address: tcp://h, slave: 250, " + one + "}"), "0 to 247, or 255"));
  CHECK(has(faults_of("{address: tcp://h, slave: 1, readings: []}"), "at least one"));
  CHECK(has(faults_of("{address: tcp://h, " + one + "}"), "slave"));
  const auto reading = [&](const std::string& members) {
    return faults_of("{address: tcp://h, slave: 1, readings: [{name: a, " + members + "}]}");
  };
  CHECK(has(reading("register: 40001, table: hold"), "s.readings[0].table"));
  CHECK(has(reading("register: 65535, type: f32"), "end behind register 65535"));
  CHECK(has(reading("register: 1, table: coil, type: u16"), "one bit"));
  CHECK(has(reading("register: 1, bit: 3"), "for type bit only"));
  CHECK(has(reading("type: u16"), "register"));
  CHECK(has(faults_of("{address: tcp://h, slave: 1}", true), "either a `coil` or a `register`"));
  CHECK(has(faults_of("{address: tcp://h, slave: 1, coil: 1, register: 2}", true), "either"));
  CHECK(has(faults_of("{address: tcp://h, slave: 1, coil: 1, on_value: 2}", true), "for a register"));
  CHECK(has(faults_of("{address: tcp://h, slave: 1, register: 1, off_value: 1}", true), "must not be the same"));
}

TEST_CASE("devices that disagree about their line are told so", "[sensors][settings]") {
  const std::string rest = "address: /dev/kuzet-none, readings: [{name: a, register: 0}]";
  AtWork it({"{slave: 1, baud: 9600, " + rest + "}", "{slave: 2, baud: 19200, " + rest + "}"});
  it.start();
  REQUIRE(it.ends());
  CHECK(it.result == "/dev/kuzet-none: its devices disagree about baud");
  AtWork same({"{slave: 1, baud: 9600, " + rest + "}", "{slave: 2, " + rest + "}"});
  same.start();
  REQUIRE(same.ends());
  CHECK(same.result == "/dev/kuzet-none: no such device");
}

}  // namespace kuzet::drivers::modbus
