// SPDX-License-Identifier: Apache-2.0
// Frames of dust sensors among noise, byte by byte, without any device.
#include "drivers/particulate/frames.hpp"
#include "drivers/particulate/frames_fixture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stopwatch.hpp"

#include <cstdio>
#include <vector>

namespace kuzet::drivers::particulate {

namespace {

using namespace std::chrono_literals;
using namespace samples;

std::string told(const Word& word) {
  char text[64];
  if (word.values)
    std::snprintf(text, sizeof text, "%.1f/%.1f/%.0f ", word.pm2_5, word.pm10, word.pm1);
  else
    std::snprintf(text, sizeof text, "answer %02x ", word.command);
  return text;
}

std::string found(Frames& frames, std::string_view bytes, std::size_t piece = 4096) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    frames.feed(bytes.substr(0, piece), [&](const Word& word) { out += told(word); });
  return out;
}

std::string found(Model model, std::string_view bytes, std::size_t piece = 4096) {
  Frames frames(model);
  return found(frames, bytes, piece);
}

std::string with(std::string bytes, std::size_t at, int value) {
  bytes[at] = static_cast<char>(value);
  return bytes;
}

}  // namespace

TEST_CASE("frames of both makers are read as their protocols say", "[sensors][dust]") {
  CHECK(found(Model::sds011, sds_values) == "123.6/261.8/0 ");
  CHECK(found(Model::sds011, sds_firmware_answer) == "answer 07 ");
  CHECK(found(Model::pms5003, pms_values) == "5.0/6.0/4 ");
  CHECK(found(Model::pms5003, pms_sleep_answer) == "answer e4 ");
}

TEST_CASE("frames are found in whatever pieces they come", "[sensors][dust]") {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 9U, 10U, 11U, 31U, 33U}) {
    CAPTURE(piece);
    CHECK(found(Model::sds011, sds_values + sds_values + sds_work_answer, piece) == "123.6/261.8/0 123.6/261.8/0 answer 06 ");
    CHECK(found(Model::pms7003, pms_values + pms_sleep_answer + pms_values, piece) == "5.0/6.0/4 answer e4 5.0/6.0/4 ");
  }
}

TEST_CASE("a good frame behind garbage, a half one or a damaged one is not lost", "[sensors][dust]") {
  const std::string one = "123.6/261.8/0 ";
  for (std::size_t cut = 0; cut < sds_values.size(); ++cut) {
    CAPTURE(cut);
    CHECK(found(Model::sds011, sds_values.substr(0, cut) + sds_values) == one);
    CHECK(found(Model::sds011, sds_values.substr(cut) + sds_values).ends_with(one));
    if (cut >= 2) CHECK(found(Model::sds011, with(sds_values, cut, sds_values[cut] ^ 1) + sds_values) == one);
  }
  CHECK(found(Model::sds011, "\xAA\xC0\xAA\xAA\xC0" + sds_values) == one);
  for (std::size_t cut = 0; cut < pms_values.size(); ++cut) {
    CAPTURE(cut);
    CHECK(found(Model::pms5003, pms_values.substr(0, cut) + pms_values) == "5.0/6.0/4 ");
    CHECK(found(Model::pms5003, with(pms_values, cut, pms_values[cut] ^ 0x10) + pms_values) == "5.0/6.0/4 ");
  }
  CHECK(found(Model::pms5003, std::string("\x42\x4D\xFF\xFF\x42\x42\x4D\x00\x1C\x42", 10) + pms_values) == "5.0/6.0/4 ");
}

TEST_CASE("what looks like a frame within a good one is none", "[sensors][dust]") {
  // pm2_5 and pm10 that read AA C0: within the frame, and at its end with the head of the next.
  const std::string inner("\xAA\xC0\xAA\xC0\xAA\xC0\x00\x00\xD4\xAB", 10);
  CHECK(found(Model::sds011, inner + inner, 1) == "4932.2/4932.2/0 4932.2/4932.2/0 ");
}

TEST_CASE("damaged frames are counted, garbage without a head is not", "[sensors][dust]") {
  Frames frames(Model::sds011);
  found(frames, with(sds_values, 4, 0) + sds_values + with(sds_values, 9, 0) + "no frame at all" + sds_values);
  CHECK(frames.damaged() == 2);
}

TEST_CASE("the error code of a PMS7003 is its own, that word of a PMS5003 is reserved", "[sensors][dust]") {
  auto faulty = with(pms_values, 29, 3);
  faulty = with(faulty, 31, faulty[31] + 3);
  for (const auto& [model, fault] : {std::pair{Model::pms7003, 3}, std::pair{Model::pms5003, 0}}) {
    Frames frames(model);
    int heard = -1;
    frames.feed(faulty, [&](const Word& word) { heard = word.fault; });
    CHECK(heard == fault);
  }
}

TEST_CASE("ten megabytes of garbage full of heads cost little time", "[sensors][dust]") {
  std::string noise;
  for (int i = 0; i < (1 << 20) / 4; ++i) noise += std::string("\xAA\xC0\x42\x4D", 4);
  for (const auto model : {Model::sds011, Model::pms5003}) {
    Frames frames(model);
    CHECK(test::duration_of([&] {
            for (int i = 0; i < 10; ++i) CHECK(found(frames, noise, 4096).empty());
          }) < 5s);  // under sanitizers too; without, less than half a second
    CHECK(found(frames, model == Model::sds011 ? sds_values : pms_values).size() > 5);
  }
}

TEST_CASE("commands are those of the manuals", "[sensors][dust]") {
  CHECK(sds_command(0x06, 1, 0) ==
        std::string("\xAA\xB4\x06\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\x05\xAB", 19));
  CHECK(sds_command(0x08, 1, 0) ==
        std::string("\xAA\xB4\x08\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\x07\xAB", 19));
  CHECK(pms_command(0xE4, 0) == std::string("\x42\x4D\xE4\x00\x00\x01\x73", 7));
  CHECK(pms_command(0xE4, 1) == std::string("\x42\x4D\xE4\x00\x01\x01\x74", 7));
  CHECK(pms_command(0xE1, 1) == std::string("\x42\x4D\xE1\x00\x01\x01\x71", 7));
}

}  // namespace kuzet::drivers::particulate
