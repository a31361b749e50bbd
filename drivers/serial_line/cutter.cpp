// SPDX-License-Identifier: Apache-2.0
// Looks for ends of lines, and for lines that never end.
#include "drivers/serial_line/cutter.hpp"

#include <algorithm>

namespace kuzet::drivers::serial_line {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view ends = "\r\n\x03";
/// A device that was silent for so long after the port was opened was not in the middle of a line: two characters at 110 baud.
constexpr Duration gap = 200ms;
constexpr Duration longest_pause = 5s;  // within a line

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What belongs to no line: blanks and control characters around it, but for tabs, which may separate empty columns.
std::string_view unframed(std::string_view text) {
  const auto is_frame = [](char c) { return c != '\t' && is_blank(c); };
  while (!text.empty() && is_frame(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_frame(text.back())) text.remove_suffix(1);
  return text;
}

void Cutter::opened(Steady now) {
  line_.clear();
  too_long_ = headless_ = false;
  opened_ = now;
}

void Cutter::add(std::string_view piece) {
  const auto room = longest - std::min(longest, line_.size());
  if (piece.size() > room) too_long_ = true;
  line_.append(piece.substr(0, room));
}

void Cutter::end(const Sink& sink) {
  const auto line = unframed(line_);
  if (!line.empty() && !headless_) sink({line, too_long_ ? "longer than 4096 bytes" : ""});
  line_.clear();
  too_long_ = headless_ = false;
}

void Cutter::feed(std::string_view bytes, Steady now, const Sink& sink) {
  if (bytes.empty()) return;
  turn(now, sink);
  if (opened_) headless_ = now - *opened_ < gap;
  opened_.reset();
  last_ = now;
  for (;;) {
    const auto end_at = bytes.find_first_of(ends);
    add(bytes.substr(0, end_at));
    if (end_at == std::string_view::npos) return;
    end(sink);
    bytes.remove_prefix(end_at + 1);
  }
}

void Cutter::turn(Steady now, const Sink& sink) {
  if (line_.empty() || now - last_ < longest_pause) return;
  if (const auto line = unframed(line_); !line.empty() && !headless_) sink({line, "ends in the middle"});
  line_.clear();
  too_long_ = headless_ = false;
}

std::optional<Steady> Cutter::next() const { return line_.empty() ? std::nullopt : std::optional(last_ + longest_pause); }

}  // namespace kuzet::drivers::serial_line
