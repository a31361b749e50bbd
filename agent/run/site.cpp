// SPDX-License-Identifier: Apache-2.0
// Where a reading and a passage go.
#include "agent/run/site.hpp"

#include "agent/run/local_time.hpp"

#include <boost/json/array.hpp>

#include <iterator>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration minute = 1min;

std::vector<Watched> watched_sensors_of(const Configuration& all) {
  std::vector<Watched> out;
  for (const auto& sensor : all.sensors)
    out.push_back({sensor.id, sensor.offline_after, sensor.attached.device.line, sensor.attached.device.every});
  return out;
}

}  // namespace

Site::Site(const Configuration& all, const Clock& clock, Home home, Hooks hooks)
    : all_(&all),
      clock_(clock),
      home_(std::move(home)),
      hooks_(std::move(hooks)),
      offline_(watched_sensors_of(all), clock.now(), watched_sensors),
      rules_(all.site.rules),
      foresight_(all.sensors) {
  read_deadbands();
}

void Site::read_deadbands() {
  deadbands_.clear();
  for (const auto& sensor : all_->sensors)
    for (const auto& channel : sensor.attached.device.channels) deadbands_[{sensor.id, channel.name}] = channel.deadband;
}

Result<> Site::prepare(const Remember& remember) {
  remember_ = remember;
  if (auto fit = prepare_for(*all_); !fit) return fit;
  access_ = std::exchange(next_access_, std::nullopt);
  return {};
}

Result<> Site::prepare_for(const Configuration& next) {
  next_access_.reset();
  if (next.site.access.empty()) return {};
  auto opened = Access::open(next.site.access, next.store.path, remember_, local_time, clock_.now());
  if (!opened) return opened.error();
  next_access_.emplace(std::move(*opened));
  return {};
}

void Site::adopt(const Configuration& all, const std::vector<Alert>& known) {
  const Moment now = clock_.now();
  const bool same_access = all.parts.access == all_->parts.access;
  all_ = &all;
  offline_.adopt(watched_sensors_of(all), now);
  read_deadbands();
  std::erase_if(camera_values_, [&](const auto& one) { return all.camera(one.first.first) == nullptr; });
  if (!same_access) {
    const Facts counted = access_ ? access_->kept() : Facts{};
    access_ = std::exchange(next_access_, std::nullopt);
    if (access_) access_->restore(counted, now), access_->resume(known);
  }
  next_access_.reset();
  foresight_.adopt(all.sensors);
  if (sensors_) foresight_.recall(hooks_.past);
  if (sensors_) sensors_->adopt(all.sensors, attached_of(all.site.outputs));
  alerts::SiteRules next(all.site.rules);
  if (sensors_)
    for (const auto& reading : sensors_->newest()) next.see(reading);  // new rules need not wait for a slow sensor
  next.resume(known);
  next.take_over(rules_);
  rules_ = std::move(next);
}

std::vector<Rule> Site::rules() const {
  std::vector<Rule> out = offline_.rules();
  out.insert(out.end(), rules_.rules().begin(), rules_.rules().end());
  if (access_) std::ranges::move(access_->rules(), std::back_inserter(out));
  return out;
}

void Site::resume(const std::vector<Alert>& known, const Facts& access) {
  offline_.resume(known);
  rules_.resume(known);
  if (!access_) return;
  access_->restore(access, clock_.now());
  access_->resume(known);
}

void Site::open() {
  foresight_.recall(hooks_.past);
  Sensors::Hooks hooks;
  hooks.read = [this](const Reading& reading) { read(reading); };
  hooks.passed = [this](const std::string& terminal, Passage passage) { passed(terminal, std::move(passage)); };
  hooks.state = [this](const std::string& sensor, bool works, const std::string& cause) { state(sensor, works, cause); };
  hooks.switched = hooks_.switched;
  hooks.said = hooks_.say;
  sensors_ = std::make_unique<Sensors>(all_->sensors, attached_of(all_->site.outputs), clock_, home_, std::move(hooks));
}

void Site::read(const Reading& reading) {
  if (reading.quality != Quality::bad) offline_.shown(reading.sensor, reading.at);
  rules_.see(reading);
  minutes_.see(reading);
  foresight_.see(reading);
  const auto deadband = deadbands_.find(std::pair<std::string_view, std::string_view>(reading.sensor, reading.channel));
  if (auto told = exceptions_.see(reading, deadband == deadbands_.end() ? std::nullopt : deadband->second))
    hooks_.tell(reading.sensor, *told, reading.at);
}

void Site::passed(const std::string& terminal, Passage passage) {
  const Moment now = clock_.now();
  hooks_.passed(terminal, passage.what, now);
  if (access_)
    access_->passed(terminal, std::move(passage), now);
  else
    wipe(passage.person);
}

void Site::state(const std::string& sensor, bool works, const std::string& cause) {
  const Moment now = clock_.now();
  if (access_) access_->works(sensor, works, now);
  if (!works) return offline_.dark(sensor, cause);
  const auto* settings = all_->sensor(sensor);
  if (settings != nullptr && settings->attached.device.channels.empty()) offline_.shown(sensor, now);
}

void Site::see(const std::string& camera, const std::string& zone, const Observation& observation, const Moment& at) {
  const std::string place = zone.empty() ? "picture" : zone;
  for (const auto& member : observation.values) {
    const auto& value = member.value();
    if (!value.is_number() && !value.is_bool()) continue;
    const double number = value.is_bool() ? (value.as_bool() ? 1 : 0) : value.to_number<double>();
    const std::string channel = place + "." + std::string(member.key());
    rules_.see({camera, channel, number, "", at, Quality::good, ""});
    camera_values_[{camera, channel}] = at.steady;
  }
}

/// A camera that tells nothing any more: what it told is not so for ever.
void Site::forget_camera_values(const Moment& now) {
  std::erase_if(camera_values_, [&](const auto& one) {
    const auto& [camera, channel] = one.first;
    const auto* settings = all_->camera(camera);
    if (settings == nullptr || now.steady - one.second < settings->offline_after) return false;
    rules_.see({camera, channel, 0, "", now, Quality::bad, std::string(flaw::too_old)});
    return true;
  });
}

void Site::tick(const Moment& now) {
  if (sensors_) sensors_->tick(now);
  for (const auto& told : foresight_.look(now)) {
    rules_.see(told.reading);
    if (told.observation) hooks_.tell(told.reading.sensor, *told.observation, now);
  }
  forget_camera_values(now);
  hooks_.judge(offline_.look(now), now);
  hooks_.judge(rules_.look(now, hooks_.circumstances(now)), now);
  if (access_) {
    hooks_.judge(access_->look(now), now);
    for (const auto& [id, observation] : access_->observations()) hooks_.observe(id, observation, now);
    access_->keep(now);
  }
  close_minutes(now);
}

void Site::close_minutes(const Moment& now) {
  auto figures = minutes_.take(now);
  const bool due = !closed_ || now.steady - *closed_ >= minute;
  if (!due && figures.empty()) return;
  closed_ = now.steady;
  hand_on(std::move(figures), now);
}

void Site::hand_on(std::vector<MinuteFigures> figures, const Moment& now) {
  for (const auto& one : figures) hooks_.tell(one.sensor, alerts::minute_told(one), one.at);
  hooks_.remember(std::move(figures), access_ ? access_->take_counts(now) : std::vector<outbox::Count>{}, now);
}

void Site::keep(const Moment& now) {
  hand_on(minutes_.take_all(now), now);
  if (access_) access_->keep(now, true);
}

void Site::request_stop() {
  if (sensors_) sensors_->request_stop();
}

void Site::want(const std::string& output, bool on) {
  if (sensors_) sensors_->want(output, on);
}

json::object Site::about(const Moment& now) const {
  json::object out{{"sensors", sensors_ ? sensors_->about(now) : json::array{}}};
  if (access_) out["access"] = access_->about();
  return out;
}

}  // namespace kuzet::run
