// SPDX-License-Identifier: Apache-2.0
// The whole configuration: one YAML file, every setting declared once, every fault told with its place.
#pragma once

#include "agent/core/settings.hpp"
#include "agent/run/sensor_schema.hpp"
#include "agent/run/site_schema.hpp"
#include "drivers/camera.hpp"
#include "vision/detector.hpp"
#include "vision/scene/object_model.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::run {

struct Location {
  double latitude = 0;
  double longitude = 0;
};

struct NodeSettings {
  std::string id;
  std::string site;
  std::string kind = "other";
  std::string name;
  std::optional<Location> location;
  std::string timezone = "UTC";
};

struct TlsSettings {
  std::string ca;
  std::string certificate;
  std::string key;
};

struct UplinkSettings {
  std::vector<std::string> servers;
  std::string username;
  std::string password_file;
  std::string prefix;
  std::string version = "auto";
  Duration keep_alive = std::chrono::seconds(20);
  double drain = 200;
  Duration resend = std::chrono::minutes(5);
  std::string command_key;
  std::string link = "open";             ///< open, or metered: it costs money for each byte
  Bytes daily{std::uint64_t{50} << 20};  ///< of a metered link: pictures stop when the day's messages and pictures reach it
  TlsSettings tls;
  std::string identity = {};     ///< folder that `kuzet enroll` fills: certificate, key and authority of this board
  std::string fingerprint = {};  ///< of all of these settings, as they were written (see fingerprint_of)
};

struct StoreSettings {
  std::string path = "/var/lib/kuzet";
  Bytes evidence{std::uint64_t{2} << 30};
  Bytes telemetry{std::uint64_t{256} << 20};
  Bytes history{std::uint64_t{256} << 20};
  Bytes journal{std::uint64_t{1} << 30};
  Bytes keep_free{std::uint64_t{1} << 30};
  Bytes daily{250'000'000};  ///< what may be written to the card in a day; alerts are always written
};

struct Zone {
  std::string id;
  Polygon polygon;
};

/// One entry under `detect`, its settings read by the detector itself.
struct Watch {
  const vision::DetectorType* type = nullptr;
  vision::Plan plan;
  Place at;  ///< of its zone, where it names one
};

/// The film that goes with alerts whose rule says `evidence: clip`.
struct ClipSettings {
  Duration before = std::chrono::seconds(5);
  Duration after = std::chrono::seconds(5);
  double rate = 4;           ///< pictures a second
  std::int64_t width = 640;  ///< pixels at most
};

struct CameraSettings {
  std::string id;
  std::string source;
  std::optional<double> analyse;
  bool repeat = false;
  std::optional<double> rate;
  std::string username;
  std::string password_file;
  std::string transport = "auto";  ///< auto, tcp, udp
  std::string decode = "auto";     ///< auto, all, key
  std::string hwaccel = "auto";    ///< auto, none, or a name
  std::string format;
  std::string size;  ///< as written: 1280x720
  Duration timeout = std::chrono::seconds(10);
  Duration offline_after = std::chrono::minutes(1);
  ClipSettings clip;
  std::vector<Zone> zones;
  std::vector<Polygon> privacy;
  std::string persons;          ///< pixelate, show, or nothing was said
  bool covers_persons = false;  ///< what follows from it and from the kind of place
  std::vector<Watch> detect;
  std::string model;      ///< file of an object detector; empty for none
  double model_rate = 2;  ///< how often a second it is asked at most
  Place at;
  Place model_at;
  std::shared_ptr<vision::Network> network;  ///< of `model`, once it is open (see open_models)
  std::string fingerprint = {};              ///< of the whole entry and of what follows for it from the kind of place

  /// The polygon of a zone; empty (the whole picture) for an empty name.
  [[nodiscard]] Polygon zone(const std::string& id) const;
  /// The size that is asked of a device; nullopt where none is.
  [[nodiscard]] std::optional<drivers::PictureSize> wanted_size() const;
};

/// What a reload compares, beside what cameras, sensors, outputs and the uplink carry themselves.
struct Fingerprints {
  std::string foundation;  ///< node, store and the topics' prefix: where it differs, all begins anew
  std::string access;      ///< sites with terminals, and the calendars that open them
};

struct Configuration {
  NodeSettings node;
  std::optional<UplinkSettings> uplink;
  StoreSettings store;
  double cpu = 90;  ///< per cent of the board's processor, all cores together, that the agent may use
  Duration trial =
      std::chrono::minutes(5);  ///< a new configuration that loses the broker or a camera or sensor for so long is taken back
  std::vector<CameraSettings> cameras;
  std::vector<SensorSettings> sensors;
  SiteConfiguration site;
  std::string fingerprint;  ///< the first 16 hexadecimal digits of the file's SHA-256
  Fingerprints parts = {};

  [[nodiscard]] const CameraSettings* camera(const std::string& id) const;
  [[nodiscard]] const SensorSettings* sensor(const std::string& id) const;
};

/// Reads and checks the whole file. `io`: it cannot be read. `config`: what() holds one line for each fault
/// ("kuzet.yaml:12:7: cameras[0].dwel: unknown key; did you mean \"dwell\"?").
Result<Configuration> load(const std::filesystem::path& file, const Environment& environment);

/// The file's text; `config` where it is larger than any configuration.
Result<std::string> read_configuration(const std::filesystem::path& file);

/// Changes a tree before its settings are read, and tells what may not be changed so.
using Amend = std::function<std::vector<Fault>(Node& root)>;

/// The same for a text that has been read already; `name` stands in the faults. What `amend` finds wrong, and what is wrong
/// with the amended tree, stands one by one in `found` too, where that is given.
Result<Configuration> parse(const std::string& text, const std::string& name, const Environment& environment,
                            const Amend& amend = {}, std::vector<Fault>* found = nullptr);

/// The process's environment.
Environment process_environment();

/// The settings at the top level of the file, for `describe` and the JSON Schema.
const std::vector<Field>& configuration_fields();

}  // namespace kuzet::run
