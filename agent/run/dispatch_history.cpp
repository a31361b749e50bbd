// SPDX-License-Identifier: Apache-2.0
// What goes into the history and comes out of it.
#include "agent/outbox/history.hpp"
#include "agent/run/dispatch.hpp"

namespace kuzet::run {

void Dispatch::keep_history(std::vector<MinuteFigures> figures, std::vector<outbox::Count> counts, const Moment& now) {
  const auto keep = [figures = std::move(figures), counts = std::move(counts),
                     now](outbox::Outbox& store) -> Result<std::vector<std::string>> {
    auto history = store.history();
    if (!history) return history.error();
    if (auto kept = (*history)->add(figures, now); !kept) return kept.error();
    if (auto kept = (*history)->count(counts, now); !kept) return kept.error();
    return (*history)->news();
  };
  keeper_.ask(keep, [this](const Result<std::vector<std::string>>& news) {
    if (!news && !told_history_) hooks_.say("history: " + news.error().what + "; figures of these minutes are not kept");
    told_history_ = !news;
    if (news)
      for (const auto& sentence : *news) hooks_.say("history: " + sentence);
  });
}

void Dispatch::hours_of(const std::string& sensor, const std::string& channel, Duration back,
                        std::function<void(std::vector<outbox::Point>)> tell) {
  const Wall now = clock_.now().wall;
  const auto ask = [=](outbox::Outbox& store) -> Result<std::vector<outbox::Point>> {
    auto history = store.history();
    if (!history) return history.error();
    return (*history)->series(sensor, channel, now - std::chrono::duration_cast<std::chrono::milliseconds>(back), now,
                              outbox::Resolution::hour);
  };
  keeper_.ask(ask, [this, tell = std::move(tell)](const Result<std::vector<outbox::Point>>& points) {
    if (points) return tell(*points);
    hooks_.say("history: " + points.error().what);
  });
}

/// When the centre took note of an alert goes into the history, before the store takes it as confirmed.
void Dispatch::answered(const uplink::Ack& ack) {
  const auto note = [ack, now = clock_.now()](outbox::Outbox& store) -> Result<> {
    auto ids = ack.ids;
    if (ack.upto) {
      auto more = store.awaited_up_to(ack.upto->store, ack.upto->seq);
      if (!more) return more.error();
      ids.insert(ids.end(), more->begin(), more->end());
    }
    auto history = store.history();
    if (!history) return history.error();
    for (const auto& id : ids)
      if (auto noted = (*history)->answered(id, now); !noted) return noted;
    return {};
  };
  keeper_.ask(note, [this](const Result<>& done) {
    if (!done && !told_history_) hooks_.say("history: " + done.error().what + "; when the centre answered is not kept");
    told_history_ = told_history_ || !done;
  });
}

}  // namespace kuzet::run
