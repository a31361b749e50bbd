// SPDX-License-Identifier: Apache-2.0
// `kuzet probe`: what each camera and sensor gives, what cameras cost this board, and what should be set otherwise.
#include "agent/cli/cli.hpp"
#include "agent/cli/probe_sensors.hpp"
#include "agent/cli/probing.hpp"
#include "agent/core/json.hpp"
#include "agent/core/source.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::vector<std::string> ids;
  std::string watch = "10s";
  bool as_json = false;
  run::CameraSettings camera;  ///< of --source
};

std::string size_text(drivers::PictureSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

std::string cores_text(double value) { return figure(value, value < 0.1 ? 3 : 2) + " of a core"; }

/// A line of the block that a person reads.
void line(std::string_view name, const std::string& text) {
  std::cout << "  " << name << std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') << text << '\n';
}

std::string stream_text(const Measured& camera) {
  const auto& about = camera.about;
  std::string out = (about.codec.empty() ? "" : about.codec + " ") + size_text(about.size);
  if (camera.rate) out += ", " + figure(*camera.rate, 1) + " pictures a second";
  if (about.rate) out += " (it says " + figure(*about.rate, 1) + ")";
  if (camera.counts.key_distance) out += ", a key frame every " + figure(in_seconds(*camera.counts.key_distance), 1) + " s";
  if (camera.counts.bytes > 0) out += ", " + figure(camera.bits_per_second() / 1e6, 2) + " Mbit/s";
  return out;
}

void print_text(const run::CameraSettings& camera, const Probed& probed) {
  const auto& seen = probed.measured;
  std::cout << (camera.id.empty() ? "" : camera.id + ": ") << probed.shown << '\n';
  line("driver", seen.about.driver + (seen.about.decoder.empty() ? "" : ", decoder " + seen.about.decoder));
  line("stream", stream_text(seen));
  line("open", "after " + figure(in_seconds(seen.opening), 2) + " s, first picture after " +
                   figure(in_seconds(seen.first_picture), 2) + " s");
  line("cost", figure(seen.decode_ms, 2) + " ms of the processor a picture, " + cores_text(seen.decode_cores) + "; " +
                   (camera.detect.empty() ? "no detectors" : "its detectors " + cores_text(seen.analysis_cores)));
  if (seen.counts.damaged > 0) line("damaged", std::to_string(seen.counts.damaged) + " pictures");
  if (!seen.about.remark.empty()) line("remark", seen.about.remark);
  for (const auto& sentence : probed.advice) line("advice", sentence);
}

json::object json_of(const Measured& seen) {
  json::object out{{"driver", seen.about.driver},
                   {"codec", seen.about.codec},
                   {"width", seen.about.size.width},
                   {"height", seen.about.size.height}};
  if (seen.rate) out["rate"] = rounded(*seen.rate, 2);
  if (seen.about.rate) out["declared_rate"] = rounded(*seen.about.rate, 2);
  if (seen.counts.key_distance) out["key_distance_s"] = rounded(in_seconds(*seen.counts.key_distance), 2);
  if (seen.counts.bytes > 0) out["bits_per_second"] = rounded(seen.bits_per_second(), 0);
  out["open_s"] = rounded(in_seconds(seen.opening), 3);
  out["first_picture_s"] = rounded(in_seconds(seen.first_picture), 3);
  out["decoder"] = seen.about.decoder;
  out["decode_ms"] = rounded(seen.decode_ms, 3);
  out["decode_cores"] = rounded(seen.decode_cores, 4);
  out["analysis_cores"] = rounded(seen.analysis_cores, 4);
  out["pictures"] = seen.pictures;
  out["damaged"] = seen.counts.damaged;
  if (!seen.about.remark.empty()) out["remark"] = seen.about.remark;
  return out;
}

void print_json(const run::CameraSettings& camera, const Probed& probed) {
  json::object out;
  if (!camera.id.empty()) out["camera"] = camera.id;
  out["source"] = probed.shown;
  if (probed.failure) {
    out["error"] = probed.failure->what;
  } else {
    for (auto& member : json_of(probed.measured)) out[member.key()] = member.value();
    out["advice"] = json::array(probed.advice.begin(), probed.advice.end());
    if (probed.sub) {
      out["sub_stream"] = json_of(probed.sub->measured);
      out["sub_stream"].as_object()["source"] = probed.sub->shown;
    }
  }
  std::cout << json_text(out) << '\n';
}

/// A library's exception is one camera's failure.
Probed guarded(const run::CameraSettings& camera, const run::References& references, Duration watch) {
  try {
    return probe(camera, references, watch);
  } catch (const std::exception& fault) {
    Probed out;
    out.shown = shown_source(camera.source);
    out.failure = Error{Code::io, std::string("fault: ") + fault.what()};
    return out;
  }
}

/// As many at a time as there are cores, so that they do not slow each other down while they are measured.
std::vector<Probed> probe_all(const std::vector<run::CameraSettings>& cameras, const run::References& references,
                              Duration watch) {
  std::vector<Probed> out(cameras.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < cameras.size(); i = next++) out[i] = guarded(cameras[i], references, watch);
  };
  std::vector<std::jthread> threads;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < std::min(cores, cameras.size()); ++i) threads.emplace_back(work);
  threads.clear();
  return out;
}

/// Cameras and sensors that are to be opened: all of them, or those that were named.
struct Chosen {
  std::vector<run::CameraSettings> cameras;
  std::vector<run::SensorSettings> sensors;
};

Chosen chosen(const run::Configuration& all, const std::vector<std::string>& ids) {
  if (all.cameras.empty() && all.sensors.empty()) give_up("probe: the configuration has no camera and no sensor");
  if (ids.empty()) return {all.cameras, all.sensors};
  Chosen out;
  std::vector<std::string> names;
  for (const auto& camera : all.cameras) names.push_back(camera.id);
  for (const auto& sensor : all.sensors) names.push_back(sensor.id);
  for (const auto& id : ids) {
    const auto* camera = all.camera(id);
    const auto* sensor = all.sensor(id);
    if (camera == nullptr && sensor == nullptr)
      give_up("probe: there is no camera or sensor \"" + id + "\"" + suggestion(id, names), wrong_usage);
    if (camera != nullptr) out.cameras.push_back(*camera);
    if (sensor != nullptr) out.sensors.push_back(*sensor);
  }
  return out;
}

Duration watch_time(const std::string& text) {
  const auto watch = parse_duration(text);
  if (!watch) give_up("probe: --for: " + watch.error().what, wrong_usage);
  if (*watch < 1s || *watch > 10min) give_up("probe: --for must be 1s to 10min", wrong_usage);
  return *watch;
}

void check_source(const Options& options) {
  const auto& camera = options.camera;
  if (!options.ids.empty()) give_up("probe: --source is one camera, and has no id", wrong_usage);
  if (drivers::find_camera(camera.source) == nullptr)
    give_up("probe: this version cannot read \"" + shown_source(camera.source) + "\"", wrong_usage);
  if (!camera.size.empty() && !camera.wanted_size())
    give_up("probe: --size: \"" + camera.size + "\" is no size such as 1280x720", wrong_usage);
}

void probe(const Options& options) {
  cv::setNumThreads(1);  // as the agent does
  const Duration watch = watch_time(options.watch);
  const bool alone = !options.camera.source.empty();
  if (alone) check_source(options);
  const auto all = alone ? run::Configuration{} : load_with_models_or_exit(options.file);
  const auto wanted = alone ? Chosen{{options.camera}, {}} : chosen(all, options.ids);
  const auto& cameras = wanted.cameras;
  const auto probed = probe_all(cameras, run::References(all.store.path), watch);
  bool one_failed = false;
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    const auto& failure = probed[i].failure;
    one_failed |= failure.has_value();
    if (failure)
      std::cerr << "kuzet: " << (alone ? "" : "camera " + cameras[i].id + ": ") << probed[i].shown << ": " << failure->what
                << '\n';
    if (options.as_json)
      print_json(cameras[i], probed[i]);
    else if (!failure)
      print_text(cameras[i], probed[i]);
  }
  if (!wanted.sensors.empty()) one_failed |= !probe_sensors(wanted.sensors, watch, options.as_json);
  if (one_failed) throw Exit{failed};
}

}  // namespace

void add_probe(CLI::App& app) {
  auto* command = app.add_subcommand(
      "probe",
      "Opens each camera and sensor once and tells what it gives, what a camera costs this board, and what to set otherwise");
  auto options = std::make_shared<Options>();
  auto& camera = options->camera;
  add_config_option(*command, options->file);
  command->add_option("id", options->ids, "Only these cameras and sensors");
  command->add_option("--for", options->watch, "How long each is watched at most")->capture_default_str();
  command->add_flag("--json", options->as_json, "JSON Lines: one camera or sensor a line");
  command->add_option("--source", camera.source, "This source instead of the configuration's cameras");
  command->add_option("--username", camera.username, "The name that the source asks for");
  command->add_option("--password-file", camera.password_file, "File whose first line is its password");
  command->add_option("--transport", camera.transport, "How an RTSP camera sends")
      ->check(CLI::IsMember({"auto", "tcp", "udp"}));
  command->add_option("--hwaccel", camera.hwaccel, "Decoding in hardware: auto, none, or the name of a decoder");
  command->add_option("--format", camera.format, "Pixel format of a device, such as MJPG");
  command->add_option("--size", camera.size, "Size of a device's pictures, such as 1280x720");
  command->add_option("--rate", camera.rate, "Pictures a second that a device is asked for");
  command->callback([options] { probe(*options); });
}

}  // namespace kuzet::cli
