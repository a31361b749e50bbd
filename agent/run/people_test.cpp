// SPDX-License-Identifier: Apache-2.0
// Nobody's face is in what would be stored: the pixels of rendered people, looked at.
#include "agent/run/people.hpp"

#include "agent/evidence/picture.hpp"
#include "tests/harness/catch.hpp"
#include "tests/scenes/world.hpp"

#include <opencv2/imgproc.hpp>

namespace kuzet::run {

namespace {

using scenes::Spot;

/// Children who play and people who walk past, close enough for a face of several pixels.
scenes::World school_yard() {
  scenes::WorldOptions options;
  options.size = {640, 360};
  options.seconds = 30;
  options.seed = 7;
  scenes::World world(options);
  world.add(scenes::Walker{{{0, {-6, 10, 0}}, {12, {8, 10.5, 0}}}});
  world.add(scenes::Walker{{{1, {7, 9, 0}}, {13, {-7, 12, 0}}}});
  scenes::Group children;
  children.middle = {0, 12, 0};
  children.count = 6;
  children.restless = 3;
  children.height = 0.65;
  world.add(children);
  return world;
}

/// Pixels of the picture's luma that a box covers wholly.
cv::Rect inside(const Box& box, const cv::Size& size) {
  const int left = static_cast<int>(std::ceil(box.x * size.width)), top = static_cast<int>(std::ceil(box.y * size.height));
  const int right = static_cast<int>(std::floor((box.x + box.width) * size.width));
  const int bottom = static_cast<int>(std::floor((box.y + box.height) * size.height));
  return cv::Rect(left, top, std::max(0, right - left), std::max(0, bottom - top)) & cv::Rect({}, size);
}

/// Whether all of it was made coarse: next to every pixel stands its like, but for the borders of a few large cells.
bool coarse(const Frame& shown, const cv::Rect& face) {
  int changes = 0;
  for (int y = face.y; y < face.br().y; ++y)
    for (int x = face.x + 1; x < face.br().x; ++x)
      changes += static_cast<int>(shown.luma.at<uchar>(y, x) != shown.luma.at<uchar>(y, x - 1));
  return changes <= 2 * face.height;  // at most two borders of cells in each row
}

struct Faces {
  int seen = 0, bare = 0, fine = 0;  ///< looked at; not covered in the evidence; with detail in the picture itself
};

/// Ten pictures a second apart, looked at as often as the agent does, with these people's places.
Faces look_at_faces(const scenes::World& world, bool cover) {
  Faces faces;
  People people(nullptr);
  for (int i = 0; i < 65; ++i) {
    Frame frame = world.at(0.2 * i);
    if (cover) people.see(frame);
    if (i < 15 || i % 5 != 0) continue;
    const Frame shown = evidence::covered(frame, {});
    for (const auto& person : world.people(0.2 * i)) {
      const cv::Rect face = inside(person.face, frame.luma.size());
      if (face.width < 3 || face.height < 3) continue;
      ++faces.seen;
      faces.fine += static_cast<int>(!coarse(frame, face));
      faces.bare += static_cast<int>(!coarse(shown, face));
    }
  }
  return faces;
}

}  // namespace

TEST_CASE("of people who move no face can be told in what is stored", "[K5]") {
  const auto world = school_yard();
  const Faces faces = look_at_faces(world, true);
  CHECK(faces.seen >= 30);
  CHECK(faces.fine >= faces.seen / 2);  // there was something to hide
  CHECK(faces.bare == 0);
}

TEST_CASE("the test of faces sees them where nobody covers them", "[K5]") {
  const auto world = school_yard();
  const Faces faces = look_at_faces(world, false);
  CHECK(faces.bare >= faces.seen / 2);
}

}  // namespace kuzet::run
