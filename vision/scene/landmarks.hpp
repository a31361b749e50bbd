// SPDX-License-Identifier: Apache-2.0
// Small patches of a view, spread over the picture, that are found again in later pictures: where the view went, how sharp it
// is.
#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace kuzet::vision {

/// A picture as landmarks are looked for in it.
struct Layers {
  cv::Mat luma;  ///< CV_8UC1
  cv::Mat soft;  ///< luma with less noise
  cv::Mat half;  ///< soft at half the size
};
Layers layers_of(const cv::Mat& luma);

/// What became of one landmark.
struct Sighting {
  bool inside = false;   ///< its place is in the picture at all
  bool found = false;    ///< and it is there
  cv::Point at;          ///< the middle of what was compared last, where it was like the landmark at all
  cv::Point2f shift;     ///< how far the view has moved since the landmark was chosen, in pixels; where it was found
  double likeness = 0;   ///< normalised correlation at its place, the best that was found
  double contrast = 0;   ///< by what it was; where it was found
  double sharpness = 0;  ///< how much of its fine detail is left, in proportion to its coarse; noise and fog add nothing to it
};

/// At most one patch of 17 x 17 pixels in each of 8 x 6 cells of the picture, at the cell's best corner (Shi and Tomasi, 1994).
/// Found by normalised correlation, placed to a tenth of a pixel by one Gauss-Newton step on stored gradients (Baker and
/// Matthews, 2004). All pictures of one size, at least 64 x 48. Not thread-safe.
class Landmarks {
 public:
  static constexpr int columns = 8, rows = 6, cells = columns * rows;

  /// Chooses anew in all cells; `shift` is where the view is now.
  void choose(const Layers& picture, cv::Point2f shift);
  /// Chooses anew in one cell.
  void choose(int cell, const Layers& picture, cv::Point2f shift);
  /// Takes the landmark of a cell anew from the same place.
  void renew(int cell, const Layers& picture, cv::Point2f shift);

  /// Looks for every landmark where the view would be at `guess`, and `reach` pixels around (0 to 16).
  [[nodiscard]] std::vector<Sighting> find(const Layers& picture, cv::Point2f guess, int reach) const;

  /// The middle of a cell's landmark when the view is at `shift`; call where has().
  [[nodiscard]] cv::Point place(int cell, cv::Point2f shift) const;
  /// What is at a landmark's place when the view is at `shift`, whether or not it is the landmark; call where has().
  struct Rest {
    double contrast = 1;  ///< of the landmark, by what it was
    double detail = 1;    ///< the energy of all crisp detail there, by what it was
    double level = 128;   ///< how bright it is there
    bool telling = true;  ///< it had more detail than noise makes
  };
  /// `seen` is what find() said of it in the same picture.
  [[nodiscard]] Rest rest(int cell, const Layers& picture, cv::Point2f shift, const Sighting& seen) const;
  [[nodiscard]] bool has(int cell) const { return patches_[static_cast<std::size_t>(cell)].has_value(); }
  [[nodiscard]] int count() const;

 private:
  static constexpr int radius = 8, side = 2 * radius + 1, area = side * side;
  static constexpr int half_radius = 4, half_side = 2 * half_radius + 1, half_area = half_side * half_side;

  struct Patch {
    cv::Point2f home;  // its middle when the view is at (0, 0)
    std::array<float, area> values{}, across{}, down{}, fine{};
    std::array<float, half_area> half{};
    float energy = 0, fine_energy = 0, half_energy = 0, detail = 0;
    float xx = 0, xy = 0, yy = 0, own_x = 0, own_y = 0;
  };
  struct Match {
    double likeness = 0, contrast = 0, sharpness = 0;
    cv::Point2f further;
  };

  void choose(int cell, const Layers& picture, const cv::Mat& corners, cv::Point2f shift);
  static std::optional<Patch> cut(const Layers& picture, cv::Point at, cv::Point2f shift);
  struct Ground {
    float detail = 0;
    double level = 0;
  };
  static Ground ground(const Layers& picture, cv::Point middle);
  static Match compare(const Patch& patch, const Layers& picture, cv::Point at);
  static cv::Point search(const Patch& patch, const Layers& picture, cv::Point from, int reach);
  static Sighting find(const Patch& patch, const Layers& picture, cv::Point2f guess, int reach);

  std::array<std::optional<Patch>, cells> patches_;
};

/// The cell's part of a picture of that size.
cv::Rect cell_of(int cell, cv::Size size);

}  // namespace kuzet::vision
