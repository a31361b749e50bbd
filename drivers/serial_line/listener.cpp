// SPDX-License-Identifier: Apache-2.0
// Gives each line to each ear.
#include "drivers/serial_line/listener.hpp"

#include <algorithm>

namespace kuzet::drivers::serial_line {

Listener::Listener(const std::vector<Device>& sensors) {
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    ears_.emplace_back(i, sensors[i]);
    terminal_ = terminal_ || sensors[i].passages;
  }
  heard_.resize(ears_.size());
}

void Listener::opened(const Moment& now) {
  cutter_.opened(now.steady);
  const auto advice = serial::advice_on_name(port().device);
  for (std::size_t i = 0; i < ears_.size(); ++i) {
    ears_[i].opened(now.steady);
    if (!advice.empty()) events_->described(i, advice);
    if (static_cast<const serial::Port&>(ears_[i].settings()) != port())
      events_->failed(i, port().device + ": another sensor on this port is set to another baud rate, parity or number of bits");
  }
}

void Listener::take(const Cutter::Cut& cut, const Moment& now) {
  bool understood = false;
  for (std::size_t i = 0; i < ears_.size(); ++i) {
    heard_[i] = cut.damage.empty() ? ears_[i].read(cut.line) : Heard{.why = cut.damage};
    understood = understood || heard_[i].why.empty();
  }
  for (std::size_t i = 0; i < ears_.size(); ++i)
    if (heard_[i].why.empty())
      ears_[i].take(heard_[i], now, *events_);
    else if (!understood)
      ears_[i].miss(heard_[i].why, terminal_ ? std::string_view() : cut.line);
}

void Listener::heard(std::string_view bytes, const Moment& now) {
  cutter_.feed(bytes, now.steady, [&](const Cutter::Cut& cut) { take(cut, now); });
}

serial::Conversation::Turn Listener::turn(const Moment& now) {
  cutter_.turn(now.steady, [&](const Cutter::Cut& cut) { take(cut, now); });
  Turn out;
  const auto sooner = [&out](std::optional<Steady> when) {
    if (when && (!out.next || *when < *out.next)) out.next = when;
  };
  sooner(cutter_.next());
  for (auto& ear : ears_) sooner(ear.turn(now, *events_));
  return out;
}

}  // namespace kuzet::drivers::serial_line
