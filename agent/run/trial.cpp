// SPDX-License-Identifier: Apache-2.0
// Judging a new configuration by what it loses.
#include "agent/run/trial.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr Duration worked_within = 1min;  // a camera that is opened again worked, one that was dead for longer did not
constexpr int most_lengths = 3;           // something that comes and goes must not keep a trial open for ever
constexpr auto broker = "the broker";

bool recently(Steady last, const Moment& now) { return now.steady - last <= worked_within; }

}  // namespace

void Worked::see(const Signs& signs, const Moment& now) {
  if (signs.online == true) online_ = now.steady;
  for (const auto& sign : signs.inputs)
    if (sign.works) inputs_[sign.id] = now.steady;
  std::erase_if(inputs_, [&](const auto& one) { return !recently(one.second, now); });
}

void Worked::know(const Baseline& earlier, const Moment& now) {
  if (earlier.online) online_ = now.steady;
  for (const auto& id : earlier.inputs) inputs_[id] = now.steady;
}

Baseline Worked::before(const Moment& now) const {
  Baseline out{online_ && recently(*online_, now), {}};
  for (const auto& [id, last] : inputs_)
    if (recently(last, now)) out.inputs.push_back(id);
  return out;
}

Trial::Trial(Baseline before, Duration length, const Moment& now)
    : before_(std::move(before)), length_(length), began_(now.steady) {}

Trial::Verdict Trial::look(const Signs& signs, const Moment& now) {
  waits_ = false;
  if (before_.online && signs.online && look(broker, {broker, *signs.online, {}, "cannot be reached"}, now.steady))
    return Verdict::lost;
  for (const auto& sign : signs.inputs) {
    const bool critical = std::ranges::find(before_.inputs, sign.id) != before_.inputs.end();
    if (critical && look(sign.id, sign, now.steady)) return Verdict::lost;
  }
  const Duration stood = now.steady - began_;
  return stood >= length_ && (!waits_ || stood >= most_lengths * length_) ? Verdict::passed : Verdict::running;
}

/// Whether it is lost.
bool Trial::look(const std::string& name, const Sign& sign, Steady now) {
  Steady& well = well_.try_emplace(name, began_).first->second;
  if (sign.works) {
    well = now;
    return false;
  }
  waits_ = waits_ || sign.patience <= length_;
  if (now - well <= std::max(length_, sign.patience)) return false;
  lost_ = name + " worked before and does not work under it since " +
          to_text(std::chrono::floor<std::chrono::seconds>(now - well)) + (sign.why.empty() ? "" : ": " + sign.why);
  return true;
}

Duration Trial::left(const Moment& now) const { return std::max(Duration::zero(), length_ - (now.steady - began_)); }

}  // namespace kuzet::run
