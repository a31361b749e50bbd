// SPDX-License-Identifier: Apache-2.0
// Wakes a dust sensor, listens, and puts it to sleep. Not by the working period that an SDS011 has of its own: that gives one
// value at the end of 30 s and knows no other warm-up, the PMS has none, and a sensor that follows our word is known to listen.
#include "drivers/particulate/duty.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kuzet::drivers::particulate {

using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t sds_mode = 0x02, sds_sleep = 0x06, sds_firmware = 0x07, sds_period = 0x08;
constexpr std::uint8_t pms_mode = 0xE1, pms_sleep = 0xE4;

constexpr Duration answer_limit = 1s;  // an answer takes some 50 ms, and up to 1 s behind the value that is under way
constexpr int most_asked = 3;          // then it is told
constexpr Duration pause = 10s;        // before it is asked anew
constexpr Duration most_silent = 5s;   // while it works: a value comes each second
constexpr Duration between = 900ms;    // values that are told: a PMS speaks up to five times a second
constexpr double hour = 3600;          // seconds

}  // namespace

Model DutySettings::model() const {
  return name == "pms5003" ? Model::pms5003 : name == "pms7003" ? Model::pms7003 : Model::sds011;
}

std::vector<Channel> channels_of(Model model) {
  // The range is what the data sheets say can be told. The same value again and again: an SDS011 tells tenths, and the air
  // never stands so still; a PMS tells whole numbers, and in clean air none of them for a whole day.
  const bool sds = model == Model::sds011;
  const auto dust = [sds](const char* name) {
    return Channel{
        .name = name, .unit = "ug/m3", .least = 0, .most = sds ? 999.9 : 1000, .flat = sds ? 6h : 24h, .deadband = {}};
  };
  std::vector<Channel> out{dust("pm2_5"), dust("pm10")};
  if (!sds) out.push_back(dust("pm1"));
  out.push_back({.name = "laser_hours_since_start", .unit = "h", .least = 0, .most = {}, .deadband = {}});
  return out;
}

Duty::Duty(std::size_t sensor, std::shared_ptr<const DutySettings> settings)
    : sensor_(sensor),
      settings_(std::move(settings)),
      model_(settings_->model()),
      frames_(model_),
      tally_("frames damaged", false) {}

void Duty::opened(const Moment& now) {
  frames_.clear();
  if (awake_) laser_ += heard_ - *awake_;  // what it did while it was away nobody knows
  awake_.reset();
  described_ = false;
  heard_ = now.steady;
  const std::string advice = serial::advice_on_name(settings_->device);
  if (!advice.empty()) events_->described(sensor_, advice);
  enter(Phase::waking, now.steady);
}

void Duty::enter(Phase phase, Steady now) {
  phase_ = phase;
  since_ = ask_at_ = now;
  asked_ = 0;
  bytes_ = 0;
}

void Duty::heard(std::string_view bytes, const Moment& now) {
  bytes_ += bytes.size();
  const auto before = frames_.damaged();
  frames_.feed(bytes, [&](const Word& word) { hear(word, now); });
  for (auto i = before; i < frames_.damaged(); ++i) tally_.bad("wrong length or checksum");
}

void Duty::hear(const Word& word, const Moment& now) {
  tally_.good();
  heard_ = now.steady;
  if (word.values) return hear_values(word, now);
  hear_answer(word, now);
}

/// Fan and laser run.
void Duty::awake(Steady now) {
  if (!awake_) awake_ = now;
  if (phase_ != Phase::waking) return;
  enter(Phase::working, now);
  steps_.clear();
  if (model_ != Model::sds011) return steps_.push_back({pms_command(pms_mode, 1), pms_mode});
  // Asked first: each setting is written into its memory, which does not take that for ever.
  steps_ = {{sds_command(sds_mode), sds_mode}, {sds_command(sds_period), sds_period}};
  if (!described_) steps_.push_back({sds_command(sds_firmware), sds_firmware});
}

void Duty::asleep(Steady now) {
  laser_ = laser(now);
  awake_.reset();
  if (phase_ == Phase::resting) return;
  const Steady began = since_;
  enter(Phase::resting, now);
  since_ = began;  // rest counts from the word to sleep, however often it had to be said
}

void Duty::hear_answer(const Word& word, const Moment& now) {
  events_->alive(sensor_);
  const bool sds = model_ == Model::sds011;
  if (word.command == (sds ? sds_sleep : pms_sleep)) {
    const bool works = sds ? word.answer[1] == 1 : word.answer[0] == 1;
    if (works && phase_ == Phase::waking) awake(now.steady);
    if (!works && phase_ == Phase::falling_asleep) asleep(now.steady);
    return;
  }
  if (phase_ != Phase::working || steps_.empty() || steps_.front().command != word.command) return;
  steps_.pop_front();
  ask_at_ = now.steady;
  asked_ = 0;
  const bool differs = sds && word.answer[0] == 0 && word.answer[1] != 0;
  // It speaks by itself, and sleeps when we say so.
  if (differs && (word.command == sds_mode || word.command == sds_period))
    steps_.push_front({sds_command(word.command, 1, 0), word.command});
  if (sds && word.command == sds_firmware) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "SDS011 %02x%02x, firmware %02u-%02u-%02u", word.answer[3], word.answer[4],
                  word.answer[0], word.answer[1], word.answer[2]);
    events_->described(sensor_, text.data());
    described_ = true;
  }
}

void Duty::hear_values(const Word& word, const Moment& now) {
  awake(now.steady);
  if (told_ && now.steady - *told_ < between) return;
  told_ = now.steady;
  const bool sds = model_ == Model::sds011;
  std::vector<double> values{word.pm2_5, word.pm10};
  if (!sds) values.push_back(word.pm1);
  std::vector<Sample> samples;
  for (const double value : values) {
    Sample& sample = samples.emplace_back(Sample{samples.size(), value, now});
    if (now.steady - *awake_ < settings_->warm_up) {
      sample.quality = Quality::uncertain;
      sample.why = flaw::warming_up;
    }
    if (word.fault == 0) continue;
    sample.quality = Quality::bad;
    sample.why = flaw::device_fault;
  }
  samples.push_back({values.size(), in_seconds(laser(now.steady)) / hour, now});
  events_->sampled(sensor_, std::move(samples));
}

Duration Duty::laser(Steady now) const { return laser_ + (awake_ ? now - *awake_ : Duration::zero()); }

std::string Duty::silence() const {
  if (bytes_ == 0) return "no answer within " + to_text(answer_limit * most_asked);
  return std::to_string(bytes_) + " bytes came and no frame among them; is it a " + settings_->name + "?";
}

std::string Duty::ask(const std::string& say, Steady now) {
  if (now < ask_at_) return {};
  ask_at_ = now + answer_limit;
  ++asked_;
  return say;
}

std::string Duty::sleep_command() const {
  return model_ == Model::sds011 ? sds_command(sds_sleep, 1, 0) : pms_command(pms_sleep, 0);
}

std::string Duty::wake(Steady now) {
  if (now >= ask_at_ && asked_ >= most_asked) {
    events_->failed(sensor_, silence());
    enter(Phase::waking, now);
    ask_at_ = now + pause;
  }
  return ask(model_ == Model::sds011 ? sds_command(sds_sleep, 1, 1) : pms_command(pms_sleep, 1), now);
}

std::string Duty::work(Steady now) {
  if (now - std::max(heard_, since_) >= most_silent) {
    events_->failed(sensor_, "no value for " + to_text(most_silent) + " though it was woken");
    if (awake_) laser_ += std::max(heard_, *awake_) - *awake_;
    awake_.reset();
    enter(Phase::waking, now);
    return wake(now);
  }
  if (settings_->rest > Duration::zero() && now - since_ >= settings_->measure) {
    enter(Phase::falling_asleep, now);
    return fall_asleep(now);
  }
  if (!steps_.empty() && now >= ask_at_ && asked_ >= most_asked) {  // some do not answer this one, and work all the same
    steps_.pop_front();
    asked_ = 0;
  }
  return steps_.empty() ? std::string() : ask(steps_.front().say, now);
}

std::string Duty::fall_asleep(Steady now) {
  if (now < ask_at_ || asked_ < most_asked) return ask(sleep_command(), now);
  // It never answered. Some Plantowers do not, and sleep all the same.
  if (now - heard_ < answer_limit * 2) events_->described(sensor_, "does not sleep when it is told to: its laser runs on");
  asleep(now);
  return {};
}

serial::Conversation::Turn Duty::turn(const Moment& now) {
  if (phase_ == Phase::resting && now.steady - since_ >= settings_->rest) enter(Phase::waking, now.steady);
  if (const auto verdict = tally_.verdict(now.steady)) events_->failed(sensor_, *verdict);
  Turn out;
  switch (phase_) {
    case Phase::waking: out = {wake(now.steady), ask_at_}; break;
    case Phase::working: out.say = work(now.steady); break;
    case Phase::falling_asleep: out.say = fall_asleep(now.steady); break;
    case Phase::resting: break;
  }
  out.next = now.steady + answer_limit / 2;  // all of this is asked twice a second, while it is awake
  if (phase_ == Phase::resting) out.next = since_ + settings_->rest;
  if (phase_ == Phase::waking) out.next = ask_at_;
  return out;
}

/// Nobody will listen: let the laser rest.
std::string Duty::farewell() { return phase_ == Phase::resting ? std::string() : sleep_command(); }

}  // namespace kuzet::drivers::particulate
