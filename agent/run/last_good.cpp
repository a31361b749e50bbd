// SPDX-License-Identifier: Apache-2.0
// The file of what is remembered of configurations: JSON, replaced as a whole.
#include "agent/run/last_good.hpp"

#include "agent/core/json.hpp"
#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

constexpr std::size_t most_taken_back = 8;
constexpr auto schema = "kuzet.configurations/1";

json::object to_json(const Baseline& baseline) {
  return {{"online", baseline.online}, {"inputs", json::array(baseline.inputs.begin(), baseline.inputs.end())}};
}

json::object to_json(const LastGood& good) {
  json::object out{{"fingerprint", good.origin.fingerprint()},
                   {"text", good.origin.text},
                   {"overlay", good.origin.overlay},
                   {"worked", to_json(good.worked)},
                   {"since", rfc3339(good.since)}};
  if (good.expires) out["expires"] = rfc3339(*good.expires);
  return out;
}

json::object to_json(const Attempt& attempt) {
  return {{"fingerprint", attempt.fingerprint},
          {"before", to_json(attempt.before)},
          {"interrupted", attempt.interrupted},
          {"running", attempt.running},
          {"since", rfc3339(attempt.since)}};
}

json::object to_json(const TakenBack& one) {
  return {{"fingerprint", one.fingerprint}, {"why", one.why}, {"at", rfc3339(one.at)}};
}

json::object to_json(const Wanted& wanted) {
  json::object out{{"id", wanted.id},
                   {"issued", rfc3339(wanted.issued)},
                   {"settings", wanted.settings},
                   {"taken_back", wanted.taken_back},
                   {"at", rfc3339(wanted.at)}};
  if (wanted.expires) out["expires"] = rfc3339(*wanted.expires);
  return out;
}

/// Members of a type, or std::exception of Boost.JSON, which read_kept() turns into `corrupt`.
std::string text(const json::object& object, std::string_view member) { return std::string(object.at(member).as_string()); }

Wall wall(const json::object& object, std::string_view member) { return parse_rfc3339(text(object, member)).value(); }

Baseline baseline_of(const json::object& object) {
  Baseline out{object.at("online").as_bool(), {}};
  for (const auto& one : object.at("inputs").as_array()) out.inputs.emplace_back(one.as_string());
  return out;
}

LastGood good_of(const json::object& object) {
  LastGood out{
      {text(object, "text"), text(object, "overlay")}, baseline_of(object.at("worked").as_object()), wall(object, "since")};
  if (object.contains("expires")) out.expires = wall(object, "expires");
  if (out.origin.fingerprint() != text(object, "fingerprint"))
    throw Error{Code::corrupt, "the last good configuration was changed"};
  return out;
}

Attempt attempt_of(const json::object& object) {
  return {text(object, "fingerprint"), baseline_of(object.at("before").as_object()),
          static_cast<int>(object.at("interrupted").as_int64()), object.at("running").as_bool(), wall(object, "since")};
}

Wanted wanted_of(const json::object& object) {
  Wanted out{text(object, "id"),       wall(object, "issued"),     {},
             text(object, "settings"), text(object, "taken_back"), wall(object, "at")};
  if (object.contains("expires")) out.expires = wall(object, "expires");
  return out;
}

Kept kept_of(const json::object& object) {
  if (text(object, "schema") != schema) throw Error{Code::corrupt, "it is of another version"};
  Kept out;
  if (const auto* good = object.if_contains("good")) out.good = good_of(good->as_object());
  if (const auto* attempt = object.if_contains("attempt")) out.attempt = attempt_of(attempt->as_object());
  if (const auto* judging = object.if_contains("judging"))
    out.judging = Judging{text(judging->as_object(), "fingerprint"), static_cast<int>(judging->at("begun").as_int64())};
  if (const auto* wanted = object.if_contains("wanted")) out.wanted = wanted_of(wanted->as_object());
  for (const auto& one : object.at("taken_back").as_array())
    out.taken_back.push_back({text(one.as_object(), "fingerprint"), text(one.as_object(), "why"), wall(one.as_object(), "at")});
  return out;
}

}  // namespace

std::string fingerprint_of(std::string_view text) { return outbox::sha256(text).substr(0, 16); }

std::string Origin::fingerprint() const { return fingerprint_of(overlay.empty() ? text : text + "\n" + overlay); }

bool has_expired(const std::optional<Wall>& expires, const Moment& now) {
  return expires && now.clock != ClockState::unsynced && *expires <= now.wall;
}

Origin LastGood::at(const Moment& now) const { return has_expired(expires, now) ? Origin{origin.text, ""} : origin; }

const TakenBack* Kept::find(const std::string& fingerprint) const {
  const auto found = std::ranges::find(taken_back, fingerprint, &TakenBack::fingerprint);
  return found == taken_back.end() ? nullptr : &*found;
}

void Kept::take_back(TakenBack one) {
  std::erase_if(taken_back, [&](const TakenBack& other) { return other.fingerprint == one.fingerprint; });
  taken_back.push_back(std::move(one));
  if (taken_back.size() > most_taken_back) taken_back.erase(taken_back.begin());
}

std::filesystem::path kept_file(const std::filesystem::path& folder) { return folder / "configurations.json"; }

Result<Kept> read_kept(const std::filesystem::path& folder) {
  const auto file = kept_file(folder);
  std::error_code failed;
  if (!std::filesystem::exists(file, failed) && !failed) return Kept{};
  const auto bytes = outbox::read_file(file);
  if (!bytes) return bytes.error();
  try {
    return kept_of(json::parse(*bytes).as_object());
  } catch (const Error& wrong) {
    return Error{Code::corrupt, file.string() + ": " + wrong.what};
  } catch (const std::exception& broken) {
    return Error{Code::corrupt, file.string() + ": cannot be read: " + broken.what()};
  }
}

Result<> write_kept(const std::filesystem::path& folder, const Kept& kept) {
  json::object out{{"schema", schema}};
  if (kept.good) out["good"] = to_json(*kept.good);
  if (kept.attempt) out["attempt"] = to_json(*kept.attempt);
  if (kept.judging) out["judging"] = json::object{{"fingerprint", kept.judging->fingerprint}, {"begun", kept.judging->begun}};
  if (kept.wanted) out["wanted"] = to_json(*kept.wanted);
  auto& list = out["taken_back"].emplace_array();
  for (const auto& one : kept.taken_back) list.push_back(to_json(one));
  if (auto made = outbox::make_folder(folder); !made) return made.error();
  return outbox::write_secretly(kept_file(folder), json_text(out) + "\n");
}

}  // namespace kuzet::run
