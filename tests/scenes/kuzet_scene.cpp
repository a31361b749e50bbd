// SPDX-License-Identifier: Apache-2.0
// kuzet-scene: renders the test scene into a video file and prints, as JSON, what is in it and where the zones are.
#include "tests/scenes/mp4.hpp"
#include "tests/scenes/scene.hpp"

#include <CLI/CLI.hpp>

#include <boost/json.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>

namespace {

using namespace kuzet;
using namespace kuzet::scenes;

struct Request {
  std::string out;
  std::string size = "1280x720";
  SceneOptions scene;
  bool truth_only = false;
};

/// Refuses sizes that are odd, tiny or huge: an empty string when it can be used.
std::string read_size(const std::string& text, cv::Size& size) {
  if (std::sscanf(text.c_str(), "%dx%d", &size.width, &size.height) != 2) return "must be WIDTHxHEIGHT";
  const bool fits = size.width >= 64 && size.height >= 64 && size.width <= 4096 && size.height <= 4096;
  return fits && size.width % 2 == 0 && size.height % 2 == 0 ? "" : "must be even, 64x64 to 4096x4096";
}

boost::json::object described(const Scene& scene) {
  boost::json::object zones;
  for (const auto& zone : scene.zones()) {
    boost::json::array polygon;
    for (const auto& point : zone.polygon) polygon.push_back(boost::json::array{point.x, point.y});
    zones[zone.name] = polygon;
  }
  boost::json::array truth;
  for (const auto& one : scene.truth())
    truth.push_back({{"what", one.what},
                     {"zone", one.zone},
                     {"box", {one.box.x, one.box.y, one.box.width, one.box.height}},
                     {"start_s", one.start_s},
                     {"end_s", one.end_s}});
  return {{"zones", zones}, {"truth", truth}};
}

Result<> render(const Scene& scene, const std::string& path) {
  const auto& options = scene.options();
  auto file = Mp4::create(path, options.size, options.fps);
  if (!file) return file.error();
  const auto pictures = std::lround(options.seconds * options.fps);
  for (long i = 0; i < pictures; ++i)
    if (auto added = file->add(scene.at(static_cast<double>(i) / options.fps)); !added) return added;
  return file->finish();
}

int run(const Request& request) {
  const Scene scene(request.scene);
  if (!request.truth_only) {
    if (auto rendered = render(scene, request.out); !rendered) {
      std::cerr << "kuzet-scene: " << rendered.error().what << '\n';
      return 1;
    }
  }
  std::cout << described(scene) << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App app{
      "Renders a landfill entrance: a vehicle stops where it may not, a fire breaks out. Prints zones and truth as JSON."};
  app.add_option("out", request.out, "the MP4 file to write");
  app.add_option("--seconds", request.scene.seconds, "how long it is")->check(CLI::Range(0.1, 3600.0))->capture_default_str();
  app.add_option("--size", request.size, "WIDTHxHEIGHT in pixels")->capture_default_str();
  app.add_option("--fps", request.scene.fps, "pictures a second")->check(CLI::Range(1.0, 120.0))->capture_default_str();
  app.add_option("--seed", request.scene.seed, "another number, another day")->capture_default_str();
  app.add_flag("--truth", request.truth_only, "write no video, print zones and truth only");
  try {
    app.parse(argc, argv);
    const std::string fault = read_size(request.size, request.scene.size);
    if (!fault.empty()) throw CLI::ValidationError("--size", fault);
    if (request.out.empty() && !request.truth_only) throw CLI::RequiredError("OUT.mp4");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(request);
  } catch (const std::exception& error) {
    std::cerr << "kuzet-scene: " << error.what() << '\n';
    return 1;
  }
}
