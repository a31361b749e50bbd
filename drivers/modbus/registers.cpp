// SPDX-License-Identifier: Apache-2.0
// Values out of registers, and registers into requests.
#include "drivers/modbus/registers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

namespace kuzet::drivers::modbus {

namespace {

constexpr std::array<std::string_view, 4> tables{"coil", "discrete", "input", "holding"};
constexpr std::array<std::string_view, 4> nouns{"coil", "discrete input", "input register", "holding register"};
constexpr std::array<std::string_view, 9> forms{"bit", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"};

// A request and the head of its answer are 13 bytes and a turn of the line of some milliseconds; 16 registers are 32 bytes.
constexpr int gap_registers = 16, gap_bits = 256;
constexpr int most_bits = 2000;  // Modbus Application Protocol 1.1b3, section 6.1

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::uint16_t swapped(std::uint16_t word) { return static_cast<std::uint16_t>((word << 8U) | (word >> 8U)); }

bool joins(const Spot& block, const Spot& next, int most) {
  if (block.table != next.table) return false;
  const int gap = next.first - (block.first + block.count);
  const int end = std::max(block.first + block.count, next.first + next.count);
  return gap <= (holds_bits(next.table) ? gap_bits : gap_registers) && end - block.first <= most;
}

}  // namespace

std::string_view name(Table table) { return tables.at(static_cast<std::size_t>(table)); }
std::string_view noun(Table table) { return nouns.at(static_cast<std::size_t>(table)); }

std::optional<Table> table_named(std::string_view name) {
  const auto found = std::ranges::find(tables, name);
  if (found == tables.end()) return std::nullopt;
  return static_cast<Table>(found - tables.begin());
}

std::optional<Form> form_named(std::string_view name) {
  const auto found = std::ranges::find(forms, name);
  if (found == forms.end()) return std::nullopt;
  return static_cast<Form>(found - forms.begin());
}

int registers_of(Form form) {
  if (form <= Form::s16) return 1;
  return form == Form::u32 || form == Form::s32 || form == Form::f32 ? 2 : 4;
}

std::optional<double> decode(std::span<const std::uint16_t> registers, const Layout& layout) {
  if (registers.size() != static_cast<std::size_t>(registers_of(layout.form))) return std::nullopt;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    const std::uint16_t word = registers[layout.little_words ? registers.size() - 1 - i : i];
    all = (all << 16U) | (layout.little_bytes ? swapped(word) : word);
  }
  switch (layout.form) {
    case Form::bit: return static_cast<double>((all >> static_cast<unsigned>(layout.bit & 15)) & 1U);
    case Form::s16: return static_cast<double>(static_cast<std::int16_t>(all));
    case Form::s32: return static_cast<double>(static_cast<std::int32_t>(all));
    case Form::s64: return static_cast<double>(static_cast<std::int64_t>(all));
    case Form::f32: return finite(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(all))));
    case Form::f64: return finite(std::bit_cast<double>(all));
    case Form::u16:
    case Form::u32:
    case Form::u64: break;
  }
  return static_cast<double>(all);
}

std::vector<Block> blocks(std::span<const Spot> spots, int most_registers) {
  std::vector<std::size_t> order(spots.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::pair(spots[i].table, spots[i].first); });
  std::vector<Block> out;
  for (const auto i : order) {
    const Spot& spot = spots[i];
    if (out.empty() || !joins(out.back().spot, spot, holds_bits(spot.table) ? most_bits : most_registers))
      out.push_back({spot, {}});
    Block& last = out.back();
    last.spot.count = std::max(last.spot.first + last.spot.count, spot.first + spot.count) - last.spot.first;
    last.items.push_back(i);
  }
  return out;
}

}  // namespace kuzet::drivers::modbus
