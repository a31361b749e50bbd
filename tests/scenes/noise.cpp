// SPDX-License-Identifier: Apache-2.0
// Repeatable randomness for rendered scenes: hashes and smooth noise that depend on the seed alone.
#include "tests/scenes/noise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kuzet::scenes {

namespace {

std::uint64_t mixed(std::uint64_t value) {  // the finaliser of splitmix64
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

double eased(double t) { return t * t * (3 - 2 * t); }
double blend(double a, double b, double t) { return a + (b - a) * t; }

}  // namespace

std::uint64_t hash(std::uint64_t a, std::uint64_t b, std::uint64_t c) { return mixed(mixed(mixed(a) ^ b) ^ c); }

double random_unit(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return static_cast<double>(hash(a, b, c) >> 11) * 0x1.0p-53;
}

double smooth_step(double from, double to, double value) { return eased(std::clamp((value - from) / (to - from), 0.0, 1.0)); }

Noise::Noise(std::uint64_t seed) {
  Dice dice(seed);
  for (std::size_t i = 0; i < 256; ++i) order_[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 255; i > 0; --i)
    std::swap(order_[i], order_[static_cast<std::size_t>(dice.index(static_cast<int>(i) + 1))]);
  for (std::size_t i = 0; i < 256; ++i) {
    order_[i + 256] = order_[i];
    value_[i] = dice.between(0, 1);
  }
}

double Noise::corner(int x, int y, int z) const {
  const auto wrapped = [](int v) { return static_cast<std::size_t>(v & 255); };
  return value_[order_[order_[order_[wrapped(x)] + wrapped(y)] + wrapped(z)]];
}

double Noise::at(double x, double y, double z) const {
  const double fx = std::floor(x), fy = std::floor(y), fz = std::floor(z);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy), iz = static_cast<int>(fz);
  const double tx = eased(x - fx), ty = eased(y - fy), tz = eased(z - fz);
  const auto plane = [&](int k) {
    return blend(blend(corner(ix, iy, k), corner(ix + 1, iy, k), tx),
                 blend(corner(ix, iy + 1, k), corner(ix + 1, iy + 1, k), tx), ty);
  };
  return tz == 0 ? plane(iz) : blend(plane(iz), plane(iz + 1), tz);
}

double Noise::fractal(double x, double y, int octaves, double footprint) const {
  double sum = 0, total = 0, weight = 1, wavelength = 1;
  for (int i = 0; i < octaves; ++i) {
    const double visible = footprint > 0 ? smooth_step(1, 3, wavelength / footprint) : 1;
    if (visible > 0) sum += weight * visible * (at(x, y) - 0.5);
    total += weight;
    weight *= 0.5, wavelength *= 0.5;
    // Turned as well as doubled: otherwise the grids of all octaves show in one pattern.
    const double turned = 1.6 * x - 1.2 * y;
    y = 1.2 * x + 1.6 * y + 17.3;
    x = turned + 5.1;
  }
  return 0.5 + sum / total * 1.6;
}

double Noise::fractal3(double x, double y, double z, int octaves) const {
  double sum = 0, total = 0, weight = 1;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * (at(x, y, z) - 0.5);
    total += weight;
    weight *= 0.55;
    x = 2.03 * x + 11.7, y = 2.03 * y + 3.1, z = 1.7 * z + 7.9;
  }
  return 0.5 + sum / total * 1.6;
}

}  // namespace kuzet::scenes
