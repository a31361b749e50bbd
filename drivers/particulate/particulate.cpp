// SPDX-License-Identifier: Apache-2.0
// Fine dust: Nova's SDS011 and Plantower's PMS5003 and PMS7003, by their frames. They count particles by the light they
// scatter; fog and air beyond 70 % of humidity are dust to them, so a rule should leave time.
#include "drivers/particulate/duty.hpp"

#include "drivers/channels.hpp"

namespace kuzet::drivers {

namespace {

using namespace std::chrono_literals;
using particulate::Duty;
using particulate::DutySettings;

const Schema<DutySettings>& schema() {
  namespace s = settings;
  using D = DutySettings;
  static const Schema<D> all{
      serial::device_field<D>(),
      s::choice<D>("model", &D::name, {"sds011", "pms5003", "pms7003"}, "Which sensor it is."),
      s::duration<D>("warm_up", &D::warm_up, {0ms, 10min}, "Values so soon after it was woken are uncertain."),
      s::duration<D>("measure", &D::measure, {1s, 1h}, "It is awake for this long, the warm-up included."),
      s::duration<D>("rest", &D::rest, {0ms, 24h},
                     "Then it sleeps for this long, laser and fan off; 0s: never, and the laser lasts a year."),
      known_readings<D>(),
  };
  return all;
}

void check_duty(const DutySettings& all, const Node& entry, const std::string& key, Faults& faults) {
  serial::check(all, entry, key, faults);
  const Node* measure = entry.find("measure");
  if (all.rest > Duration::zero() && all.measure < all.warm_up + 2s)
    faults.add(measure == nullptr ? entry.at : measure->at, key + ".measure",
               "must be at least 2s longer than warm_up, or no value is ever good");
}

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<DutySettings>();
  schema().read(*settings, entry, key, faults);
  check_duty(*settings, entry, key, faults);
  const bool rests = settings->rest > Duration::zero();
  return {.id = {},
          .line = settings->device,
          .channels = known_channels(particulate::channels_of(settings->model()), entry, key, faults),
          .every = rests ? settings->measure + settings->rest : Duration::zero(),
          .settings = settings,
          .silence = rests ? Duration::zero() : Duration(std::chrono::minutes(1))};
}

class DustLine final : public Line {
 public:
  DustLine(const LinePlan& plan, const Clock& clock)
      : settings_(std::dynamic_pointer_cast<const DutySettings>(plan.sensors.front().settings)),
        duty_(0, settings_),
        others_(plan.sensors.size()),
        clock_(clock) {}

  Result<> work(LineEvents& events, std::stop_token stop) override {
    for (std::size_t i = 1; i < others_; ++i) events.failed(i, settings_->device + " is the port of another sensor already");
    duty_.tell(events);
    return serial::converse(*settings_, duty_, clock_, std::move(stop));
  }

 private:
  std::shared_ptr<const DutySettings> settings_;
  Duty duty_;
  std::size_t others_;
  const Clock& clock_;
};

}  // namespace

const DeviceType& particulate_device() {
  static const DeviceType type{
      .name = "particulate",
      .summary =
          "Fine dust by an SDS011, PMS5003 or PMS7003 on a serial port; it sleeps most of the time, so that its laser "
          "lasts for years.",
      .sensor_fields = &schema().fields(),
      .sensor = sensor,
      .open = [](LinePlan plan, const Clock& clock) -> std::unique_ptr<Line> {
        return std::make_unique<DustLine>(plan, clock);
      },
  };
  return type;
}

}  // namespace kuzet::drivers
