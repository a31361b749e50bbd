// SPDX-License-Identifier: Apache-2.0
// Declaration and reading of the configuration.
#include "agent/run/configuration.hpp"

#include "agent/core/source.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/run/camera_schema.hpp"
#include "agent/run/fingerprint.hpp"
#include "agent/run/local_time.hpp"
#include "agent/run/models.hpp"

#include <unistd.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>

namespace kuzet::run {

namespace s = settings;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::uintmax_t largest_file = std::uintmax_t{1} << 20;

s::Declared<NodeSettings> location() {
  const Schema<Location> place{
      s::required(s::number<Location>("latitude", &Location::latitude, {-90, 90}, "degrees", "Degrees north (WGS 84).")),
      s::required(s::number<Location>("longitude", &Location::longitude, {-180, 180}, "degrees", "Degrees east (WGS 84).")),
  };
  Field field{"location",           "settings", "", "", "", "Where the board stands.", false, s::object_schema(place.fields()),
              place.shared_fields()};
  return {field, [place](NodeSettings& node, const Node& value, const std::string& key, Faults& faults) {
            place.read(node.location.emplace(), value, key, faults);
          }};
}

const Schema<NodeSettings>& node_schema() {
  static const Schema<NodeSettings> schema{
      s::required(s::id<NodeSettings>("id", &NodeSettings::id, "This board's name, unique within its site.")),
      s::required(s::id<NodeSettings>("site", &NodeSettings::site, "The site's name, unique within the city.")),
      s::choice<NodeSettings>("kind", &NodeSettings::kind, {"landfill", "school", "road", "other"},
                              "What kind of place it is."),
      s::text<NodeSettings>("name", &NodeSettings::name, "The place as people call it."),
      location(),
      s::text<NodeSettings>("timezone", &NodeSettings::timezone, "Time zone of the place, for hours in rules."),
  };
  return schema;
}

/// The declaration with what a text, or each of a list, must look like, for editors.
template <class T>
s::Declared<T> like(s::Declared<T> declared, const char* pattern) {
  json::object text{{"type", "string"}, {"pattern", pattern}};
  if (declared.field.schema.contains("items"))
    declared.field.schema["items"] = std::move(text);
  else
    declared.field.schema = std::move(text);
  return declared;
}

const Schema<UplinkSettings>& uplink_schema() {
  static const Schema<TlsSettings> tls{
      s::text<TlsSettings>("ca", &TlsSettings::ca,
                           "File with the authorities that are trusted; without it, those of the system."),
      s::text<TlsSettings>("certificate", &TlsSettings::certificate, "File with this board's own certificate."),
      s::text<TlsSettings>("key", &TlsSettings::key, "File with the private key of that certificate."),
  };
  static const Schema<UplinkSettings> schema{
      s::required(like(
          s::texts<UplinkSettings>("servers", &UplinkSettings::servers,
                                   "MQTT brokers, tried in order: mqtt:// or mqtts:// (TLS), ws:// or wss://, host and port."),
          "^(mqtts?|wss?)://")),
      s::text<UplinkSettings>("username", &UplinkSettings::username, "The name this board has at the broker."),
      s::text<UplinkSettings>("password_file", &UplinkSettings::password_file, "File whose first line is the password."),
      like(s::text<UplinkSettings>("prefix", &UplinkSettings::prefix, "What stands before kuzet/v1 in every topic."),
           "^[^+#]*$"),
      s::choice<UplinkSettings>("version", &UplinkSettings::version, {"auto", "5", "3.1.1"},
                                "MQTT version; auto tries 5 first and falls back where a broker does not have it."),
      s::duration<UplinkSettings>("keep_alive", &UplinkSettings::keep_alive, {5s, 10min},
                                  "How often an idle connection is tried."),
      s::number<UplinkSettings>(
          "drain", &UplinkSettings::drain, {0, 100000}, "messages a second",
          "How fast a backlog is sent, so that it overruns no subscriber's queue; 0: as fast as it goes."),
      s::duration<UplinkSettings>("resend", &UplinkSettings::resend, {1s, 24h},
                                  "An alert that the control centre has not confirmed is sent again after this long."),
      s::text<UplinkSettings>("command_key", &UplinkSettings::command_key,
                              "File with the site's public key (Ed25519, PEM); with it, commands must be signed."),
      s::choice<UplinkSettings>(
          "link", &UplinkSettings::link, {"open", "metered"},
          "Whether each byte costs money: over a metered link no films are sent, and pictures by the day's "
          "budget."),
      s::bytes<UplinkSettings>("daily", &UplinkSettings::daily, {{0}, {std::uint64_t{1} << 50}},
                               "What a metered link may carry in a day before pictures wait; alerts are always sent."),
      s::group<UplinkSettings>("tls", &UplinkSettings::tls, tls, "Certificates for mqtts:// and wss://."),
      s::text<UplinkSettings>(
          "identity", &UplinkSettings::identity,
          "Folder that `kuzet enroll` fills with this board's certificate and key, which the agent renews."),
  };
  return schema;
}

const Schema<StoreSettings>& store_schema() {
  static const s::Range<Bytes> any{{0}, {std::uint64_t{1} << 50}};
  static const Schema<StoreSettings> schema{
      s::text<StoreSettings>("path", &StoreSettings::path, "Folder of the store: alerts, their journal and their pictures."),
      s::bytes<StoreSettings>("evidence", &StoreSettings::evidence, any,
                              "Room for pictures; the oldest that were sent go first."),
      s::bytes<StoreSettings>("telemetry", &StoreSettings::telemetry, any,
                              "Room for readings and observations that wait; the oldest go first, and a gap message says so."),
      s::bytes<StoreSettings>("history", &StoreSettings::history, any,
                              "Room for figures of readings and counts by minute and hour; the oldest go first."),
      s::bytes<StoreSettings>("journal", &StoreSettings::journal, any,
                              "Room for the journal of alerts; beyond it the oldest confirmed ones go."),
      s::bytes<StoreSettings>("keep_free", &StoreSettings::keep_free, any, "Free disk that is left to alerts alone."),
      s::bytes<StoreSettings>(
          "daily", &StoreSettings::daily, any,
          "What may be written to the card in a day before pictures and observations are spared; alerts are "
          "always written."),
  };
  return schema;
}

s::Declared<Configuration> uplink() {
  Field field{"uplink",
              "settings",
              "",
              "",
              "",
              "The way to the control centre; without it, alerts are stored on the board only.",
              false,
              s::object_schema(uplink_schema().fields()),
              uplink_schema().shared_fields()};
  return {field, [](Configuration& all, const Node& node, const std::string& key, Faults& faults) {
            uplink_schema().read(all.uplink.emplace(), node, key, faults);
            const auto known = {"mqtt://", "mqtts://", "ws://", "wss://"};
            for (const auto& server : all.uplink->servers)
              if (std::ranges::none_of(known, [&](const char* scheme) { return server.starts_with(scheme); }))
                faults.add(node.at, key + ".servers", "\"" + server + "\" must begin with mqtt://, mqtts://, ws:// or wss://");
            // A broker ends every connection that publishes to such a topic.
            if (all.uplink->prefix.find_first_of("+#") != std::string::npos)
              faults.add(node.at, key + ".prefix",
                         "\"" + all.uplink->prefix + "\" must not hold + or #: these are for subscribers");
          }};
}

s::Declared<Configuration> sensors() {
  return {sensors_field(), [](Configuration& all, const Node& node, const std::string& key, Faults& faults) {
            read_sensors(all.sensors, node, key, faults);
          }};
}

void check_watches(const CameraSettings& camera, const std::string& key, Faults& faults) {
  std::vector<std::string> names, seen;
  for (const auto& zone : camera.zones) names.push_back(zone.id);
  for (std::size_t i = 0; i < camera.detect.size(); ++i) {
    const auto& watch = camera.detect[i];
    if (watch.type == nullptr) continue;  // told already
    const std::string place = item(key + ".detect", i);
    const std::string& zone = watch.plan.zone;
    if (zone.empty() && watch.type->needs_zone)
      faults.add(watch.at, place + ".zone",
                 "is missing: " + std::string(watch.type->name) + " watches a zone" + suggestion("", names));
    if (!zone.empty() && std::ranges::find(names, zone) == names.end())
      faults.add(watch.at, place + ".zone", "there is no zone \"" + zone + "\" at this camera" + suggestion(zone, names));
    const std::string rule = std::string(watch.type->name) + "/" + zone;
    if (std::ranges::find(seen, rule) != seen.end())
      faults.add(watch.at, place, "the same detector watches the same place already");
    seen.push_back(rule);
  }
}

/// Every camera is guarded against being covered or turned, also where nobody thought of it.
void guard(CameraSettings& camera, Faults& faults) {
  for (const auto* type : vision::detector_types()) {
    const bool there = std::ranges::any_of(camera.detect, [&](const Watch& watch) { return watch.type == type; });
    if (!type->guards || there) continue;
    Node entry;
    entry.type = Node::Type::map;
    entry.at = camera.at;
    entry.members.push_back({"type", camera.at, Node{Node::Type::scalar, camera.at, std::string(type->name), false, {}, {}}});
    Watch watch;
    watch.type = type;
    watch.plan = type->plan(entry, "detect", faults);
    watch.at = camera.at;
    camera.detect.push_back(std::move(watch));
  }
}

void check_node(const Configuration& all, const Node& root, Faults& faults) {
  const Node* node = root.find("node");
  const Node* zone = node == nullptr ? nullptr : node->find("timezone");
  if (zone == nullptr) return;
  if (auto known = check_time_zone(all.node.timezone); !known) faults.add(zone->at, "node.timezone", known.error().what);
}

/// Cameras and sensors have one name each: both are sources of alerts and observations.
void check_sensors(const Configuration& all, const std::string& key, Faults& faults) {
  for (std::size_t i = 0; i < all.sensors.size(); ++i) {
    const auto& sensor = all.sensors[i];
    const auto earlier = std::span(all.sensors).first(i);
    if (sensor.id == "node") faults.add(sensor.at, item(key, i) + ".id", "\"node\" is the board itself");
    if (sensor.id.empty() ||
        (std::ranges::find(earlier, sensor.id, &SensorSettings::id) == earlier.end() && all.camera(sensor.id) == nullptr))
      continue;
    faults.add(sensor.at, item(key, i) + ".id", "there is a camera or sensor \"" + sensor.id + "\" already");
  }
}

void check_cameras(Configuration& all, const Node& root, const std::string& key, Faults& faults) {
  const Node* list = root.find("cameras");
  if (list == nullptr || list->items.size() != all.cameras.size()) return;  // the key is there twice, which was told
  const auto place_of = [](const Node& settings, std::string_view name) {
    const Node* value = settings.find(name);
    return value == nullptr ? settings.at : value->at;
  };
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < all.cameras.size(); ++i) {
    CameraSettings& camera = all.cameras[i];
    const Node& node = list->items[i];
    camera.at = node.at;
    camera.covers_persons = camera.persons == "pixelate" || (camera.persons.empty() && all.node.kind == "school");
    const std::string place = item(key, i);
    if (!camera.id.empty() && std::ranges::find(seen, camera.id) != seen.end())
      faults.add(place_of(node, "id"), place + ".id", "there is a camera \"" + camera.id + "\" already");
    seen.push_back(camera.id);
    if (!camera.source.empty() && drivers::find_camera(camera.source) == nullptr)
      faults.add(place_of(node, "source"), place + ".source",
                 "this version cannot read \"" + shown_source(camera.source) +
                     "\": give rtsp:// or http://, a device, a video file or a folder of pictures");
    if (!camera.size.empty() && !camera.wanted_size())
      faults.add(place_of(node, "size"), place + ".size", "\"" + camera.size + "\" is no size such as 1280x720");
    camera.model_at = place_of(node, "model");
    if (!camera.model.empty())
      if (const auto fit = Models::glance(camera.model); !fit) faults.add(camera.model_at, place + ".model", fit.error().what);
    check_watches(camera, place, faults);
    guard(camera, faults);
    camera.fingerprint = fingerprint_of(node) + (camera.covers_persons ? " covered" : "");
  }
}

std::string fingerprint_in(const Node& root, std::string_view key) {
  const Node* part = root.find(key);
  return part == nullptr ? "-" : fingerprint_of(*part);
}

/// What a reload compares. Files of holidays count as what they hold.
void take_fingerprints(Configuration& all, const Node& root) {
  const std::string prefix = all.uplink ? all.uplink->prefix : "";
  if (all.uplink) all.uplink->fingerprint = fingerprint_in(root, "uplink");
  all.parts.foundation = fingerprint_in(root, "node") + " " + fingerprint_in(root, "store") + " " + prefix;
  std::string calendars = fingerprint_in(root, "calendars");
  for (const auto& calendar : all.site.rules.calendars) {
    std::ifstream holidays(calendar.holidays, std::ios::binary);
    calendars += " " + outbox::sha256(std::string(std::istreambuf_iterator<char>(holidays), {}));
  }
  all.parts.access = fingerprint_in(root, "access") + " " + calendars;
  all.site.rules.surroundings = calendars + " " + fingerprint_in(root, "conditions") + " " + all.parts.foundation;
}

Schema<Configuration> make_schema() {
  Schema<Configuration> all{
      s::required(s::group<Configuration>("node", &Configuration::node, node_schema(), "Who this board is.")),
      uplink(),
      s::group<Configuration>("store", &Configuration::store, store_schema(),
                              "Where alerts are kept until the centre has them."),
      s::number<Configuration>("cpu", &Configuration::cpu, {5, 100}, "% of the board's processor",
                               "What the agent may use, all cores together; beyond it, it asks models and looks less often, "
                               "never below what each detector needs."),
      s::duration<Configuration>(
          "trial", &Configuration::trial, {10s, 24h},
          "How long a new configuration may be without the broker, or without a camera or sensor that worked "
          "before, until the last good one comes back by itself."),
      s::list<Configuration>("cameras", &Configuration::cameras, camera_schema(), "The cameras and what to look for."),
      sensors(),
  };
  for (auto& one : site_declarations()) all.add(std::move(one));
  return all;
}

const Schema<Configuration>& schema() {
  static const Schema<Configuration> all = make_schema();
  return all;
}

}  // namespace

const CameraSettings* Configuration::camera(const std::string& id) const {
  const auto found = std::ranges::find(cameras, id, &CameraSettings::id);
  return found == cameras.end() ? nullptr : &*found;
}

const SensorSettings* Configuration::sensor(const std::string& id) const {
  const auto found = std::ranges::find(sensors, id, &SensorSettings::id);
  return found == sensors.end() ? nullptr : &*found;
}

const std::vector<Field>& configuration_fields() { return schema().fields(); }

Result<Configuration> parse(const std::string& text, const std::string& name, const Environment& environment,
                            const Amend& amend, std::vector<Fault>* found) {
  Faults faults(name);
  Configuration all;
  Node root = read_yaml(text, environment, faults);
  if (faults.none() && root.type == Node::Type::nothing)
    faults.add({1, 1}, "", "the configuration is empty; `node` with `id` and `site` is the least");
  if (amend && faults.none())
    for (const auto& fault : amend(root)) faults.add(fault.at, fault.key, fault.what);
  if (faults.none() || (root.type == Node::Type::map && !amend)) {
    schema().read(all, root, "", faults);
    check_node(all, root, faults);
    check_cameras(all, root, "cameras", faults);
    check_sensors(all, "sensors", faults);
    check_site(all, root, faults);
    take_fingerprints(all, root);
  }
  if (found != nullptr) *found = faults.all();
  if (!faults.none()) return Error{Code::config, faults.text()};
  all.fingerprint = outbox::sha256(text).substr(0, 16);
  return all;
}

Result<std::string> read_configuration(const std::filesystem::path& file) {
  std::error_code failed;
  if (std::filesystem::is_directory(file, failed))
    return Error{Code::io, file.string() + ": is a folder, not a configuration file"};
  if (std::filesystem::is_regular_file(file, failed) && std::filesystem::file_size(file, failed) > largest_file)
    return Error{Code::config, file.string() + ":1:1: larger than 1 MiB: this is no configuration\n"};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    const int why = errno;
    return Error{Code::io, file.string() + ": " + std::generic_category().message(why) +
                               (why == EACCES && ::geteuid() != 0 ? " (try it with sudo)" : "")};
  }
  std::string text;
  for (std::array<char, 4096> part{}; stream.read(part.data(), part.size()) || stream.gcount() > 0;) {
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > largest_file)
      return Error{Code::config, file.string() + ":1:1: larger than 1 MiB: this is no configuration\n"};
  }
  return text;
}

Result<Configuration> load(const std::filesystem::path& file, const Environment& environment) {
  const auto text = read_configuration(file);
  if (!text) return text.error();
  return parse(*text, file.string(), environment);
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value != nullptr) return value;
    // What is typed by hand is about the service's configuration, and systemd tells this place to the service alone.
    if (name == "CREDENTIALS_DIRECTORY") return "/run/credentials/kuzet.service";
    return std::nullopt;
  };
}

}  // namespace kuzet::run
