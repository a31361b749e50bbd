// SPDX-License-Identifier: Apache-2.0
// `kuzet model`: ONNX detectors on this board, with their SHA-256, their licence and how fast they are here.
#include "agent/cli/cli.hpp"
#include "agent/cli/fetch.hpp"
#include "agent/cli/owner.hpp"
#include "agent/core/json.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/run/engine.hpp"
#include "vision/scene/object_model.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <vector>

namespace kuzet::cli {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest = std::uint64_t{64} << 20;  // of what is loaded from the network

struct Published {
  std::string_view name, url, sha256, licence;
  std::uint64_t bytes;
};

/// What `get` knows by name, down to the last bit.
constexpr std::array published{Published{
    "nanodet",
    "https://github.com/opencv/opencv_zoo/raw/main/models/object_detection_nanodet/object_detection_nanodet_2022nov.onnx",
    "4b82da9944b88577175ee23a459dce2e26e6e4be573def65b1055dc2d9720186", "Apache-2.0", 3800954}};

struct Options {
  std::string config = "/etc/kuzet/kuzet.yaml";
  std::string folder;
  std::string what;  ///< a file or a name
  std::string name, licence = "unknown", from, ca;
  bool as_json = false;
};

fs::path folder_of(const Options& options) {
  return options.folder.empty() ? fs::path(load_or_exit(options.config).store.path) / "models" : fs::path(options.folder);
}

bool is_name(const std::string& text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, fits);
}

std::string checked_name(const std::string& name) {
  if (!is_name(name)) give_up("model: \"" + name + "\" is no name: 1 to 40 of a-z, 0-9, _ and -", wrong_usage);
  return name;
}

/// A file's name as the name of a model.
std::string name_from(const fs::path& file) {
  std::string out = file.stem().string().substr(0, 40);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_name(std::string(1, c))) c = '-';
  }
  return out;
}

/// Milliseconds for one picture on this board, the middle of five.
double measured_ms(vision::ObjectModel& model) {
  cv::setNumThreads(1);
  const cv::Mat picture(model.input(), CV_8UC3, cv::Scalar::all(127));
  std::array<double, 5> taken{};
  for (double& one : taken) {
    const auto begin = std::chrono::steady_clock::now();
    (void)model.try_run(picture);
    one = in_seconds(std::chrono::steady_clock::now() - begin) * 1000;
  }
  std::ranges::sort(taken);
  return rounded(taken[taken.size() / 2], 1);
}

/// Checks the bytes, measures, and puts the file and what is known of it into the folder: the file first, so that whatever is
/// described is there.
void keep(const Options& options, const std::string& name, const std::string& bytes, const std::string& source,
          const std::string& licence) {
  const std::string sha256 = outbox::sha256(bytes);
  const auto engine = run::onnx_engine();
  if (!engine) give_up("model: " + engine.error().what);
  auto model = vision::ObjectModel::read(bytes, sha256, **engine);
  if (!model) give_up("model: " + source + ": " + model.error().what);
  const fs::path folder = folder_of(options);
  const json::object about{{"name", name},
                           {"file", name + ".onnx"},
                           {"sha256", sha256},
                           {"bytes", bytes.size()},
                           {"layout", vision::name((*model)->family())},
                           {"licence", licence},
                           {"source", source},
                           {"measured_ms", measured_ms(**model)}};
  // As the store's owner: the agent must be able to read it, and root shall not follow what others lay there.
  const Owner owner = owner_of(folder.parent_path());
  if (auto made = make_store(folder.parent_path(), owner); !made) give_up("model: " + made.error().what);
  const Acting acting(owner);
  if (auto made = outbox::make_folder(folder); !made) give_up("model: " + made.error().what);
  if (auto written = outbox::write_durably(folder / (name + ".onnx"), bytes); !written)
    give_up("model: " + written.error().what);
  if (auto written = outbox::write_durably(folder / (name + ".json"), json_text(about) + "\n"); !written)
    give_up("model: " + written.error().what);
  std::cerr << (folder / (name + ".onnx")).string() << ": " << vision::name((*model)->family()) << ", "
            << about.at("measured_ms").as_double() << " ms a picture on this board\n";
}

void add(const Options& options) {
  const std::string name = checked_name(options.name.empty() ? name_from(options.what) : options.name);
  const auto bytes = outbox::read_file(options.what);
  if (!bytes) give_up("model: " + bytes.error().what);
  keep(options, name, *bytes, options.what, options.licence);
}

void get(const Options& options) {
  const auto* found = std::ranges::find(published, options.what, &Published::name);
  if (found == published.end()) {
    std::vector<std::string> names;
    for (const auto& one : published) names.emplace_back(one.name);
    give_up("model: there is no model \"" + options.what + "\" to get" + suggestion(options.what, names), wrong_usage);
  }
  const std::string url = options.from.empty() ? std::string(found->url) : options.from;
  const auto bytes = fetch({url, std::min(largest, found->bytes), found->bytes, options.ca});
  if (!bytes) give_up("model: " + bytes.error().what);
  if (const auto sha256 = outbox::sha256(*bytes); sha256 != found->sha256)
    give_up("model: " + url + ": the file is not the one that was published: its SHA-256 is " + sha256);
  keep(options, std::string(found->name), *bytes, url, std::string(found->licence));
}

/// What is known of each model in the folder, sorted by name; `sound` says whether the file is still the same.
std::vector<json::object> known(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (entry->path().extension() == ".json" && is_name(entry->path().stem().string())) files.push_back(entry->path());
  std::ranges::sort(files);
  std::vector<json::object> out;
  for (const auto& file : files) {
    const auto text = outbox::read_file(file);
    json::error_code broken;
    auto value = text ? json::parse(*text, broken) : json::value();
    auto about = !broken && value.is_object() ? std::move(value.as_object()) : json::object();
    const std::string name = file.stem().string();
    about["name"] = name;
    const auto bytes = outbox::read_file(folder / (name + ".onnx"));
    const auto* sha256 = about.if_contains("sha256");
    about["sound"] = bytes && sha256 != nullptr && sha256->is_string() && sha256->as_string() == outbox::sha256(*bytes);
    out.push_back(std::move(about));
  }
  return out;
}

std::string told(const json::object& about, const char* key) {
  const auto* value = about.if_contains(key);
  if (value == nullptr) return "unknown";
  return value->is_string() ? std::string(value->as_string()) : json_text(*value);
}

void list(const Options& options) {
  for (const auto& about : known(folder_of(options))) {
    if (options.as_json)
      std::cout << json_text(about) << '\n';
    else
      std::cout << told(about, "name") << "  " << told(about, "layout") << "  " << told(about, "measured_ms") << " ms  "
                << told(about, "licence") << "  " << told(about, "sha256")
                << (about.at("sound").as_bool() ? "" : "  DAMAGED: the file is not the one that was added") << '\n';
  }
  if (!std::cout.flush()) give_up(output_broken);
}

void remove(const Options& options) {
  const std::string name = checked_name(options.what);
  const fs::path folder = folder_of(options);
  std::error_code failed;
  const bool described = fs::remove(folder / (name + ".json"), failed);
  if (failed) give_up("model: " + (folder / (name + ".json")).string() + ": " + failed.message());
  const bool there = fs::remove(folder / (name + ".onnx"), failed);
  if (failed) give_up("model: " + (folder / (name + ".onnx")).string() + ": " + failed.message());
  if (!described && !there) give_up("model: there is no model \"" + name + "\" in " + folder.string());
  if (auto flushed = outbox::flush_folder(folder); !flushed) give_up("model: " + flushed.error().what);
}

CLI::App* action(CLI::App& model, const std::string& name, const std::string& help, const std::shared_ptr<Options>& options,
                 void (*run)(const Options&)) {
  auto* command = model.add_subcommand(name, help);
  add_config_option(*command, options->config);
  command->add_option("--dir", options->folder, "The folder of the models; default: models in the store of the configuration");
  command->callback([options, run] { run(*options); });
  return command;
}

}  // namespace

void add_model(CLI::App& app) {
  auto* model = app.add_subcommand("model", "ONNX detectors on this board: their SHA-256, licence and speed");
  model->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  auto* adding = action(*model, "add", "Copies a model from a file, once it can be read, and measures it", options, &add);
  adding->add_option("file", options->what, "An ONNX file (NanoDet or YOLOX, 80 classes)")->required();
  adding->add_option("--name", options->name, "What it is called here; default: the file's name");
  adding->add_option("--licence", options->licence, "Under which licence it may be used")->capture_default_str();
  auto* getting = action(*model, "get", "Loads a published model over HTTPS and believes no other bytes", options, &get);
  getting->add_option("name", options->what, "nanodet")->required();
  getting->add_option("--from", options->from, "Another address (https) of the same file");
  getting->add_option("--ca", options->ca, "File with the authorities to trust; default: the system's");
  auto* listing = action(*model, "list", "The models here", options, &list);
  listing->add_flag("--json", options->as_json, "JSON Lines");
  auto* removing = action(*model, "remove", "Removes a model", options, &remove);
  removing->add_option("name", options->what, "Its name")->required();
}

}  // namespace kuzet::cli
