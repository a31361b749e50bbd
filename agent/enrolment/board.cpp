// SPDX-License-Identifier: Apache-2.0
// The board's model and number.
#include "agent/enrolment/board.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"

#include <algorithm>

namespace kuzet::enrolment {

namespace {

constexpr std::size_t most = 64;  // characters of a common name (RFC 5280, ub-common-name)

/// The first line without what is not printable: the device tree ends its words with a zero.
std::string line_of(const std::filesystem::path& file) {
  auto text = outbox::read_file(file);
  if (!text) return {};
  text->resize(std::min(text->size(), text->find_first_of("\r\n")));
  std::erase_if(*text, [](char c) { return c < ' ' || c > '~'; });
  return text->substr(0, most);
}

}  // namespace

Board this_board(const std::filesystem::path& root) {
  Board out{line_of(root / "proc/device-tree/model"), line_of(root / "proc/device-tree/serial-number")};
  std::erase_if(out.serial, [](char c) {
    return std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-").find(c) ==
           std::string_view::npos;
  });
  // machine-id(5) asks that the id itself is not shown to others.
  if (out.serial.empty())
    out.serial = "board-" + outbox::sha256("kuzet enrolment " + line_of(root / "etc/machine-id")).substr(0, 16);
  return out;
}

}  // namespace kuzet::enrolment
