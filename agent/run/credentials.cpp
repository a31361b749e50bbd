// SPDX-License-Identifier: Apache-2.0
// Names, password and certificates.
#include "agent/run/credentials.hpp"

#include "agent/enrolment/identity.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/run/eye.hpp"

#include <sys/stat.h>
#include <boost/json/array.hpp>

namespace kuzet::run {

namespace json = boost::json;

namespace {

Result<std::string> first_line(const std::string& file) {
  auto text = outbox::read_file(file);
  if (!text) return text.error();
  return text->substr(0, text->find_first_of("\r\n"));
}

}  // namespace

TlsSettings tls_of(const UplinkSettings& uplink) {
  TlsSettings out = uplink.tls;
  if (uplink.identity.empty()) return out;
  const enrolment::IdentityFolder folder(uplink.identity);
  if (out.certificate.empty() && out.key.empty()) out.certificate = out.key = folder.identity().string();
  std::error_code failed;
  if (out.ca.empty() && std::filesystem::exists(folder.authority(), failed)) out.ca = folder.authority().string();
  return out;
}

std::optional<link::Version> version_of(const std::string& setting) {
  if (setting == "5") return link::Version::v5;
  if (setting == "3.1.1") return link::Version::v311;
  return std::nullopt;
}

uplink::Identity identity_of(const Configuration& all) {
  const std::string prefix = all.uplink && !all.uplink->prefix.empty() ? all.uplink->prefix + "/" : "";
  std::optional<Point> place;
  if (all.node.location) place = Point{all.node.location->longitude, all.node.location->latitude};
  return {all.node.id, all.node.site, prefix, place, all.fingerprint};
}

Result<link::Connection> connection_of(const Configuration& all) {
  const UplinkSettings& uplink = *all.uplink;
  link::Connection connection;
  connection.client_id = "kuzet-" + all.node.site + "-" + all.node.id;
  connection.username = uplink.username;
  auto tls = tls_of(uplink);
  connection.ca = std::move(tls.ca);
  connection.certificate = std::move(tls.certificate);
  connection.key = std::move(tls.key);
  connection.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(uplink.keep_alive);
  if (!uplink.password_file.empty()) {
    auto password = first_line(uplink.password_file);
    if (!password) return Error{Code::config, "uplink.password_file: " + password.error().what};
    connection.password = std::move(*password);
  }
  return connection;
}

Result<drivers::CameraRequest> request_of(const CameraSettings& camera, drivers::Pace pace) {
  drivers::CameraRequest out;
  out.source = camera.source;
  out.pace = pace;
  out.repeat = camera.repeat && pace == drivers::Pace::real_time;
  out.rate = camera.rate;
  out.timeout = camera.timeout;
  out.username = camera.username;
  if (!camera.password_file.empty()) {
    auto password = first_line(camera.password_file);
    if (!password) return Error{Code::config, "password_file: " + password.error().what};
    out.password = std::move(*password);
  }
  out.transport = camera.transport == "tcp"   ? drivers::Transport::tcp
                  : camera.transport == "udp" ? drivers::Transport::udp
                                              : drivers::Transport::automatic;
  out.hwaccel = camera.hwaccel;
  out.format = camera.format;
  out.size = camera.wanted_size();
  out.decode = camera.decode == "key" ? drivers::Decode::key : drivers::Decode::all;
  return out;
}

std::string credentials_mark(const UplinkSettings& uplink) {
  std::string mark;
  const auto tls = tls_of(uplink);
  for (const auto& file : {uplink.password_file, tls.ca, tls.certificate, tls.key}) {
    struct stat status {};
    if (file.empty() || ::stat(file.c_str(), &status) != 0) status = {};
    for (const auto part : {static_cast<long long>(status.st_ino), static_cast<long long>(status.st_size),
                            static_cast<long long>(status.st_mtim.tv_sec), static_cast<long long>(status.st_mtim.tv_nsec)})
      mark += std::to_string(part) + " ";
  }
  return mark;
}

json::object account_of(const Configuration& all, const std::string& key, const std::vector<std::string>& rules) {
  json::array cameras, sensors, outputs;
  for (const auto& camera : all.cameras) {
    json::array zones;
    for (const auto& zone : camera.zones) zones.emplace_back(zone.id);
    cameras.push_back(json::object{{"id", camera.id}, {"zones", std::move(zones)}});
  }
  for (const auto& sensor : all.sensors) {
    json::array readings;
    for (const auto& reading : sensor.readings()) readings.emplace_back(reading);
    sensors.push_back(
        json::object{{"id", sensor.id}, {"driver", sensor.attached.type->name}, {"readings", std::move(readings)}});
  }
  for (const auto& output : all.site.outputs)
    outputs.push_back(json::object{{"id", output.id}, {"driver", output.attached.type->name}});
  return {{"name", all.node.name},
          {"kind", all.node.kind},
          {"versions", json::object{{"kuzet", KUZET_VERSION}}},
          {"key", key},
          {"cameras", std::move(cameras)},
          {"sensors", std::move(sensors)},
          {"outputs", std::move(outputs)},
          {"rules", json::array(rules.begin(), rules.end())}};
}

}  // namespace kuzet::run
