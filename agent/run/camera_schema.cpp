// SPDX-License-Identifier: Apache-2.0
// Declaration of a camera's settings.
#include "agent/run/camera_schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>

namespace kuzet::run {

namespace s = settings;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

s::Declared<CameraSettings> zones() {
  Field field = s::polygon_field("zones", "Places in the picture by name, each a list of corners.");
  field.type = "zones";
  field.schema = {{"type", "object"},
                  {"propertyNames", json::object{{"pattern", "^[a-z0-9_-]{1,40}$"}}},
                  {"additionalProperties", field.schema}};
  return {field, [](CameraSettings& camera, const Node& node, const std::string& key, Faults& faults) {
            if (node.type != Node::Type::map)
              return faults.add(node.at, key, "must be a map from a zone's name to its corners");
            for (const auto& member : node.members) {
              const std::string place = key + "." + member.key;
              (void)s::read_id(Node{Node::Type::scalar, member.at, member.key, false, {}, {}}, place, faults);
              if (auto polygon = s::read_polygon(member.value, place, faults))
                camera.zones.push_back({member.key, *polygon});
              else
                camera.zones.push_back({member.key, {}});  // known by name, so that rules are not blamed for it
            }
          }};
}

s::Declared<CameraSettings> privacy() {
  Field field = s::polygon_field("privacy", "Places that are painted over before a picture is stored or sent.");
  field.type = "list of zones";
  field.schema = {{"type", "array"}, {"items", field.schema}};
  return {field, [](CameraSettings& camera, const Node& node, const std::string& key, Faults& faults) {
            if (!s::check_list(node, key, faults)) return;
            for (std::size_t i = 0; i < node.items.size(); ++i)
              if (auto polygon = s::read_polygon(node.items[i], item(key, i), faults)) camera.privacy.push_back(*polygon);
          }};
}

std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const auto* type : vision::detector_types()) names.emplace_back(type->name);
  return names;
}

json::object detect_schema() {
  json::array kinds;
  for (const auto* type : vision::detector_types()) {
    json::object one = s::object_schema(*type->fields);
    auto& settings = one["properties"].as_object();
    settings["type"] = json::object{{"const", type->name}};
    if (type->needs_zone) {
      settings["zone"].as_object()["minLength"] = 1;
      one["required"] = json::array{"type", "zone"};
    }
    kinds.push_back(std::move(one));
  }
  return {{"type", "array"}, {"items", json::object{{"oneOf", std::move(kinds)}}}};
}

void read_watch(CameraSettings& camera, const Node& node, const std::string& key, Faults& faults) {
  if (node.type != Node::Type::map) return faults.add(node.at, key, "must be a map such as {type: fire}");
  const Node* type = node.find("type");
  if (type == nullptr)
    return tell_missing(node, key, "type", ": which detector this is" + suggestion("", detector_names()), faults);
  const auto* found = vision::find_detector(type->text);
  if (found == nullptr)
    return faults.add(type->at, key + ".type",
                      "there is no detector \"" + type->text + "\"" + suggestion(type->text, detector_names()));
  Watch& watch = camera.detect.back();
  watch.type = found;
  watch.plan = found->plan(node, key, faults);
  const Node* zone = node.find("zone");
  watch.at = zone == nullptr ? node.at : zone->at;
}

s::Declared<CameraSettings> detect() {
  Field field{
      "detect", "list of detectors", "",     "", "", "What to look for (kuzet describe NAME tells the settings of each).",
      false,    detect_schema(),     nullptr};
  return {field, [](CameraSettings& camera, const Node& node, const std::string& key, Faults& faults) {
            if (!s::check_list(node, key, faults)) return;
            for (std::size_t i = 0; i < node.items.size(); ++i) {
              camera.detect.emplace_back();  // also for one that is wrong, so that the others keep their number
              read_watch(camera, node.items[i], item(key, i), faults);
            }
          }};
}

const Schema<ClipSettings>& clip_schema() {
  static const Schema<ClipSettings> schema{
      s::duration<ClipSettings>("before", &ClipSettings::before, {0s, 30s}, "How much of the film lies before the alert."),
      s::duration<ClipSettings>("after", &ClipSettings::after, {1s, 60s}, "How much of it lies after the alert."),
      s::number<ClipSettings>("rate", &ClipSettings::rate, {1, 12}, "pictures a second", "Pictures of the film in a second."),
      s::integer<ClipSettings>("width", &ClipSettings::width, {160, 1280}, "pixels", "Width of the film at most."),
  };
  return schema;
}

/// 1280x720: each side 16 to 8192 pixels; nothing: what the device likes best.
s::Declared<CameraSettings> size() {
  auto out = s::text<CameraSettings>("size", &CameraSettings::size, "Size of a device's pictures, such as 1280x720.");
  const std::string side = "0*(1[6-9]|[2-9][0-9]|[1-9][0-9]{2}|[1-7][0-9]{3}|80[0-9]{2}|81[0-8][0-9]|819[0-2])";
  out.field.schema = {{"type", "string"}, {"pattern", "^(" + side + "x" + side + ")?$"}};
  return out;
}

}  // namespace

const Schema<CameraSettings>& camera_schema() {
  static const Schema<CameraSettings> schema{
      s::required(s::id<CameraSettings>("id", &CameraSettings::id, "The camera's name, unique on this board.")),
      s::required(s::text<CameraSettings>("source", &CameraSettings::source,
                                          "Where its pictures come from: rtsp:// or http://, a device such as /dev/video0, a "
                                          "video file, or a folder of pictures.")),
      s::text<CameraSettings>("username", &CameraSettings::username, "The name that the camera asks for."),
      s::text<CameraSettings>("password_file", &CameraSettings::password_file,
                              "File whose first line is the camera's password."),
      s::choice<CameraSettings>("transport", &CameraSettings::transport, {"auto", "tcp", "udp"},
                                "How an RTSP camera sends; auto is TCP, and UDP for a camera that has no other."),
      s::choice<CameraSettings>(
          "decode", &CameraSettings::decode, {"auto", "all", "key"},
          "Which pictures of a stream are decoded: auto leaves out all but key frames while nothing moves and "
          "no detector asks for more."),
      s::text<CameraSettings>("hwaccel", &CameraSettings::hwaccel,
                              "Decoding in hardware: auto, none, or the name of a decoder that this board's FFmpeg has."),
      s::text<CameraSettings>("format", &CameraSettings::format,
                              "Pixel format of a device, such as MJPG or YUYV; without it, the cheapest that it has."),
      size(),
      s::duration<CameraSettings>("timeout", &CameraSettings::timeout, {1s, 5min},
                                  "How long an open or a picture may take before the camera is opened again."),
      s::duration<CameraSettings>("offline_after", &CameraSettings::offline_after, {1s, 24h},
                                  "A camera that shows nothing for this long is a camera_fault."),
      s::number<CameraSettings>("analyse", &CameraSettings::analyse, {0.1, 60}, "pictures a second",
                                "Pictures looked at per second; without it, what the detectors ask for."),
      s::flag<CameraSettings>("repeat", &CameraSettings::repeat, "Begin again at the end of a file."),
      s::number<CameraSettings>("rate", &CameraSettings::rate, {0.001, 120}, "pictures a second",
                                "How fast a folder of pictures is shown (1), or what is asked of a device."),
      zones(),
      privacy(),
      s::choice<CameraSettings>(
          "persons", &CameraSettings::persons, {"", "pixelate", "show"},
          "Whether people are made unrecognisable in pictures that are stored or sent; without it, at schools."),
      detect(),
      s::group<CameraSettings>("clip", &CameraSettings::clip, clip_schema(),
                               "The film of alerts whose detector says `evidence: clip`."),
      s::text<CameraSettings>("model", &CameraSettings::model,
                              "An ONNX object detector (NanoDet or YOLOX) that makes people and vehicles surer."),
      s::number<CameraSettings>("model_rate", &CameraSettings::model_rate, {0.05, 30}, "pictures a second",
                                "How often it is asked at most; a slow board may need less."),
  };
  return schema;
}

void tell_missing(const Node& entry, const std::string& key, const std::string& name, const std::string& what, Faults& faults) {
  for (const auto& member : entry.members)
    if (const auto offer = suggestion(member.key, {name}); offer.starts_with("; did you mean"))
      return faults.add(member.at, key + "." + member.key, "unknown key" + offer);
  faults.add(entry.at, key + "." + name, "is missing" + what);
}

Polygon CameraSettings::zone(const std::string& name) const {
  const auto found = std::ranges::find(zones, name, &Zone::id);
  return found == zones.end() ? Polygon{} : found->polygon;
}

std::optional<drivers::PictureSize> CameraSettings::wanted_size() const {
  constexpr int most = 8192;
  drivers::PictureSize out;
  const char* const end = size.data() + size.size();
  const auto width = std::from_chars(size.data(), end, out.width);
  if (width.ec != std::errc() || width.ptr == end || *width.ptr != 'x') return std::nullopt;
  const auto height = std::from_chars(width.ptr + 1, end, out.height);
  if (height.ec != std::errc() || height.ptr != end) return std::nullopt;
  if (out.width < 16 || out.height < 16 || out.width > most || out.height > most) return std::nullopt;
  return out;
}

}  // namespace kuzet::run
