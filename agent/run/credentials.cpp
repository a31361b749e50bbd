// SPDX-License-Identifier: Apache-2.0
// Names, password and certificates.
#include "agent/run/credentials.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/run/eye.hpp"

#include <sys/stat.h>
#include <boost/json/array.hpp>

namespace kuzet::run {

namespace json = boost::json;

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
  connection.ca = uplink.tls.ca;
  connection.certificate = uplink.tls.certificate;
  connection.key = uplink.tls.key;
  connection.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(uplink.keep_alive);
  if (!uplink.password_file.empty()) {
    auto text = outbox::read_file(uplink.password_file);
    if (!text) return Error{Code::config, "uplink.password_file: " + text.error().what};
    connection.password = text->substr(0, text->find_first_of("\r\n"));
  }
  return connection;
}

std::string credentials_mark(const UplinkSettings& uplink) {
  std::string mark;
  for (const auto& file : {uplink.password_file, uplink.tls.ca, uplink.tls.certificate, uplink.tls.key}) {
    struct stat status {};
    if (file.empty() || ::stat(file.c_str(), &status) != 0) status = {};
    for (const auto part : {static_cast<long long>(status.st_ino), static_cast<long long>(status.st_size),
                            static_cast<long long>(status.st_mtim.tv_sec), static_cast<long long>(status.st_mtim.tv_nsec)})
      mark += std::to_string(part) + " ";
  }
  return mark;
}

json::object account_of(const Configuration& all, const std::string& key) {
  json::array cameras, rules;
  for (const auto& camera : all.cameras) {
    json::array zones;
    for (const auto& zone : camera.zones) zones.emplace_back(zone.id);
    cameras.push_back(json::object{{"id", camera.id}, {"zones", std::move(zones)}});
    for (const auto& watch : rules_of(camera))
      for (const auto& rule : watch) rules.emplace_back(rule.id);
  }
  return {{"name", all.node.name},
          {"kind", all.node.kind},
          {"versions", json::object{{"kuzet", KUZET_VERSION}}},
          {"key", key},
          {"cameras", std::move(cameras)},
          {"sensors", json::array{}},
          {"rules", std::move(rules)}};
}

}  // namespace kuzet::run
