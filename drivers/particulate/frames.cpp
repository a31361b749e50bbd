// SPDX-License-Identifier: Apache-2.0
// Looks at each place where a frame may begin.
#include "drivers/particulate/frames.hpp"

#include <numeric>

namespace kuzet::drivers::particulate {

namespace {

constexpr std::uint8_t sds_head = 0xAA, sds_tail = 0xAB, sds_values = 0xC0, sds_answer = 0xC5, sds_order = 0xB4;
constexpr std::size_t sds_size = 10;
constexpr std::uint8_t pms_head = 0x42, pms_second = 0x4D;
constexpr unsigned pms_values = 28, pms_answer = 4;  // lengths behind the length itself

std::uint8_t byte(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

unsigned big_endian(std::string_view bytes, std::size_t at) { return byte(bytes, at) * 256U + byte(bytes, at + 1); }

unsigned sum(std::string_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), 0U,
                         [](unsigned all, char one) { return all + static_cast<std::uint8_t>(one); });
}

/// What the bytes at a place are.
struct Look {
  enum class What { none, damaged, part, frame };
  What what = What::none;
  std::size_t size = 0;
  Word word = {};
};

Word sds_word(std::string_view frame) {
  Word word;
  word.values = byte(frame, 1) == sds_values;
  if (word.values) {
    word.pm2_5 = (byte(frame, 2) + byte(frame, 3) * 256) / 10.0;
    word.pm10 = (byte(frame, 4) + byte(frame, 5) * 256) / 10.0;
  }
  word.command = byte(frame, 2);
  for (std::size_t i = 0; i < word.answer.size(); ++i) word.answer[i] = byte(frame, 3 + i);
  return word;
}

Look look_sds(std::string_view rest) {
  if (byte(rest, 0) != sds_head) return {};
  if (rest.size() < 2) return {.what = Look::What::part};
  if (byte(rest, 1) != sds_values && byte(rest, 1) != sds_answer) return {};
  if (rest.size() < sds_size) return {.what = Look::What::part};
  if (byte(rest, 9) != sds_tail || byte(rest, 8) != (sum(rest.substr(2, 6)) & 0xFFU)) return {.what = Look::What::damaged};
  return {.what = Look::What::frame, .size = sds_size, .word = sds_word(rest)};
}

/// Words 4 to 6 are the values in the air as it is; 1 to 3 are for factories (CF=1).
Word pms_word(std::string_view frame, Model model) {
  Word word;
  word.values = big_endian(frame, 2) == pms_values;
  if (word.values) {
    word.pm1 = big_endian(frame, 10);
    word.pm2_5 = big_endian(frame, 12);
    word.pm10 = big_endian(frame, 14);
    // The last word is version and error code of the PMS7003; that of the PMS5003 is reserved, and nobody may judge it.
    if (model == Model::pms7003) word.fault = byte(frame, 29);
  } else {
    word.command = byte(frame, 4);
    word.answer[0] = byte(frame, 5);
  }
  return word;
}

Look look_pms(std::string_view rest, Model model) {
  if (byte(rest, 0) != pms_head) return {};
  if (rest.size() > 1 && byte(rest, 1) != pms_second) return {};
  if (rest.size() < 4) return {.what = Look::What::part};
  const unsigned length = big_endian(rest, 2);
  if (length != pms_values && length != pms_answer) return {.what = Look::What::damaged};
  const std::size_t size = length + 4;
  if (rest.size() < size) return {.what = Look::What::part};
  if (big_endian(rest, size - 2) != (sum(rest.substr(0, size - 2)) & 0xFFFFU)) return {.what = Look::What::damaged};
  return {.what = Look::What::frame, .size = size, .word = pms_word(rest, model)};
}

std::string text_of(std::initializer_list<std::uint8_t> bytes) {
  std::string out;
  for (const auto one : bytes) out += static_cast<char>(one);
  return out;
}

}  // namespace

void Frames::feed(std::string_view bytes, const Sink& sink) {
  rest_.append(bytes);
  const std::string_view all = rest_;
  const auto head = static_cast<char>(model_ == Model::sds011 ? sds_head : pms_head);
  std::size_t at = 0;
  while ((at = all.find(head, at)) != std::string_view::npos) {
    const auto here = all.substr(at);
    const Look look = model_ == Model::sds011 ? look_sds(here) : look_pms(here, model_);
    if (look.what == Look::What::part) break;
    if (look.what == Look::What::damaged) ++damaged_;
    if (look.what == Look::What::frame) sink(look.word);
    at += look.what == Look::What::frame ? look.size : 1;
  }
  rest_.erase(0, at);  // npos: all of it
}

std::string sds_command(std::uint8_t command, std::uint8_t first, std::uint8_t second) {
  std::string data = text_of({command, first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF});
  const auto check = static_cast<std::uint8_t>(sum(data) & 0xFFU);
  return text_of({sds_head, sds_order}) + data + text_of({check, sds_tail});
}

std::string pms_command(std::uint8_t command, std::uint8_t data) {
  const std::string out = text_of({pms_head, pms_second, command, 0, data});
  const unsigned check = sum(out);
  return out + text_of({static_cast<std::uint8_t>(check >> 8U), static_cast<std::uint8_t>(check & 0xFFU)});
}

}  // namespace kuzet::drivers::particulate
