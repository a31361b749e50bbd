// SPDX-License-Identifier: Apache-2.0
// Opening a line, serving it, opening it again.
#include "agent/run/line_thread.hpp"

#include "agent/core/source.hpp"
#include "agent/run/capture.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_samples = 20000;  // that may wait for home: 20 s of what the busiest site is planned for
constexpr auto proven = 10s;                 // a line that worked for so long works: the next failure is a new one

std::vector<std::string> ids_of(const std::vector<drivers::Device>& devices) {
  std::vector<std::string> out;
  for (const auto& device : devices) out.push_back(device.id);
  return out;
}

}  // namespace

LineThread::LineThread(const drivers::DeviceType& type, drivers::LinePlan plan, const Clock& clock, const Home& home,
                       const LineHooks& hooks)
    : hooks_(hooks),
      clock_(clock),
      sensors_(ids_of(plan.sensors)),
      outputs_(ids_of(plan.outputs)),
      shown_(std::string(type.name) + " " +
             shown_source(plan.sensors.empty() ? plan.outputs.front().line : plan.sensors.front().line)),
      inbox_(std::make_shared<Inbox>(home, most_samples)),
      line_(type.open(std::move(plan), clock)),
      backoff_(uplink::system_chance(), 1s, 60s),
      told_(sensors_.size()),
      wishes_(outputs_.size()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LineThread::~LineThread() {
  thread_.request_stop();
  thread_.join();
  inbox_->close();
}

bool LineThread::want(const std::string& output, bool on) {
  const auto found = std::ranges::find(outputs_, output);
  if (found == outputs_.end()) return false;
  const auto index = static_cast<std::size_t>(found - outputs_.begin());
  wishes_[index] = on ? Wish::on : Wish::off;
  line_->want(index, on);
  return true;
}

void LineThread::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Steady began = clock_.now().steady;
    const auto worked = work(stop);
    if (stop.stop_requested()) return;
    line_failed(worked ? "ended without a word" : worked.error().what);
    if (clock_.now().steady - began >= proven) backoff_.succeeded();
    wait(backoff_.next(), stop);
  }
}

Result<> LineThread::work(const std::stop_token& stop) {
  try {
    return line_->work(*this, stop);
  } catch (const std::exception& fault) {
    return Error{Code::io, std::string("fault: ") + fault.what()};
  }
}

std::string LineThread::names() const {
  std::string out;
  for (const auto* list : {&sensors_, &outputs_})
    for (const auto& name : *list) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// One sentence for the line; its sensors have the same cause and say nothing themselves, and what its outputs were asked for
/// could not be done.
void LineThread::line_failed(const std::string& cause) {
  if (words_.failed(cause, clock_.now().steady)) say(shown_ + " (" + names() + "): " + cause + "; trying again");
  for (std::size_t i = 0; i < sensors_.size(); ++i) tell_state(i, false, cause);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    if (const Wish wish = wishes_[i]; wish != Wish::none) switched(i, wish == Wish::on, Error{Code::io, cause});
}

void LineThread::works(std::size_t sensor) {
  if (words_.over()) say(shown_ + ": works again");
  if (told_[sensor].words.over()) say("sensor " + sensors_[sensor] + ": works again");
  tell_state(sensor, true, "");
}

void LineThread::tell_state(std::size_t sensor, bool works, const std::string& cause) {
  Told& told = told_[sensor];
  if (told.works == works && told.cause == cause) return;
  told.works = works;
  told.cause = cause;
  inbox_->put([this, sensor, works, cause] {
    if (hooks_.state) hooks_.state(sensors_[sensor], works, cause);
  });
}

void LineThread::say(std::string sentence) {
  inbox_->put([this, sentence = std::move(sentence)] {
    if (hooks_.said) hooks_.said(sentence);
  });
}

void LineThread::sampled(std::size_t sensor, std::vector<Sample> samples) {
  if (samples.empty()) return;
  works(sensor);
  const std::size_t weight = samples.size();
  const bool taken = inbox_->put(
      [this, sensor, samples = std::move(samples)]() mutable {
        if (hooks_.sampled) hooks_.sampled(sensors_[sensor], std::move(samples));
      },
      weight);
  if (!taken && flood_.failed("flood", clock_.now().steady))
    say(shown_ + ": gives more than this board can take; values of sensor " + sensors_[sensor] + " are dropped");
}

void LineThread::passed(std::size_t sensor, Passage passage) {
  works(sensor);
  const bool taken = inbox_->put(
      [this, sensor, passage = std::move(passage)]() mutable {
        if (hooks_.passed) hooks_.passed(sensors_[sensor], std::move(passage));
      },
      1);
  if (!taken && flood_.failed("flood", clock_.now().steady))
    say(shown_ + ": gives more than this board can take; passages at " + sensors_[sensor] + " are dropped");
}

void LineThread::alive(std::size_t sensor) { works(sensor); }

void LineThread::failed(std::size_t sensor, const std::string& why) {
  if (words_.over()) say(shown_ + ": works again");  // the line does, whatever this sensor says
  if (told_[sensor].words.failed(why, clock_.now().steady)) say("sensor " + sensors_[sensor] + ": " + why);
  tell_state(sensor, false, why);
}

void LineThread::described(std::size_t sensor, const std::string& text) {
  if (told_[sensor].description == text) return;
  told_[sensor].description = text;
  inbox_->put([this, sensor, text] {
    if (hooks_.described) hooks_.described(sensors_[sensor], text);
  });
}

void LineThread::switched(std::size_t output, bool on, const Result<>& done) {
  inbox_->put([this, output, on, done] {
    if (hooks_.switched) hooks_.switched(outputs_[output], on, done);
  });
}

}  // namespace kuzet::run
