// SPDX-License-Identifier: Apache-2.0
// Numbered flights and their deadlines.
#include "agent/uplink/window.hpp"

namespace kuzet::uplink {

namespace {

constexpr std::size_t widest = 16;
constexpr std::size_t headroom = 4;  // below the broker's receive maximum

}  // namespace

void Window::begin(const link::Welcome& welcome, Duration answer_within) {
  answer_within_ = answer_within;
  clear();
  const std::size_t allowed = welcome.receive_maximum > headroom ? welcome.receive_maximum - headroom : 1;
  size_ = std::min(widest, allowed);
}

std::uint64_t Window::put(Parcel what, std::size_t bytes, Steady now) {
  const auto number = ++number_;
  const bool counted = !std::holds_alternative<Subscription>(what);  // these do not count against the broker's limit
  bytes_ += bytes;
  counted_ += counted ? 1 : 0;
  const auto limit = answer_within_ + from_seconds(static_cast<double>(bytes_) / slowest_link);
  flights_.emplace(number, Flight{std::move(what), bytes, now + limit, counted});
  return number;
}

std::uint64_t Window::put_within(Parcel what, Duration limit, Steady now) {
  const auto number = put(std::move(what), 0, now);
  flights_.at(number).answer_by = now + limit;
  return number;
}

std::optional<Parcel> Window::take(std::uint64_t number) {
  const auto found = flights_.find(number);
  if (found == flights_.end()) return std::nullopt;
  auto what = std::move(found->second.what);
  bytes_ -= found->second.bytes;
  counted_ -= found->second.counted ? 1 : 0;
  flights_.erase(found);
  return what;
}

void Window::disown() {
  for (auto& [number, flight] : flights_)
    if (std::holds_alternative<Letter>(flight.what) || std::holds_alternative<outbox::Picture>(flight.what))
      flight.what = Nothing{};  // it still fills the broker's window
}

bool Window::overdue(Steady now) const {
  return std::ranges::any_of(flights_, [&](const auto& one) { return now > one.second.answer_by; });
}

}  // namespace kuzet::uplink
