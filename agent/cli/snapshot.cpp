// SPDX-License-Identifier: Apache-2.0
// `kuzet snapshot`: one picture of a camera with a grid and its zones, and how a zone looks when all is well.
#include "agent/cli/cli.hpp"
#include "agent/cli/owner.hpp"
#include "agent/evidence/drawing.hpp"
#include "agent/evidence/picture.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/run/aids.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/people.hpp"
#include "agent/run/references.hpp"
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <iostream>
#include <memory>

namespace kuzet::cli {

namespace {

using namespace std::chrono_literals;

constexpr Duration movement = 3s;  // of pictures, so that whoever moves can be covered

struct Options {
  std::string file = "/etc/kuzet/kuzet.yaml";
  std::string camera;
  std::string output;
  std::string reference;
  std::string zone;
};

template <class List>
std::vector<std::string> ids(const List& list) {
  std::vector<std::string> out;
  for (const auto& one : list) out.push_back(one.id);
  return out;
}

const run::CameraSettings& camera_of(const run::Configuration& all, const Options& options) {
  if (all.cameras.empty()) give_up("snapshot: the configuration has no camera");
  if (options.camera.empty()) {
    if (all.cameras.size() > 1) give_up("snapshot: --camera is missing" + suggestion("", ids(all.cameras)), wrong_usage);
    return all.cameras[0];
  }
  const auto* camera = all.camera(options.camera);
  if (camera == nullptr)
    give_up("snapshot: there is no camera \"" + options.camera + "\"" + suggestion(options.camera, ids(all.cameras)),
            wrong_usage);
  return *camera;
}

void check(const run::CameraSettings& camera, const Options& options) {
  if (options.output.empty() && options.reference.empty()) give_up("snapshot: -o OUT.jpg is missing", wrong_usage);
  if (options.zone.empty() != (options.reference != "empty"))
    give_up("snapshot: --reference empty and --zone Z belong together; --reference view is of the whole picture", wrong_usage);
  if (!options.zone.empty() && camera.zone(options.zone).empty())
    give_up(
        "snapshot: camera " + camera.id + " has no zone \"" + options.zone + "\"" + suggestion(options.zone, ids(camera.zones)),
        wrong_usage);
}

/// The source's first picture; where the camera covers people, that of a little later, when it is known who moves.
Frame picture_of(const run::CameraSettings& camera, const run::References& references) {
  const std::string about = "camera " + camera.id + ": ";
  const auto* type = drivers::find_camera(camera.source);
  if (type == nullptr) give_up(about + "this version cannot read it");
  const run::SystemClock clock;
  const auto request = run::request_of(camera, drivers::Pace::fast);
  if (!request) give_up(about + request.error().what, wrong_configuration);
  auto source = type->open(*request, clock, {});
  if (!source) give_up(about + source.error().what);
  std::vector<std::string> faults;
  const auto aids = run::aids_for(camera, references, faults);
  run::People people(aids("", "").objects);
  std::optional<Frame> out;
  do {
    auto frame = (*source)->read({});
    if (!frame && !out) give_up(about + frame.error().what);
    if (!frame || !*frame) break;
    out = std::move(**frame);
    if (camera.covers_persons) people.see(*out);
  } while (camera.covers_persons && out->position < movement);
  if (!out) give_up(about + "no picture could be read");
  if (camera.covers_persons) people.look_closer(*out, true);
  out->taken = clock.now();
  return *out;
}

void keep(const run::CameraSettings& camera, const run::References& references, const Options& options, const Frame& picture) {
  const vision::Reference reference{vision::light_of(picture), picture, false};
  const auto kept = references.keep(camera, options.zone, reference);
  if (!kept) give_up("snapshot: " + kept.error().what);
  const std::string what = options.zone.empty() ? "how camera " + camera.id + " sees when all is well"
                                                : "how zone " + options.zone + " of camera " + camera.id + " looks empty";
  std::cerr << "kept as " << what << ", light: " << vision::name(kept->light) << " (" << kept->file.string()
            << "); a running agent takes it over by itself\n";
}

void snapshot(const Options& options) {
  const auto all = load_with_models_or_exit(options.file);
  const auto& camera = camera_of(all, options);
  check(camera, options);
  const run::References references(all.store.path);
  const Frame picture = picture_of(camera, references);
  if (!options.reference.empty()) {
    // As the store's owner: the agent must be able to read it, and root shall not follow what others lay there.
    const Owner owner = owner_of(all.store.path);
    if (auto made = make_store(all.store.path, owner); !made) give_up("snapshot: " + made.error().what);
    const Acting acting(owner);
    keep(camera, references, options, picture);
  }
  if (options.output.empty()) return;
  std::vector<evidence::Named> zones;
  for (const auto& zone : camera.zones) zones.push_back({zone.id, zone.polygon});
  Frame shown = evidence::covered(picture, camera.privacy);
  shown.persons.clear();  // they are covered; the lines over them need not be
  const auto jpeg = evidence::jpeg(evidence::with_grid(shown, zones), {}, {1920, 90});
  if (!jpeg) give_up("snapshot: " + jpeg.error().what);
  if (auto written = outbox::write_durably(options.output, *jpeg); !written) give_up("snapshot: " + written.error().what);
}

}  // namespace

void add_snapshot(CLI::App& app) {
  auto* command = app.add_subcommand(
      "snapshot", "One picture of a camera with a grid and its zones; with --reference, kept as how a zone looks when empty");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->file);
  command->add_option("--camera", options->camera, "Which camera; may be left out where there is one");
  command->add_option("-o,--output", options->output, "The JPEG to write");
  command
      ->add_option("--reference", options->reference,
                   "empty: keep it as how --zone looks empty; view: keep it as what the camera should see")
      ->check(CLI::IsMember({"empty", "view"}));
  command->add_option("--zone", options->zone, "The zone that is empty now");
  command->callback([options] { snapshot(*options); });
}

}  // namespace kuzet::cli
