// SPDX-License-Identifier: Apache-2.0
// Keys change at midnight, opening hours are looked up, counts are handed on.
#include "agent/run/access.hpp"

#include <spdlog/spdlog.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <iterator>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view prefix = "access/";
constexpr Duration written_again = 10s;  // a power cut forgets so much at most
constexpr Duration longest_key = 25h;    // while no clock tells when the day ends
constexpr Duration always = 365 * 24h;   // open since before anybody can ask

int day_of(const LocalTime& local) { return (local.year * 100 + local.month) * 100 + local.day; }

}  // namespace

Result<Access> Access::open(const std::vector<AccessSettings>& sites, const std::filesystem::path& store, Remember remember,
                            Local local, const Moment& now) {
  Access out(std::move(remember), std::move(local), now);
  for (const auto& settings : sites) {
    const bool own = settings.key_file.empty();
    auto names = Pseudonyms::open(own ? store / ("access-" + settings.id + ".key") : std::filesystem::path(settings.key_file),
                                  own, settings.id);
    if (!names) return std::move(names.error()).within("access " + settings.id + ": key");
    out.sites_.push_back({settings, alerts::Presence(settings, now), std::move(*names)});
  }
  if (now.clock != ClockState::unsynced) out.day_ = day_of(out.local_(now.wall));
  for (auto& site : out.sites_) site.names.rotate(out.day_);
  return out;
}

void Access::restore(const Facts& facts, const Moment& now) {
  for (const auto& [name, value] : facts) {
    const auto id = name.substr(std::min(name.size(), prefix.size()));
    const auto site = std::ranges::find_if(sites_, [&](const Site& one) { return one.settings.id == id; });
    if (site == sites_.end()) {
      remember_(name, "");
    } else if (site->presence.restore(value, now)) {
      site->kept = value;
    } else {
      spdlog::warn("access {}: what was counted before cannot be read: it begins with nobody inside", id);
    }
  }
}

void Access::resume(const std::vector<Alert>& open) {
  for (auto& site : sites_) site.presence.resume(open);
}

Access::Site* Access::site_of(const std::string& terminal) {
  const auto found = std::ranges::find_if(sites_, [&](const Site& one) {
    return std::ranges::find(one.settings.terminals, terminal) != one.settings.terminals.end();
  });
  return found == sites_.end() ? nullptr : &*found;
}

void Access::change_keys(const Moment& now) {
  const int day = now.clock == ClockState::unsynced ? 0 : day_of(local_(now.wall));
  const bool midnight = day != 0 && day_ != 0 && day != day_;
  if (midnight || now.steady - rotated_ >= longest_key) {
    for (auto& site : sites_) {
      site.names.rotate(day);
      site.presence.rotate();
    }
    rotated_ = now.steady;
  }
  if (day != 0) day_ = day;
  for (auto& site : sites_)
    if (!site.presence.needs_yesterday()) site.names.forget_yesterday();
}

void Access::passed(const std::string& terminal, Passage passage, const Moment& now) {
  change_keys(now);
  Site* site = site_of(terminal);
  if (site == nullptr) return wipe(passage.person);
  const auto who = site->names.of(passage.person);
  site->presence.passed(terminal, passage.what, who, passage.at, local_(passage.at.wall));
}

void Access::works(const std::string& terminal, bool works, const Moment& now) {
  if (Site* site = site_of(terminal)) site->presence.works(terminal, works, now);
}

/// How long it has been so, as far as anybody will ask.
Duration Access::lasted(const Site& site, bool open, const Moment& now) const {
  const Duration enough = std::max(site.settings.grace, site.settings.silent);
  Duration out{};
  while (out <= enough && site.settings.open_when.holds(local_(now.before(out).wall)) == open) out += 1min;
  return out;
}

alerts::Opening Access::opening(Site& site, const Moment& now) const {
  const bool known = now.clock != ClockState::unsynced;
  if (!site.settings.has_hours) return {true, always, known};
  const bool open = known && site.settings.open_when.holds(local_(now.wall));
  const bool fresh = !site.opening || site.opening->known != known;
  if (fresh && known)
    site.since = now.steady - lasted(site, open, now);
  else if (fresh || site.opening->open != open)
    site.since = now.steady;
  site.opening = {open, now.steady - site.since, known};
  return *site.opening;
}

std::vector<std::pair<const Rule*, std::vector<Finding>>> Access::look(const Moment& now) {
  change_keys(now);
  std::vector<std::pair<const Rule*, std::vector<Finding>>> out;
  for (auto& site : sites_)
    std::ranges::move(site.presence.look(now, local_(now.wall), opening(site, now)), std::back_inserter(out));
  return out;
}

std::vector<Rule> Access::rules() const {
  std::vector<Rule> out;
  for (const auto& site : sites_) std::ranges::copy(site.presence.rules(), std::back_inserter(out));
  return out;
}

std::vector<std::pair<std::string, Observation>> Access::observations() const {
  std::vector<std::pair<std::string, Observation>> out;
  for (const auto& site : sites_) out.emplace_back(site.settings.id, site.presence.observation());
  return out;
}

std::vector<outbox::Count> Access::take_counts(const Moment& now) {
  std::vector<outbox::Count> out;
  for (auto& site : sites_) {
    for (const auto& counted : site.presence.take())
      out.push_back({site.settings.id, std::string(counted.what), counted.n, 0, counted.at});
    out.push_back({site.settings.id, "inside", 0, site.presence.inside(), now});
  }
  return out;
}

void Access::keep(const Moment& now, bool at_once) {
  if (!at_once && written_ && now.steady - *written_ < written_again) return;
  for (auto& site : sites_) {
    auto kept = site.presence.kept();
    if (kept == site.kept) continue;
    remember_(std::string(prefix) + site.settings.id, kept);
    site.kept = std::move(kept);
    written_ = now.steady;
  }
}

Facts Access::kept() const {
  Facts out;
  for (const auto& site : sites_) out.emplace_back(std::string(prefix) + site.settings.id, site.presence.kept());
  return out;
}

json::array Access::about() const {
  json::array out;
  for (const auto& site : sites_) {
    json::object one{{"id", site.settings.id}};
    for (const auto& member : site.presence.observation().values) one[member.key()] = member.value();
    if (site.settings.limit > 0) one["limit"] = site.settings.limit;
    if (site.opening && site.opening->known) one["open"] = site.opening->open;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
