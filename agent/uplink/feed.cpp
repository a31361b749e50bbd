// SPDX-License-Identifier: Apache-2.0
// Fetching of pages.
#include "agent/uplink/feed.hpp"

#include <utility>

namespace kuzet::uplink {

void Feed::restart(std::int64_t after) {
  stop();
  cursor_ = after;
  running_ = more_ = true;
}

void Feed::stop() {
  ++round_;
  queue_.clear();
  running_ = fetching_ = more_ = failed_ = false;
}

outbox::Pending Feed::pop() {
  auto out = std::move(queue_.front());
  queue_.pop_front();
  return out;
}

void Feed::drop(const outbox::Handle& handle) {
  std::erase_if(queue_, [&](const outbox::Pending& one) { return one.handle == handle; });
}

void Feed::fetch() {
  if (fetching_ || failed_ || !more_ || queue_.size() > page_ / 2) return;
  fetching_ = true;
  more_ = false;
  outbox::Page page;
  page.shelf = shelf_;
  page.after = cursor_;
  page.limit = page_;
  page.since = since_;
  page.to = to_;
  backlog_.page(page, [this, round = round_](Result<std::vector<outbox::Pending>> result) {
    if (round == round_) received(std::move(result));
  });
}

void Feed::received(Result<std::vector<outbox::Pending>> page) {
  fetching_ = false;
  if (!page) {
    more_ = failed_ = true;
    return arrived_(page.error());
  }
  more_ = more_ || page->size() >= page_;
  for (auto& message : *page) {
    cursor_ = message.handle.row;
    if (!known_ || !known_(message.handle)) queue_.push_back(std::move(message));
  }
  arrived_(std::nullopt);
}

}  // namespace kuzet::uplink
