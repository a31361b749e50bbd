// SPDX-License-Identifier: Apache-2.0
// Sensors at work.
#include "agent/run/site.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

std::vector<Watched> watched_sensors_of(const Configuration& all) {
  std::vector<Watched> out;
  for (const auto& sensor : all.sensors)
    out.push_back({sensor.id, sensor.offline_after, sensor.attached.device.line, sensor.attached.device.every});
  return out;
}

}  // namespace

Site::Site(const Configuration& all, const Clock& clock, Home home, Hooks hooks)
    : all_(all),
      clock_(clock),
      home_(std::move(home)),
      hooks_(std::move(hooks)),
      offline_(watched_sensors_of(all), clock.now(), watched_sensors) {}

std::vector<Rule> Site::rules() const {
  auto out = offline_.rules();
  return out;
}

void Site::open() {
  Sensors::Hooks hooks;
  hooks.read = [this](const Reading& reading) { read(reading); };
  hooks.state = [this](const std::string& sensor, bool works, const std::string& cause) { state(sensor, works, cause); };
  hooks.switched = hooks_.switched;
  hooks.said = hooks_.say;
  sensors_ = std::make_unique<Sensors>(all_.sensors, attached_of(all_.outputs), clock_, home_, std::move(hooks));
}

void Site::read(const Reading& reading) {
  if (reading.quality != Quality::bad) offline_.shown(reading.sensor, reading.at);
}

void Site::state(const std::string& sensor, bool works, const std::string& cause) {
  if (!works) return offline_.dark(sensor, cause);
  if (all_.sensor(sensor)->attached.device.channels.empty()) offline_.shown(sensor, clock_.now());
}

void Site::tick(const Moment& now) {
  if (sensors_) sensors_->tick(now);
  hooks_.judge(offline_.look(now), now);
}

void Site::request_stop() {
  if (sensors_) sensors_->request_stop();
}

json::object Site::about(const Moment& now) const { return {{"sensors", sensors_ ? sensors_->about(now) : json::array{}}}; }

}  // namespace kuzet::run
