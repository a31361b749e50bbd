// SPDX-License-Identifier: Apache-2.0
// What is on its way to the broker: numbered, with the moment until which it must be answered.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"
#include "agent/outbox/message.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace kuzet::uplink {

/// Why a message is sent.
enum class Purpose {
  fresh,    ///< the broker does not have it
  refused,  ///< the broker refused it before
  remind,   ///< the centre has not confirmed it
  span,     ///< the centre asked for it
};

/// A stored message that is on its way; its bytes stay in the store.
struct Letter {
  outbox::Handle handle;
  outbox::Class what = outbox::Class::alert;
  std::string store;
  std::uint64_t seq = 0;
  std::string alert;
  std::string topic;
  Purpose purpose = Purpose::fresh;
};

/// State, birth, open, answers: made anew when they are needed again.
struct Greeting {
  std::string topic;
};
struct Subscription {
  std::string filter;
};
/// Its answer means nothing any more.
struct Nothing {};
using Parcel = std::variant<Nothing, Greeting, Subscription, Letter, outbox::Picture>;

/// Bytes a second: a link that is slower than that cannot carry pictures.
constexpr double slowest_link = 16'000;

/// The unanswered messages of one connection. Subscriptions do not fill the window.
class Window {
 public:
  /// Of a new connection: empty, and as wide as it pays: min(16, receive maximum - 4), at least 1. At the receive maximum
  /// itself Paho and Mosquitto fall to a fraction of the rate.
  void begin(const link::Welcome& welcome, Duration answer_within);
  /// Takes a message of so many bytes in; the number under which it is sent. It must be answered when all that is before it,
  /// and itself, could have been carried by the slowest link, and a little later.
  std::uint64_t put(Parcel what, std::size_t bytes, Steady now);
  /// As put(), with a limit of its own.
  std::uint64_t put_within(Parcel what, Duration limit, Steady now);
  /// The message was answered; nothing when there is none of this number.
  std::optional<Parcel> take(std::uint64_t number);
  /// The answers to stored messages mean nothing any more.
  void disown();
  void clear() { flights_.clear(), bytes_ = 0, counted_ = 0; }

  [[nodiscard]] bool has_room() const { return counted_ < size_; }
  [[nodiscard]] bool empty() const { return flights_.empty(); }
  [[nodiscard]] bool overdue(Steady now) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t counted() const { return counted_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Whether any (counted or not) holds a T for which `is` is true.
  template <class T, class Is>
  [[nodiscard]] bool any(Is is) const {
    return std::ranges::any_of(flights_, [&](const auto& one) {
      const T* what = std::get_if<T>(&one.second.what);
      return what != nullptr && is(*what);
    });
  }
  /// Calls visit(const T&) for each that is on its way, oldest first.
  template <class T, class Visit>
  void each(Visit visit) const {
    for (const auto& [number, flight] : flights_)
      if (const T* what = std::get_if<T>(&flight.what)) visit(*what);
  }

 private:
  struct Flight {
    Parcel what;
    std::size_t bytes = 0;
    Steady answer_by;
    bool counted = false;
  };

  Duration answer_within_{};
  std::size_t size_ = 1;
  std::size_t counted_ = 0;
  std::size_t bytes_ = 0;     // of all that is in flight
  std::uint64_t number_ = 0;  // of the last message; goes on over connections
  std::map<std::uint64_t, Flight> flights_;
};

}  // namespace kuzet::uplink
