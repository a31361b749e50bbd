// SPDX-License-Identifier: Apache-2.0
// Figures of many series in a few bytes.
#include "agent/outbox/packing.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <type_traits>

namespace kuzet::outbox {

namespace {

// An entry: number, n, uncertain, bad as variable-length integers (seven bits a byte, the lowest first, as in Protocol
// Buffers), then how the values are written, then the values: least, mean, most, last.
enum class Form : unsigned char { none, doubles, floats, one_double, one_float };

void put(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

template <class Number>
void put_value(std::string& out, double value) {
  using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
  const auto bits = std::bit_cast<Bits>(static_cast<Number>(value));
  for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>((bits >> (8 * i)) & 0xff);
}

bool is_float(double value) {
  constexpr double most = 3.4e38;  // beyond which the conversion is not defined
  return std::abs(value) < most && static_cast<double>(static_cast<float>(value)) == value;
}

Form form_of(const Figures& figures) {
  if (figures.n == 0) return Form::none;
  const bool one = figures.least == figures.most && figures.mean == figures.most && figures.last == figures.most;
  const bool floats = is_float(figures.least) && is_float(figures.mean) && is_float(figures.most) && is_float(figures.last);
  if (one) return floats ? Form::one_float : Form::one_double;
  return floats ? Form::floats : Form::doubles;
}

/// Takes numbers from the front; `good` is false once there were too few bytes.
struct Reader {
  std::string_view rest;
  bool good = true;

  unsigned char byte() {
    if (rest.empty()) return good = false, static_cast<unsigned char>(0);
    const auto value = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if ((next & 0x80) == 0) return value;
    }
    return good = false, std::uint64_t{0};
  }
  std::uint32_t count() {
    const auto value = number();
    if (value > UINT32_MAX) good = false;
    return static_cast<std::uint32_t>(value);
  }
  template <class Number>
  double value() {
    using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
    Bits bits = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i) bits |= static_cast<Bits>(Bits{byte()} << (8 * i));
    return static_cast<double>(std::bit_cast<Number>(bits));
  }
  template <class Number>
  void values(Figures& out, bool one) {
    out.least = value<Number>();
    out.mean = one ? out.least : value<Number>();
    out.most = one ? out.least : value<Number>();
    out.last = one ? out.least : value<Number>();
  }
  Figures figures() {
    Figures out;
    out.n = count(), out.uncertain = count(), out.bad = count();
    switch (static_cast<Form>(byte())) {
      case Form::none: good = good && out.n == 0; break;
      case Form::doubles: values<double>(out, false); break;
      case Form::floats: values<float>(out, false); break;
      case Form::one_double: values<double>(out, true); break;
      case Form::one_float: values<float>(out, true); break;
      default: good = false;
    }
    return out;
  }
};

}  // namespace

std::string pack(const Packed& figures) {
  std::string out;
  out.reserve(figures.size() * 40);
  for (const auto& [number, one] : figures) {
    const Form form = form_of(one);
    put(out, number), put(out, one.n), put(out, one.uncertain), put(out, one.bad);
    out += static_cast<char>(form);
    const std::array values{one.least, one.mean, one.most, one.last};
    const std::size_t count = form == Form::none ? 0 : form == Form::one_double || form == Form::one_float ? 1 : 4;
    for (std::size_t i = 0; i < count; ++i)
      form == Form::floats || form == Form::one_float ? put_value<float>(out, values[i]) : put_value<double>(out, values[i]);
  }
  return out;
}

bool unpack(std::string_view bytes, Packed& out) {
  for (Reader reader{bytes}; !reader.rest.empty();) {
    const auto number = reader.number();
    Figures figures = reader.figures();
    if (!reader.good) return false;
    if (const auto [place, fresh] = out.try_emplace(number, figures); !fresh) {
      figures.merge(place->second);
      place->second = figures;
    }
  }
  return true;
}

bool unpack_one(std::string_view bytes, std::uint64_t number, Figures& out) {
  for (Reader reader{bytes}; !reader.rest.empty();) {
    const auto found = reader.number();
    const Figures figures = reader.figures();
    if (!reader.good) return false;
    if (found == number) out = figures;
  }
  return true;
}

}  // namespace kuzet::outbox
