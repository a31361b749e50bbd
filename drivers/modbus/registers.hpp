// SPDX-License-Identifier: Apache-2.0
// What lies in the registers of a slave: how values are put together, and which registers are asked for together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace kuzet::drivers::modbus {

/// The four tables that every slave has, each counted from 0.
enum class Table { coil, discrete, input, holding };
std::string_view name(Table table);  ///< as a setting: "holding"
std::string_view noun(Table table);  ///< as people say it: "holding register"
std::optional<Table> table_named(std::string_view name);
inline bool holds_bits(Table table) { return table == Table::coil || table == Table::discrete; }

/// What a value is; `bit` is one bit of a register, and all that coils and discrete inputs can be.
enum class Form { bit, u16, s16, u32, s32, u64, s64, f32, f64 };
std::optional<Form> form_named(std::string_view name);
/// Registers that it takes: 1, 2 or 4.
int registers_of(Form form);

struct Layout {
  Form form = Form::u16;
  bool little_words = false;  ///< the register with the lowest bits comes first
  bool little_bytes = false;  ///< the two bytes of each register are exchanged
  int bit = 0;                ///< of Form::bit: 0 is the lowest
};

/// The value that lies in these registers (one to four, as many as the form takes); whole numbers beyond 2^53 lose their lowest
/// bits. nullopt: not a number, or infinity.
std::optional<double> decode(std::span<const std::uint16_t> registers, const Layout& layout);

/// Where a value lies.
struct Spot {
  Table table = Table::holding;
  int first = 0;
  int count = 1;  ///< registers, or bits of coils and discrete inputs
};

/// What is asked for in one request, and which of the spots lie in it.
struct Block {
  Spot spot;
  std::vector<std::size_t> items;
};

/// The fewest requests for all spots: neighbours of one table are joined, also over a gap that costs less than a request of its
/// own, up to `most_registers` (125 at most) or 2,000 bits. A spot is never cut.
std::vector<Block> blocks(std::span<const Spot> spots, int most_registers);

}  // namespace kuzet::drivers::modbus
