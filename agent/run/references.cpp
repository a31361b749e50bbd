// SPDX-License-Identifier: Apache-2.0
// References as files.
#include "agent/run/references.hpp"

#include "agent/evidence/picture.hpp"
#include "agent/outbox/disk.hpp"

#include <algorithm>
#include <optional>

namespace kuzet::run {

namespace fs = std::filesystem;

namespace {

constexpr evidence::PictureOptions quality{1280, 92};
constexpr std::string_view technician = "technician", learned = "learned", ending = ".jpg";
constexpr double around_the_zone = 0.5;  // of its size, on each side

std::string name_of(const KeptReference& one) {
  return one.camera + "@" + one.zone + "@" + std::string(vision::name(one.light)) + "@" +
         std::string(one.learned ? learned : technician) + std::string(ending);
}

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) c == '@' ? static_cast<void>(out.emplace_back()) : out.back().push_back(c);
  return out;
}

Wall written(const fs::path& file) {
  std::error_code failed;
  const auto time = fs::last_write_time(file, failed);
  return failed ? Wall{} : std::chrono::time_point_cast<Wall::duration>(std::chrono::file_clock::to_sys(time));
}

std::optional<KeptReference> read_name(const fs::path& file) {
  if (file.extension() != ending) return std::nullopt;
  const auto said = parts(file.stem().string());
  if (said.size() != 4 || (said[3] != technician && said[3] != learned)) return std::nullopt;
  const auto light = vision::light_named(said[2]);
  if (!light) return std::nullopt;
  return KeptReference{said[0], said[1], *light, said[3] == learned, written(file), file};
}

Result<Frame> read_picture(const fs::path& file) {
  const auto bytes = outbox::read_file(file);
  if (!bytes) return bytes.error();
  return evidence::read_jpeg(*bytes);
}

/// All but `part` of the picture in grey.
Frame alone(const Frame& frame, const Box& part) {
  const double right = part.x + part.width, bottom = part.y + part.height;
  std::vector<Polygon> rest;
  if (part.y > 0) rest.push_back({{0, 0}, {1, 0}, {1, part.y}, {0, part.y}});
  if (bottom < 1) rest.push_back({{0, bottom}, {1, bottom}, {1, 1}, {0, 1}});
  if (part.x > 0) rest.push_back({{0, 0}, {part.x, 0}, {part.x, 1}, {0, 1}});
  if (right < 1) rest.push_back({{right, 0}, {1, 0}, {1, 1}, {right, 1}});
  return evidence::covered(frame, rest);
}

}  // namespace

std::vector<KeptReference> References::list() const {
  std::vector<KeptReference> out;
  std::error_code absent;
  for (fs::directory_iterator entry(folder_, absent), end; !absent && entry != end; entry.increment(absent))
    if (auto one = read_name(entry->path())) out.push_back(std::move(*one));
  std::ranges::sort(out, {}, &KeptReference::file);
  return out;
}

std::vector<vision::Reference> References::load(const std::string& camera, const std::string& zone,
                                                std::vector<std::string>& faults) const {
  std::vector<vision::Reference> out;
  auto all = list();
  std::ranges::stable_sort(all, {}, &KeptReference::learned);  // technicians' first
  for (const auto& one : all) {
    if (one.camera != camera || one.zone != zone || std::ranges::find(out, one.light, &vision::Reference::light) != out.end())
      continue;
    auto picture = read_picture(one.file);
    if (!picture) {
      faults.push_back("reference " + one.file.string() + ": " + picture.error().what);
      continue;
    }
    picture->taken.wall = one.taken;
    out.push_back({one.light, std::move(*picture), one.learned});
  }
  return out;
}

Result<KeptReference> References::keep(const CameraSettings& camera, const std::string& zone,
                                       const vision::Reference& reference) const {
  if (auto made = outbox::make_folder(folder_); !made) return made.error();
  Frame picture = reference.frame;
  if (!zone.empty()) picture = alone(picture, evidence::grown(bounds(camera.zone(zone)), around_the_zone, 0));
  const auto jpeg = evidence::jpeg(picture, camera.privacy, quality);
  if (!jpeg) return jpeg.error();
  KeptReference one{camera.id, zone, reference.light, reference.learned, {}, {}};
  one.file = folder_ / name_of(one);
  if (auto done = outbox::write_durably(one.file, *jpeg); !done) return done.error();
  one.taken = written(one.file);
  return one;
}

std::string References::mark(const std::string& camera) const {
  std::string out;
  for (const auto& one : list())
    if (!one.learned && (camera.empty() || one.camera == camera))
      out += one.file.filename().string() + rfc3339(one.taken) + ";";
  return out;
}

}  // namespace kuzet::run
