// SPDX-License-Identifier: Apache-2.0
// Rules of thumb, each with the figure that it rests on.
#include "agent/cli/advice.hpp"

#include <array>
#include <charconv>

namespace kuzet::cli {

using namespace std::chrono_literals;

namespace {

constexpr double dear = 0.25;         // of a core: four such cameras fill one
constexpr int wide = 1280;            // pixels: detectors look at 320 columns, and alerts show no more than 1280
constexpr int small = 640;            // pixels: nothing is gained below
constexpr double much_cheaper = 0.6;  // of what the main stream costs
constexpr auto far_apart = 4s;        // key frames: `decode: auto` must see something move before it decodes the rest
constexpr double jpeg_rate = 15;      // pictures a second of JPEG, each as large as a key frame
constexpr double off = 0.2;           // between what a camera says and what it does: beyond that somebody set it wrong
constexpr double bad_share = 0.01;    // of pictures: more is no accident
constexpr auto gap = 2s;

std::string cores(double value) {
  return figure(value, value < 0.1 ? 3 : value < 1 ? 2 : 1) + (value < 1 ? " of a core" : " cores");
}

bool is(const Measured& camera, std::string_view codec) { return camera.about.codec == codec; }

using Rule = std::optional<std::string> (*)(const Measured&, const Use&, const std::optional<SubStream>&);

std::optional<std::string> use_sub(const Measured& camera, const Use&, const std::optional<SubStream>& sub) {
  if (!sub || sub->measured.cores() > much_cheaper * camera.cores()) return std::nullopt;
  const auto& size = sub->measured.about.size;
  const std::string both = "this costs " + cores(camera.cores()) + ", " + sub->shown + " costs " + cores(sub->measured.cores());
  const std::string price =
      " (pictures of alerts are then " + std::to_string(size.width) + "x" + std::to_string(size.height) + ")";
  if (camera.cores() > dear || camera.about.size.width > wide) return "use the sub-stream: " + both + price;
  return "the sub-stream is cheaper: " + both + price;
}

std::optional<std::string> make_smaller(const Measured& camera, const Use& use, const std::optional<SubStream>& sub) {
  if (sub || camera.about.size.width <= wide || camera.cores() <= dear) return std::nullopt;
  return std::string(use.network() ? "no sub-stream was found: set the camera" : "set it") +
         " to 1280x720 or less: " + std::to_string(camera.about.size.width) + " columns cost " + cores(camera.cores()) +
         ", and detectors look at 320";
}

std::optional<std::string> key_frames(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  const auto distance = camera.counts.key_distance;
  if (!distance || *distance <= far_apart || use.decode == "all") return std::nullopt;
  return "set the camera's I-frame interval to 2 s, it is " + figure(in_seconds(*distance), 1) + " s: `decode: " + use.decode +
         "` " + (use.decode == "key" ? "sees too little now" : "saves nothing now");
}

std::optional<std::string> codec(const Measured& camera, const Use&, const std::optional<SubStream>&) {
  if (!is(camera, "hevc") || camera.about.decoder != "hevc") return std::nullopt;
  return "set the camera to H.264: H.265 costs half as much again to decode";
}

std::optional<std::string> jpeg(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  if (!use.network() || !is(camera, "mjpeg") || camera.rate.value_or(0) <= jpeg_rate) return std::nullopt;
  return "set the camera to H.264, or to fewer pictures: " + figure(*camera.rate, 0) + " JPEG a second are " +
         figure(camera.bits_per_second() / 1e6, 1) + " Mbit/s and " + cores(camera.decode_cores);
}

std::optional<std::string> rate(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  if (use.rate <= 0 || camera.rate.value_or(0) <= 2 * use.rate) return std::nullopt;
  const std::string enough = figure(use.rate, use.rate < 1 ? 1 : 0);
  if (!use.network()) return "`rate: " + enough + "` is enough: its detectors look at no more";
  return "set the camera to " + enough + " pictures a second: it sends " + figure(*camera.rate, 0) +
         ", its detectors look at no more, and each is decoded";
}

std::optional<std::string> other_rate(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  const auto said = camera.about.rate;
  if (!use.network() || !said || !camera.rate || *said <= 0 || std::abs(*camera.rate / *said - 1) <= off) return std::nullopt;
  return "it says " + figure(*said, 1) + " pictures a second and sends " + figure(*camera.rate, 1) +
         ": night exposure, a busy network, or wrong time stamps";
}

std::optional<std::string> losses(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  const double share =
      camera.counts.received > 0 ? static_cast<double>(camera.counts.damaged) / static_cast<double>(camera.counts.received) : 0;
  if (camera.counts.damaged < 2 || share <= bad_share) return std::nullopt;
  const std::string said =
      std::to_string(camera.counts.damaged) + " of " + std::to_string(camera.counts.received) + " pictures were damaged: ";
  if (!use.network()) return said + "look at its cable, hub and power";
  return said + (use.transport == "udp" ? "`transport: tcp` loses none" : "look at its cable, radio link and bit rate");
}

std::optional<std::string> gaps(const Measured& camera, const Use& use, const std::optional<SubStream>&) {
  if (!use.network() || camera.longest_gap <= gap || camera.rate.value_or(0) < 2) return std::nullopt;
  return "nothing came for " + figure(in_seconds(camera.longest_gap), 1) +
         " s: its network carries it badly, or its time stamps jump";
}

constexpr std::array<Rule, 9> rules{&use_sub, &make_smaller, &losses, &gaps, &key_frames, &codec, &jpeg, &rate, &other_rate};

}  // namespace

double Measured::bits_per_second() const {
  const double seconds = in_seconds(watched);
  return seconds > 0 ? static_cast<double>(counts.bytes) * 8 / seconds : 0;
}

std::string figure(double value, int digits) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits).ptr;
  return {text.data(), end};
}

std::vector<std::string> advice(const Measured& camera, const Use& use, const std::optional<SubStream>& sub) {
  std::vector<std::string> out;
  if (use.origin == Origin::footage) return out;
  for (const auto rule : rules)
    if (auto sentence = rule(camera, use, sub)) out.push_back(std::move(*sentence));
  return out;
}

bool worth_a_sub_stream(const Measured& camera) { return camera.about.size.width > small || camera.cores() > dear; }

}  // namespace kuzet::cli
