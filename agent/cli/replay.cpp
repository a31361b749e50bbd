// SPDX-License-Identifier: Apache-2.0
// `kuzet replay`: the same detectors, rules and lifecycle over recorded footage, as fast as the machine can; sends and stores
// nothing.
#include "agent/alerts/lifecycle.hpp"
#include "agent/cli/cli.hpp"
#include "agent/core/json.hpp"
#include "agent/core/source.hpp"
#include "agent/evidence/overlay.hpp"
#include "agent/run/aids.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/eye.hpp"
#include "drivers/camera.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/array.hpp>
#include <opencv2/core/utility.hpp>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::string camera;
  std::string source;
  std::string overlay;
  bool observations = false;
  bool stills = false;
};

/// Footage has no date: it begins at zero on both clocks, so that the same footage gives the same lines.
class FootageClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override { return {}; }
};

/// One camera's footage from its first picture to its last.
class Replay {
 public:
  Replay(const run::CameraSettings& camera, const run::References& references, const Options& options, CountedIds& ids)
      : camera_(camera),
        options_(options),
        eye_(camera, run::aids_for(camera, references, faults_)),
        ids_(ids),
        lifecycle_(std::make_unique<alerts::Lifecycle>(ids)) {
    for (const auto& fault : faults_) std::cerr << "kuzet: " << fault << '\n';
    if (!options.overlay.empty()) overlay_ = evidence::make_overlay(options.overlay);
  }

  void run() {
    const auto* type = drivers::find_camera(camera_.source);
    if (type == nullptr) give_up(about() + "this version cannot read it");
    auto request = run::request_of(camera_, drivers::Pace::fast);
    if (!request) give_up("camera " + camera_.id + ": " + request.error().what, wrong_configuration);
    auto source = type->open(*request, clock_, {});
    if (!source) give_up(about() + source.error().what);
    while (auto frame = next(**source)) picture(*frame, (*source)->stills());
    if (!(*source)->damage().empty()) std::cerr << "kuzet: " << about() << (*source)->damage() << '\n';
    if (overlay_)
      if (auto ended = overlay_->finish(); !ended) give_up(ended.error().what);
    if (pictures_ == 0) give_up(about() + "no picture could be read");
  }

 private:
  /// What a sentence about this footage begins with.
  [[nodiscard]] std::string about() const { return "camera " + camera_.id + ": " + shown_source(camera_.source) + ": "; }

  std::optional<Frame> next(drivers::Camera& source) {
    auto frame = source.read({});
    if (!frame && pictures_ == 0) give_up(about() + frame.error().what);
    if (!frame) return std::cerr << "kuzet: " << about() << frame.error().what << '\n', std::nullopt;
    return std::move(*frame);
  }

  void picture(const Frame& frame, bool folder) {
    ++pictures_;
    if (options_.stills) {
      eye_.reset();
      lifecycle_ = std::make_unique<alerts::Lifecycle>(ids_);
    }
    const bool all = folder || options_.stills;
    if (!all && !eye_.wants(frame.position)) return;
    const auto seen = eye_.look(frame, all);
    for (const auto& sighting : seen.sightings)
      for (const auto& event : lifecycle_->see(*sighting.rule, sighting.findings, frame.taken)) print(event, frame);
    if (options_.observations)
      for (const auto& one : seen.observations) print(one, frame);
    if (overlay_) draw(seen);
  }

  static json::object line(const Frame& frame) {
    json::object out{{"t", rounded(in_seconds(frame.position), 3)}};
    if (!frame.picture.empty()) out["picture"] = frame.picture;
    return out;
  }

  static void put(const json::object& line) {
    if (!(std::cout << json_text(line) << '\n')) give_up(output_broken);  // nobody reads: the rest would be for nothing
  }

  void print(const AlertEvent& event, const Frame& frame) const {
    const Alert& alert = event.alert;
    auto out = line(frame);
    out["event"] = name(event.phase);
    out["kind"] = name(alert.kind);
    out["alert"] = alert.id;
    out["camera"] = camera_.id;
    if (!alert.zone.empty()) out["zone"] = alert.zone;
    if (event.phase != Phase::closed) {
      out["severity"] = name(alert.severity);
      out["confidence"] = rounded(alert.confidence, 2);
      const Box& b = alert.box;
      out["box"] = json::array{rounded(b.x, 4), rounded(b.y, 4), rounded(b.width, 4), rounded(b.height, 4)};
    }
    out["measure"] = alert.measure;
    put(out);
  }

  void print(const run::ZoneObservation& one, const Frame& frame) const {
    auto out = line(frame);
    out["observation"] = one.observation.what;
    out["camera"] = camera_.id;
    if (!one.zone.empty()) out["zone"] = one.zone;
    for (const auto& value : one.observation.values) out[value.key()] = value.value();
    put(out);
  }

  void draw(const run::Seen& seen) {
    std::vector<Polygon> zones;
    for (const auto& zone : camera_.zones) zones.push_back(zone.polygon);
    std::vector<evidence::Mark> marks;
    for (const auto& sighting : seen.sightings)
      for (const auto& finding : sighting.findings)
        marks.push_back({finding.box,
                         std::string(name(finding.kind)) + " " + std::to_string(std::lround(finding.confidence * 100)) + "%",
                         false});
    for (const auto& alert : lifecycle_->open()) marks.push_back({alert.box, "ALERT " + std::string(name(alert.kind)), true});
    if (auto added = overlay_->add(seen.frame, zones, camera_.privacy, marks); !added)
      give_up("overlay: " + added.error().what);
  }

  const run::CameraSettings& camera_;
  const Options& options_;
  FootageClock clock_;
  std::vector<std::string> faults_;
  run::Eye eye_;
  CountedIds& ids_;
  std::unique_ptr<alerts::Lifecycle> lifecycle_;
  std::unique_ptr<evidence::Overlay> overlay_;
  std::size_t pictures_ = 0;
};

std::vector<std::string> camera_names(const run::Configuration& all) {
  std::vector<std::string> names;
  for (const auto& camera : all.cameras) names.push_back(camera.id);
  return names;
}

/// Whether the film would be written over the footage, or over one of its pictures.
bool is_footage(const std::filesystem::path& film, const std::filesystem::path& source) {
  std::error_code absent;
  if (!std::filesystem::exists(film, absent)) return false;
  const auto folder = film.has_parent_path() ? film.parent_path() : std::filesystem::path(".");
  const bool picture = std::filesystem::is_directory(source, absent) && std::filesystem::equivalent(folder, source, absent);
  return picture || std::filesystem::equivalent(film, source, absent);
}

void replay(const Options& options) {
  cv::setNumThreads(1);  // more threads never lowered the cost
  auto all = load_with_models_or_exit(options.file);
  if (all.cameras.empty()) give_up("replay: the configuration has no camera");
  if (!options.camera.empty()) {
    const auto* one = all.camera(options.camera);
    if (one == nullptr)
      give_up("replay: there is no camera \"" + options.camera + "\"" + suggestion(options.camera, camera_names(all)),
              wrong_usage);
    all.cameras = {run::CameraSettings(*one)};
  }
  if (all.cameras.size() > 1 && !(options.source.empty() && options.overlay.empty()))
    give_up("replay: --source and --overlay need --camera where there are several", wrong_usage);
  if (!options.source.empty()) all.cameras[0].source = options.source;
  if (!options.overlay.empty() && is_footage(options.overlay, all.cameras[0].source))
    give_up("replay: --overlay " + options.overlay + " would be written over the footage", wrong_usage);
  CountedIds ids;
  const run::References references(all.store.path);
  for (const auto& camera : all.cameras) Replay(camera, references, options, ids).run();
}

}  // namespace

void add_replay(CLI::App& app) {
  auto* command = app.add_subcommand(
      "replay", "The detectors and rules over recorded footage; prints JSON Lines, sends and stores nothing");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  const CLI::Validator said([](const std::string& value) { return std::string(value.empty() ? "nothing is given" : ""); }, "");
  command->add_option("--camera", options->camera, "Only this camera")->check(said);
  command->add_option("--source", options->source, "This footage instead of the camera's own source")->check(said);
  command->add_option("--overlay", options->overlay, "Write a film (MP4) with zones, findings and alerts drawn in")
      ->check(said);
  command->add_flag("--observations", options->observations, "Print observations too");
  command->add_flag("--stills", options->stills, "Every picture stands alone");
  command->callback([options] { replay(*options); });
}

}  // namespace kuzet::cli
