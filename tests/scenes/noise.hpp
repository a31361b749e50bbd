// SPDX-License-Identifier: Apache-2.0
// Repeatable randomness for rendered scenes: hashes and smooth noise that depend on the seed alone.
#pragma once

#include <array>
#include <cstdint>

namespace kuzet::scenes {

/// Mixes up to three numbers into one that looks random.
std::uint64_t hash(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);
/// hash() as a number in [0, 1).
double random_unit(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);

/// A stream of random numbers, for things that are strewn about.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  double between(double least, double most) { return least + (most - least) * random_unit(seed_, ++drawn_); }
  int index(int count) { return static_cast<int>(between(0, count)); }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

/// 0 below `from`, 1 above `to`, smooth between.
double smooth_step(double from, double to, double value);

/// Smooth value noise in 0..1, mean 0.5, wavelength 1 of whatever unit the arguments have; repeats after 256.
class Noise {
 public:
  explicit Noise(std::uint64_t seed);
  [[nodiscard]] double at(double x, double y, double z = 0) const;
  /// Octaves of at(), each half as long and half as strong, in 0..1. Octaves shorter than two `footprint`s fade out, so that a
  /// far ground does not sparkle.
  [[nodiscard]] double fractal(double x, double y, int octaves, double footprint = 0) const;
  /// The same in three dimensions; time is the usual third.
  [[nodiscard]] double fractal3(double x, double y, double z, int octaves) const;

 private:
  [[nodiscard]] double corner(int x, int y, int z) const;

  std::array<std::uint8_t, 512> order_{};
  std::array<double, 256> value_{};
};

}  // namespace kuzet::scenes
