// SPDX-License-Identifier: Apache-2.0
// Confirmations.
#include "agent/uplink/centres.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::uplink {

namespace {

constexpr std::size_t most_centres = 16;  // whoever may publish there could fill the memory with names
constexpr std::size_t most_stores = 16;

}  // namespace

bool Centres::shown(const Centre& centre) {
  seen_ = true;
  tell_seen();
  const bool were = any_online();
  const bool known = online_.contains(centre.name) || online_.size() < most_centres;
  if (known) online_[centre.name] = centre.online;
  return !were && any_online();
}

bool Centres::any_online() const {
  return std::ranges::any_of(online_, [](const auto& one) { return one.second; });
}

void Centres::out_of_sight() {
  online_.clear();
  told_.clear();
}

void Centres::forget() {
  ++round_;
  ids_.clear();
  upto_.clear();
  told_.clear();
  asking_ = 0;
  telling_ = seen_told_ = false;
  tell_seen();
}

void Centres::tell_seen() {
  if (!seen_ || seen_told_ || telling_) return;
  telling_ = true;
  backlog_.centre_seen([this, round = round_](const Result<>& result) {
    if (round != round_) return;
    telling_ = false;
    if (!result) return failed_(result.error());
    seen_told_ = true;
  });
}

void Centres::acknowledged(Ack ack) {
  for (auto& id : ack.ids)
    if (ids_.size() < most_ids) ids_.insert(std::move(id));
  if (!ack.upto || (upto_.size() >= most_stores && !upto_.contains(ack.upto->store))) return;
  auto& seq = upto_[ack.upto->store];
  seq = std::max(seq, ack.upto->seq);
}

void Centres::hand_over(const Window& window) {
  tell_seen();
  if (asking_ > 0) return;
  confirm_up_to(window);
  confirm_ids(window);
}

/// What is up to here and still on its way to the broker holds up itself and all behind it.
void Centres::confirm_up_to(const Window& window) {
  for (auto waiting = upto_.begin(); waiting != upto_.end();) {
    const auto& [store, upto] = *waiting;
    std::uint64_t possible = upto;
    window.each<Letter>([&, &name = waiting->first](const Letter& letter) {
      if (letter.store == name && letter.seq <= possible && letter.what != outbox::Class::observation)
        possible = letter.seq - std::min<std::uint64_t>(letter.seq, 1);
    });
    const bool worth = possible == upto || possible > told_[store];
    if (worth && possible > 0) {
      told_[store] = possible;
      ++asking_;
      backlog_.confirm_up_to(store, possible, [this, round = round_](const Result<std::uint64_t>& result) {
        if (round == round_) answered(result);
      });
    }
    const bool all = possible == upto;
    if (all) told_.erase(store);
    waiting = all ? upto_.erase(waiting) : std::next(waiting);
  }
}

void Centres::confirm_ids(const Window& window) {
  std::vector<std::string> ready;
  for (const auto& id : ids_)
    if (!window.any<Letter>([&id](const Letter& letter) { return letter.alert == id; })) ready.push_back(id);
  if (ready.empty()) return;
  for (const auto& id : ready) ids_.erase(id);
  ++asking_;
  backlog_.confirm_alerts(std::move(ready), [this, round = round_](const Result<std::uint64_t>& result) {
    if (round == round_) answered(result);
  });
}

/// What the store could not note is lost here: the events stay unconfirmed, and the centre is reminded of them.
void Centres::answered(const Result<std::uint64_t>& result) {
  --asking_;
  if (!result) told_.clear(), failed_(result.error());
}

}  // namespace kuzet::uplink
