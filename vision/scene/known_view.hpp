// SPDX-License-Identifier: Apache-2.0
// What a camera usually shows, for each kind of light: found again, aged slowly, and told apart from another view.
#pragma once

#include "vision/scene/landmarks.hpp"
#include "vision/scene/reference.hpp"

#include <array>
#include <optional>
#include <span>

namespace kuzet::vision {

/// How much of the known view a picture still shows.
struct Match {
  int landmarks = 0;                             ///< that should be in the picture; below `enough` nothing else says anything
  double found = 0;                              ///< share of them that are where the view says
  double coarse = 0;                             ///< share of them of which at least the coarse structure is there
  double moved = 0;                              ///< share of them that were found further from home than allowed
  cv::Point2f shift;                             ///< of the view, in pixels, from the oldest picture on
  bool placed = false;                           ///< the shift is known
  bool aligned = false;                          ///< the edges of the view stand where they stood, whatever became of the rest
  double contrast = 1, sharpness = 1;            ///< median of what was found, by what was known
  bool measured = false;                         ///< sharpness, by landmarks that were found and known well
  std::array<double, Landmarks::cells> sharp{};  ///< sharpness of each landmark that was found
  std::array<bool, Landmarks::cells> seen{};     ///< landmarks that are where the view says
  std::array<bool, Landmarks::cells> lost{};     ///< landmarks that are gone, with their coarse structure

  std::array<Landmarks::Rest, Landmarks::cells> rest{};  ///< what is at the place of each that should be in the picture
  std::array<bool, Landmarks::cells> inside{};           ///< those are these
  std::array<cv::Point, Landmarks::cells> places{};      ///< where the lost ones were

  static constexpr int enough = 8;
};

/// One thread; all pictures of one size.
class KnownView {
 public:
  /// Whether anything is known yet.
  [[nodiscard]] bool empty() const { return !active_; }
  /// Takes a view as known, as it was in a picture of before.
  void remember(const Layers& picture, Light light);
  /// The picture against the view that fits its light. `far`: pixels from home from which a landmark counts as moved.
  Match match(const Layers& picture, Light light, double far);
  /// Counts crisp edges that the known view had not, in those cells: the outline of what stands before it has them.
  [[nodiscard]] int new_edges(const Layers& picture, const std::array<bool, Landmarks::cells>& cells, cv::Point2f shift) const;
  /// The view as it is now is known too: first sight of it, or in another light.
  void adopt(const Layers& picture, Light light, cv::Point2f shift);
  /// The picture shows the view, `dt` seconds after the last that did: what was found is taken anew bit by bit, and what has
  /// been something else for long.
  void age(const Layers& picture, Light light, const Match& match, double dt);
  void forget() { *this = {}; }
  /// Where the view is now counts as its home from here on.
  void settle(cv::Point2f shift) { home_ = shift; }
  [[nodiscard]] cv::Point2f home() const { return home_; }

 private:
  struct Memory {
    Landmarks marks;
    cv::Mat coarse;                                  // CV_32FC1, the picture at an eighth of its size
    cv::Mat half;                                    // CV_8UC1, at half
    cv::Mat edges;                                   // CV_32FC1, at a quarter
    cv::Point2f at;                                  // the view's shift when both were taken
    std::array<double, Landmarks::cells> sharp{};    // what a landmark's sharpness is when all is well: noise in it lowers it
    std::array<int, Landmarks::cells> measured{};    // how often that was
    std::array<double, Landmarks::cells> strange{};  // seconds for which a cell has been something else
  };
  struct Places {
    std::vector<Sighting> seen;
    cv::Point2f shift;
    double found = 0;
    int inside = 0;
  };

  static Places places(const Memory& memory, const Layers& picture, cv::Point2f guess, int reach);
  [[nodiscard]] Places best_places(const Layers& picture, Light light);
  void replace(Light light, Memory with);
  void compare_coarse(const Memory& memory, const cv::Mat& coarse, const Places& places, Match& out) const;
  static void refresh_half(Memory& known, const Layers& picture, const Match& match);
  [[nodiscard]] std::optional<cv::Point2f> edges_say(const Memory& memory, const cv::Mat& edges) const;

  std::array<std::optional<Memory>, 4> memories_;  // one for each light, and the last that was replaced
  std::optional<std::size_t> active_;
  cv::Point2f last_, home_;
  double due_ = 0;  // cells to be taken anew
  int next_ = 0;
  double refreshed_ = 0;    // seconds since coarse and edges were taken
  double other_light_ = 0;  // seconds for which the light has been another than the active memory's
};

}  // namespace kuzet::vision
