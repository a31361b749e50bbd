// SPDX-License-Identifier: Apache-2.0
// The text: one word for what follows, then its values, a line each; a camera begins with its node.
#include "tests/cameras/fake_v4l2/control.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kuzet::test::v4l2 {

namespace {

FakeMode read_mode(std::istringstream& words) {
  FakeMode mode;
  mode.rates.clear();
  std::string footage;
  std::size_t rates = 0;
  words >> mode.fourcc >> mode.width >> mode.height >> rates;
  for (double rate = 0; rates > 0 && words >> rate; --rates) mode.rates.push_back(rate);
  std::getline(words >> std::ws, mode.footage);
  return mode;
}

}  // namespace

bool FakeCamera::is(const std::string& trait) const { return std::ranges::find(traits, trait) != traits.end(); }

std::vector<FakeCamera> read_bus(const std::filesystem::path& file) {
  std::vector<FakeCamera> out;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string what, trait;
    words >> what;
    if (what == "node") {
      FakeCamera camera;
      camera.modes.clear();
      words >> camera.node >> camera.id;
      out.push_back(std::move(camera));
    } else if (what == "mode" && !out.empty()) {
      out.back().modes.push_back(read_mode(words));
    } else if (what == "trait" && words >> trait && !out.empty()) {
      out.back().traits.push_back(trait);
    }
  }
  return out;
}

void write_bus(const std::filesystem::path& file, const std::vector<FakeCamera>& cameras) {
  const auto next = file.string() + ".next";
  std::ofstream stream(next);
  for (const auto& camera : cameras) {
    stream << "node " << camera.node << ' ' << camera.id << '\n';
    for (const auto& mode : camera.modes) {
      stream << "mode " << mode.fourcc << ' ' << mode.width << ' ' << mode.height << ' ' << mode.rates.size();
      for (const double rate : mode.rates) stream << ' ' << rate;
      stream << ' ' << mode.footage << '\n';
    }
    for (const auto& trait : camera.traits) stream << "trait " << trait << '\n';
  }
  stream.close();
  std::filesystem::rename(next, file);
}

}  // namespace kuzet::test::v4l2
