// SPDX-License-Identifier: Apache-2.0
// Announced pictures: only a plain file of the right size is read at all.
#include "agent/outbox/announced.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"

#include <boost/json/array.hpp>

namespace kuzet::outbox {

namespace json = boost::json;

namespace {

Result<Announced> announced(const json::value& entry, const std::string& alert, const std::string& where) {
  const Error senseless{Code::corrupt, where + " announces a picture in a way that makes no sense"};
  if (!entry.is_object()) return senseless;
  const auto* n = entry.as_object().if_contains("n");
  const auto* hash = entry.as_object().if_contains("sha256");
  const auto* bytes = entry.as_object().if_contains("bytes");
  if (n == nullptr || !n->is_int64() || hash == nullptr || !hash->is_string() || bytes == nullptr || !bytes->is_int64())
    return senseless;
  const bool nameable = !alert.empty() && alert.find('/') == std::string::npos && alert.find('\0') == std::string::npos;
  if (!nameable || n->as_int64() < 1 || bytes->as_int64() < 0) return senseless;
  const auto* type = entry.as_object().if_contains("type");
  const bool film = type != nullptr && *type == json::value("video/mp4");
  return Announced{where + (film ? ", film " : ", picture ") + std::to_string(n->as_int64()),
                   alert,
                   n->as_int64(),
                   std::string(hash->as_string()),
                   static_cast<std::uint64_t>(bytes->as_int64()),
                   film};
}

}  // namespace

std::vector<Result<Announced>> announced_in(const json::object& event, const std::string& alert, const std::string& where) {
  std::vector<Result<Announced>> out;
  const auto* evidence = event.if_contains("evidence");
  if (evidence == nullptr || !evidence->is_array()) return out;
  for (const auto& entry : evidence->as_array()) out.push_back(announced(entry, alert, where));
  return out;
}

std::optional<std::string> fault_of(const std::filesystem::path& store, const Announced& picture) {
  const std::string name = picture.alert + "-" + std::to_string(picture.n) + (picture.film ? ".mp4" : ".jpg");
  const auto file = store / "evidence" / name;
  std::error_code failed;
  const auto status = std::filesystem::symlink_status(file, failed);
  if (!std::filesystem::exists(status)) return name + " is missing";
  if (!std::filesystem::is_regular_file(status)) return name + " is no plain file";
  if (std::filesystem::file_size(file, failed) != picture.bytes) return name + " was changed: it has another size";
  const auto jpeg = read_file(file);
  if (!jpeg) return jpeg.error().what;
  if (sha256(*jpeg) != picture.sha256) return name + " was changed: it has another hash";
  return std::nullopt;
}

}  // namespace kuzet::outbox
