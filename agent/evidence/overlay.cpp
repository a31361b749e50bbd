// SPDX-License-Identifier: Apache-2.0
// Drawing over the pictures of a film.
#include "agent/evidence/overlay.hpp"

#include "agent/evidence/drawing.hpp"
#include "agent/evidence/film.hpp"
#include "agent/evidence/picture.hpp"

namespace kuzet::evidence {

namespace {

void draw(const Canvas& canvas, const std::vector<Polygon>& zones, const std::vector<Mark>& marks) {
  for (const auto& zone : zones) outline(canvas, zone, white, 1);
  for (const auto& mark : marks) {
    const Box& b = mark.box;
    outline(canvas, {{b.x, b.y}, {b.x + b.width, b.y}, {b.x + b.width, b.y + b.height}, {b.x, b.y + b.height}},
            mark.alert ? red : yellow, mark.alert ? 3 : 1);
    write(canvas, {b.x, b.y}, mark.text);
  }
}

class DrawnFilm final : public Overlay {
 public:
  explicit DrawnFilm(const std::string& file) : film_(Film::into_file(file)) {}

  Result<> add(const Frame& frame, const std::vector<Polygon>& zones, const std::vector<Polygon>& privacy,
               const std::vector<Mark>& marks) override {
    if (frame.empty()) return {};
    return film_.add(covered(frame, privacy), frame.position, [&](cv::Mat& luma, cv::Mat& cb, cv::Mat& cr) {
      draw({luma, cb, cr}, zones, marks);
    });
  }
  Result<> finish() override { return film_.finish(); }

 private:
  Film film_;
};

}  // namespace

std::unique_ptr<Overlay> make_overlay(const std::string& file) { return std::make_unique<DrawnFilm>(file); }

}  // namespace kuzet::evidence
