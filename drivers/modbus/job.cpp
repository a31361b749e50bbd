// SPDX-License-Identifier: Apache-2.0
// Rounds of reading.
#include "drivers/modbus/job.hpp"

#include <algorithm>
#include <iterator>

namespace kuzet::drivers::modbus {

namespace {

/// Illegal address or value: of a joint request it may be about one place in it, or about its length.
bool about_the_place(int exception) { return exception == 2 || exception == 3; }

}  // namespace

void Job::add(std::size_t sensor, const std::vector<Reading>& readings) {
  sensors_.push_back(sensor);
  for (std::size_t i = 0; i < readings.size(); ++i)
    items_.push_back({sensor, i, readings[i].spot(), readings[i].layout(), false, std::nullopt, {}, {}, {}});
}

void Job::plan(int most_registers) {
  std::vector<Spot> spots;
  std::ranges::transform(items_, std::back_inserter(spots), &Item::spot);
  blocks_ = blocks(spots, most_registers);
}

void Job::done(Steady now) {
  due_ += every_;
  if (due_ <= now) due_ = now + every_ - (now - due_) % every_;
}

void Job::begin() {
  block_ = 0;
  for (auto& item : items_) {
    item.done = false;
    item.value.reset();
    item.refusal.clear();
  }
}

std::optional<Request> Job::request() const {
  if (block_ >= blocks_.size()) return std::nullopt;
  return Request{number_, blocks_[block_].spot, false, 0};
}

void Job::read(const std::vector<std::uint16_t>& values, const Moment& at) {
  const Block& block = blocks_[block_++];
  for (const auto i : block.items) {
    Item& item = items_[i];
    const auto from = static_cast<std::size_t>(item.spot.first - block.spot.first);
    const auto part = std::span(values).subspan(from, static_cast<std::size_t>(item.spot.count));
    item.value = holds_bits(item.spot.table) ? std::optional<double>(part[0]) : decode(part, item.layout);
    item.at = at;
    item.done = true;
  }
}

void Job::refused(int exception) {
  const Block block = blocks_[block_];
  if (block.items.size() > 1 && about_the_place(exception)) {
    std::vector<Block> singles;
    for (const auto i : block.items) singles.push_back({items_[i].spot, {i}});
    const auto at = blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(block_));
    blocks_.insert(at, singles.begin(), singles.end());
    return;
  }
  for (const auto i : block.items) {
    items_[i].refusal = exception_words(exception, {number_, items_[i].spot, false, 0});
    items_[i].done = true;
  }
  ++block_;
}

bool Job::finished(std::size_t sensor) const {
  return std::ranges::all_of(items_, [sensor](const Item& item) { return item.sensor != sensor || item.done; });
}

std::vector<std::size_t> Job::unfinished() const {
  std::vector<std::size_t> out;
  std::ranges::copy_if(sensors_, std::back_inserter(out), [this](std::size_t sensor) { return !finished(sensor); });
  return out;
}

void Job::deliver(LineEvents& events, const Moment& at) {
  for (const auto sensor : sensors_)
    if (finished(sensor)) deliver_one(events, sensor, at);
}

void Job::deliver_one(LineEvents& events, std::size_t sensor, const Moment& at) {
  std::vector<Sample> samples;
  std::string refusal;
  bool any = false;
  for (auto& item : items_) {
    if (item.sensor != sensor) continue;
    any = any || item.refusal.empty();
    if (refusal.empty()) refusal = item.refusal;
    if (!item.refusal.empty())
      samples.push_back({item.channel, 0, at, Quality::bad, flaw::device_fault});
    else if (!item.value)
      samples.push_back({item.channel, 0, item.at, Quality::bad, flaw::no_number});
    else
      samples.push_back({item.channel, *item.value, item.at});
  }
  if (!any) return events.failed(sensor, refusal);
  events.sampled(sensor, std::move(samples));
  for (auto& item : items_) {
    if (item.sensor != sensor || item.told == item.refusal) continue;
    item.told = item.refusal;
    if (!item.refusal.empty()) events.described(sensor, item.refusal);
  }
}

}  // namespace kuzet::drivers::modbus
