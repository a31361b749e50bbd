// SPDX-License-Identifier: Apache-2.0
// The nine ways in which a view is lost, told apart by what is left of it and what came instead.
#pragma once

#include "vision/scene/known_view.hpp"
#include "vision/scene/stillness.hpp"
#include "vision/scene/texture.hpp"

#include <boost/json/object.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::vision::view {

/// In the order of their object numbers, which are stored with alerts: only add at the end.
enum class Fault { covered, sprayed, dark, washed_out, out_of_focus, frozen, turned, shaken };
inline constexpr std::size_t fault_count = 8;
std::string_view name(Fault fault);

struct Limits {
  double turned_by = 0.03;  ///< of the picture's longer side
  double shaken_by = 0.01;
  bool dark_always = false;
  double accept_after = 0;  ///< seconds; 0: never
  std::array<bool, fault_count> told{};
};

struct Found {
  Fault fault = Fault::covered;
  double score = 0;    ///< 0..1, from 0.5 on it counts
  double seconds = 0;  ///< since when
  bool uncertain = false;
  Box box = whole_picture;
  boost::json::object measure;
};

/// What one look says.
struct State {
  std::vector<Found> found;
  std::optional<std::string> blind;  ///< the picture cannot be believed now, and why
  bool good = false;                 ///< and it is the known view, all of it
  double sharpness = 1;              ///< of what is found, by what is known
};

/// One thread; all pictures of one size until restart().
class Faults {
 public:
  explicit Faults(const Limits& limits) : limits_(limits) {}

  void restart();
  void remember(const cv::Mat& luma, Light light);
  /// An alert with that object number is open from before.
  void expect(std::uint64_t object);
  /// `luma` is the frame scaled down; `dt` seconds after the one before.
  State see(const Frame& frame, const cv::Mat& luma, Light light, double dt);

 private:
  static std::array<double, Landmarks::cells> all_of(double value) {
    std::array<double, Landmarks::cells> out{};
    out.fill(value);
    return out;
  }
  using Scores = std::array<double, fault_count>;
  struct Picture {
    Layers layers;
    Light light = Light::day;
    Brightness brightness;
    std::array<Texture, Landmarks::cells> textures{};
    double plain = 0, crisp = 0;  // shares of the cells
    Match match;
    double dt = 0;
  };

  [[nodiscard]] bool active(Fault fault) const { return seconds_[static_cast<std::size_t>(fault)] >= 0; }
  [[nodiscard]] bool sudden(Fault fault) const { return active(fault) || since_well_ <= 20; }
  void follow_change_of_light(Light light, double dt);
  void learn_at_first(Picture& picture);
  void follow_light(const Picture& picture);
  [[nodiscard]] Scores judge(const Picture& picture);
  [[nodiscard]] double dark(const Picture& picture) const;
  [[nodiscard]] double washed_out(const Picture& picture) const;
  [[nodiscard]] double covered(const Picture& picture) const;
  [[nodiscard]] double out_of_focus(const Picture& picture) const;
  [[nodiscard]] double turned(const Picture& picture) const;
  [[nodiscard]] double shaken(const Picture& picture);
  [[nodiscard]] double sprayed(const Picture& picture) const;
  void follow_cells(const Picture& picture);
  void follow_stability(const Picture& picture);
  void tell(const Picture& picture, const Scores& scores, State& state);
  [[nodiscard]] bool blinds(Fault fault, double score) const;

  Limits limits_;
  KnownView known_;
  Stillness stillness_;
  std::array<double, fault_count> seconds_{-1, -1, -1, -1, -1, -1, -1, -1};  // for how long each has been seen
  std::array<double, fault_count> unseen_{};
  std::array<bool, fault_count> from_before_{};
  std::array<double, Landmarks::cells> dimmed_for_{}, usual_ = all_of(1), since_whole_{};  // seconds; contrast; seconds
  std::array<double, Landmarks::cells> usual_level_{}, darkest_{};  // how bright each cell is, and was at its darkest
  std::optional<Light> light_;
  double light_for_ = 0, since_infrared_ = 1e9, since_adopted_ = 1e9, usual_crisp_ = 0;
  double darkness_ = 0;  // share of the last minute that was not day
  double since_lit_ = 1e9,
         since_well_ = 1e9;  // seconds since it was bright; all was well
  double known_for_ = 0, strange_for_ = 0, stable_for_ = 0;
  cv::Mat before_;                                     // the picture before, small
  std::array<bool, Landmarks::cells> unlit_{};         // cells that lost light and contrast at once by night
  std::array<bool, Landmarks::cells> steady_{};        // cells that are as they were one look ago
  std::deque<std::pair<double, cv::Point2f>> shifts_;  // dt and place of the last looks
  double jump_ = 0;                                    // of the view from look to look, pixels
  bool from_reference_ = false;
};

}  // namespace kuzet::vision::view
