// SPDX-License-Identifier: Apache-2.0
// One picture at a time.
#include "agent/uplink/pictures.hpp"

#include <utility>

namespace kuzet::uplink {

namespace {

constexpr int too_large = 0x95, of_wrong_form = 0x99;  // MQTT 5, 3.4.2.1: it will not be better another time
constexpr int most_failures = 5;
constexpr int most_breaks = 3;
constexpr auto pause = std::chrono::minutes(10);

}  // namespace

void Pictures::restart() {
  ++round_;
  ready_.reset();
  flying_ = fetching_ = failed_ = false;
  wanted_ = true;
}

void Pictures::forget() {
  restart();
  settled_.reset();
  not_before_.reset();
  marking_ = false;
  trouble_ = {};
}

void Pictures::retry() {
  failed_ = false;
  mark();
}

const outbox::PendingPicture* Pictures::front(Steady now) const {
  const bool waits = not_before_ && now < *not_before_;
  return ready_ && !flying_ && !waits ? &*ready_ : nullptr;
}

void Pictures::fetch(Steady now) {
  const bool waits = not_before_ && now < *not_before_;
  if (!wanted_ || ready_ || flying_ || fetching_ || settled_ || failed_ || waits) return;
  fetching_ = true;
  wanted_ = false;
  backlog_.picture(which_, [this, round = round_](Result<std::optional<outbox::PendingPicture>> result) {
    if (round != round_) return;
    fetching_ = false;
    if (!result) {
      wanted_ = failed_ = true;
      return arrived_(result.error());
    }
    ready_ = std::move(*result);
    arrived_(std::nullopt);
  });
}

outbox::PendingPicture Pictures::pop() {
  flying_ = true;
  not_before_.reset();
  return *std::exchange(ready_, std::nullopt);
}

Pictures::Trouble& Pictures::trouble_of(const outbox::Picture& picture) {
  if (trouble_.topic != picture.topic) trouble_ = {picture.topic, 0, 0};
  return trouble_;
}

void Pictures::accepted(const outbox::Picture& picture) {
  flying_ = false;
  trouble_ = {};
  settled_ = picture;
  mark();
}

void Pictures::refused(const outbox::Picture& picture, int reason, Steady now) {
  flying_ = false;
  const auto why = "the broker refused it with reason " + std::to_string(reason);
  if (reason == too_large || reason == of_wrong_form) return give_up(picture, why);
  put_behind(picture, now, why);
}

void Pictures::broke(const outbox::Picture& picture, Steady now) {
  flying_ = false;
  wanted_ = true;
  auto& trouble = trouble_of(picture);
  if (++trouble.breaks < most_breaks) return;
  trouble.breaks = 0;
  put_behind(picture, now, "the connection broke " + std::to_string(most_breaks) + " times while it was sent");
}

void Pictures::put_behind(const outbox::Picture& picture, Steady now, const std::string& why) {
  auto& trouble = trouble_of(picture);
  if (++trouble.failures >= most_failures) return give_up(picture, why);
  if (trouble.failures == 1) say_("uplink: picture " + picture.topic + " waits: " + why);
  not_before_ = now + pause;
  wanted_ = true;
}

void Pictures::give_up(const outbox::Picture& picture, const std::string& why) {
  say_("uplink: picture " + picture.topic + " is given up: " + why);
  trouble_ = {};
  settled_ = picture;
  mark();
}

/// Until the store knows that a picture is settled, it would give the same one again.
void Pictures::mark() {
  if (!settled_ || marking_) return;
  marking_ = true;
  backlog_.picture_sent(settled_->alert, settled_->n, [this, topic = settled_->topic](const Result<>& marked) {
    if (!settled_ || settled_->topic != topic) return;  // of a store that is no more
    marking_ = false;
    if (!marked) return arrived_(marked.error());
    settled_.reset();
    wanted_ = true;
    arrived_(std::nullopt);
  });
}

}  // namespace kuzet::uplink
