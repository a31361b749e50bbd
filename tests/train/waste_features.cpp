// SPDX-License-Identifier: Apache-2.0
// Writes what a program that trains needs to know of labelled pictures, through the very code that looks at them later.
//
// kuzet-waste-features FOLDER ZONES OUT [MODEL]: ZONES has lines "name x0 y0 x1 y1" (fractions of the picture); OUT gets
// for each picture, in the order of names: its name and a line end, the number of texture pieces and of object figures (int32
// each), the pieces (128 bytes each), the object figures (float), and the texture's logarithm of the odds as the program has it
// now (float).
#include "agent/run/models.hpp"
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"
#include "vision/scene/camera_objects.hpp"
#include "vision/scene/crop.hpp"
#include "vision/scene/litter.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace kuzet;

struct Tool {
  std::map<std::string, Polygon> zones;
  std::ofstream out;
  run::SharedNetwork network = {};

  void put(const void* data, std::size_t bytes) {
    out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  }

  void picture(const Frame& frame) {
    const auto zone = zones.find(frame.picture);
    if (zone == zones.end()) return;
    const cv::Mat luma = vision::Crop(zone->second, 640).luma(frame);
    const cv::Mat pieces = vision::texture_pieces(luma);
    std::vector<float> objects;
    if (network) {
      vision::CameraObjects asker(network, std::make_shared<vision::Budget>(1, 1));  // each picture is the first
      if (const auto scores = asker.scores(frame, bounds(zone->second))) objects = vision::object_figures(*scores);
    }
    const auto said = static_cast<float>(vision::litter_by_texture(luma).value_or(0));
    const std::int32_t counts[]{pieces.rows, static_cast<std::int32_t>(objects.size())};
    out << frame.picture << '\n';
    put(counts, sizeof counts);
    put(pieces.data, pieces.total());
    put(objects.data(), objects.size() * sizeof(float));
    put(&said, sizeof said);
  }
};

std::map<std::string, Polygon> zones_of(const std::string& path) {
  std::map<std::string, Polygon> zones;
  std::ifstream in(path);
  std::string name;
  for (double x0 = 0, y0 = 0, x1 = 0, y1 = 0; in >> name >> x0 >> y0 >> x1 >> y1;)
    zones[name] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
  return zones;
}

int read_all(const std::string& folder, Tool& tool) {
  const run::SystemClock clock;
  const auto* type = drivers::find_camera(folder);
  if (type == nullptr) return std::cerr << folder << ": no source\n", 2;
  auto source = type->open({.source = folder, .pace = drivers::Pace::fast}, clock, {});
  if (!source) return std::cerr << source.error().what << '\n', 1;
  for (;;) {
    auto frame = (*source)->read({});
    if (!frame) return std::cerr << frame.error().what << '\n', 1;
    if (!*frame) return 0;
    tool.picture(**frame);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return std::cerr << "kuzet-waste-features FOLDER ZONES OUT [MODEL]\n", 2;
  Tool tool{zones_of(words[2]), std::ofstream(words[3], std::ios::binary)};
  if (count > 4) {
    auto network = run::Models::open(words[4]);
    if (!network) return std::cerr << network.error().what << '\n', 1;
    tool.network = std::move(*network);
  }
  return read_all(words[1], tool);
}
