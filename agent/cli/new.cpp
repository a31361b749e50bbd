// SPDX-License-Identifier: Apache-2.0
// `kuzet new landfill|school|road`: a complete, commented configuration for the board it runs on.
#include "agent/cli/cli.hpp"
#include "agent/cli/preset.hpp"
#include "agent/cli/replace_file.hpp"
#include "agent/core/source.hpp"
#include "agent/outbox/disk.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <memory>
#include <system_error>

namespace kuzet::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string place, output, id, site, name, store = "/var/lib/kuzet";
  std::vector<std::string> cameras;
  bool force = false;
};

/// Beside where the program is installed; from a build folder, where packages put it.
std::string schema_file() {
  constexpr const char* installed = "/usr/share/kuzet/schema/kuzet.schema.json";
  std::error_code failed;
  const auto program = fs::read_symlink("/proc/self/exe", failed);
  const auto beside = program.parent_path().parent_path() / "share/kuzet/schema/kuzet.schema.json";
  return !failed && fs::exists(beside, failed) ? beside.string() : installed;
}

const PresetText& preset_of(const std::string& place) {
  if (const auto* found = find_preset(place)) return *found;
  std::vector<std::string> names;
  for (const auto& one : preset_texts()) names.emplace_back(one.name);
  give_up("new: there is no preset \"" + place + "\"" + suggestion(place, names), wrong_usage);
}

std::string checked_id(const std::string& text, const std::string& option) {
  if (text.empty() || is_id(text)) return text;
  const auto near = as_id(text);
  give_up("new: " + option + ": \"" + text + "\" is not an id: 1 to 40 of a-z, 0-9, _ and -" +
              (near.empty() ? "" : "; did you mean \"" + near + "\"?"),
          wrong_usage);
}

std::vector<PresetCamera> cameras_of(const Options& options, const Found& found) {
  std::vector<PresetCamera> out;
  const auto add = [&](const std::string& text) {
    const auto camera = camera_named(text, out.size() + 1);
    if (!camera)
      give_up("new: --camera: " + shown_source(text) + ": before = stands an id: 1 to 40 of a-z, 0-9, _ and -", wrong_usage);
    const bool blank = camera->source.find_first_not_of(' ') == std::string::npos;
    if (blank || drivers::find_camera(camera->source) == nullptr)
      give_up("new: --camera: this version cannot read \"" + shown_source(camera->source) + "\"", wrong_usage);
    if (std::ranges::find(out, camera->id, &PresetCamera::id) != out.end())
      give_up("new: --camera: there is a camera \"" + camera->id + "\" already", wrong_usage);
    out.push_back(*camera);
  };
  for (const auto& device : found.cameras) add(device);
  for (const auto& text : options.cameras) add(text);
  return out;
}

/// Nothing goes out that `kuzet check` would refuse.
void check(const std::string& text, const std::string& name) {
  const auto all = run::parse(text, name, [](std::string_view) { return std::nullopt; });
  if (!all) give_up("new: what would be written is no right configuration; please report this:\n" + all.error().what);
}

std::string error_text() { return std::generic_category().message(errno); }

/// Who may read it: its folder's group, so that the agent can. Only root can give a file away; who is not keeps it.
void begin(const fs::path& file, const std::string& text) {
  struct stat folder {};
  if (::stat((file.has_parent_path() ? file.parent_path() : fs::path(".")).c_str(), &folder) != 0)
    give_up("new: " + file.string() + ": " + error_text());
  if (auto written = outbox::write_durably(file, text); !written) give_up("new: " + written.error().what);
  const bool given = ::chown(file.c_str(), ::geteuid(), folder.st_gid) == 0 || ::geteuid() != 0;
  if (!given || ::chmod(file.c_str(), 0640) != 0) give_up("new: " + file.string() + ": " + error_text());
}

void write(const std::string& text, const Options& options) {
  const fs::path file = options.output;
  std::error_code failed;
  if (!fs::exists(file, failed)) return begin(file, text);
  const auto old = fs::canonical(file, failed).string() + ".old";
  if (!options.force)
    give_up("new: " + file.string() + " is there already; --force writes it anew and keeps the old one as " + old);
  if (auto replaced = replace_file(file, text, old); !replaced) give_up("new: " + replaced.error().what);
}

void tell(const Options& options, const PresetWishes& wishes, const Found& found) {
  for (const auto& remark : found.remarks) std::cerr << "kuzet: new: " << remark << '\n';
  for (const auto& camera : wishes.cameras)
    if (camera.secret)
      std::cerr << "kuzet: new: camera " << camera.id << ": its password was not written; put it into /etc/kuzet/" << camera.id
                << ".password\n";
  if (wishes.cameras.empty())
    std::cerr << "kuzet: new: no camera was found; --camera rtsp://10.0.0.5/sub names one of the network\n";
  if (options.output.empty()) return;
  const auto next = [&](const std::string& command) { return command_for(command, wishes.file); };
  std::cerr << options.output << ": written; now " << next("check") << ", " << next("probe") << ", and move its zones by "
            << next("snapshot") << '\n';
}

void make(const Options& options) {
  const PresetText& preset = preset_of(options.place);
  const Found found = look_at_board({"/", options.store});
  PresetWishes wishes;
  wishes.kind = options.place;
  wishes.file = options.output.empty() ? "/etc/kuzet/kuzet.yaml" : options.output;
  wishes.schema = schema_file();
  wishes.id = checked_id(options.id, "--id");
  wishes.site = checked_id(options.site, "--site");
  wishes.name = options.name;
  wishes.store = options.store;
  wishes.cameras = cameras_of(options, found);
  const std::string text = filled(preset, wishes, found);
  check(text, wishes.file);
  if (options.output.empty())
    std::cout << text;
  else
    write(text, options);
  tell(options, wishes, found);
}

}  // namespace

void add_new(CLI::App& app) {
  auto* command =
      app.add_subcommand("new", "Writes a complete, commented configuration for this board: landfill, school or road");
  auto options = std::make_shared<Options>();
  command->add_option("place", options->place, "What it watches: landfill, school or road")->required();
  command->add_option("-o,--output", options->output, "The file to write; without it, standard output");
  command->add_flag("--force", options->force, "Writes over a file that is there; the old one stays beside it as FILE.old");
  command
      ->add_option("--camera", options->cameras,
                   "A camera of the network, such as yard=rtsp://10.0.0.5/sub; several are possible")
      ->allow_extra_args(false);
  command->add_option("--id", options->id, "This board's id; without it, that of its enrolment, or its host name");
  command->add_option("--site", options->site, "The site's id; without it, that of its enrolment");
  command->add_option("--name", options->name, "The place as people call it");
  command->add_option("--store", options->store, "Folder of the store, where models are looked for")->capture_default_str();
  command->callback([options] { make(*options); });
}

}  // namespace kuzet::cli
