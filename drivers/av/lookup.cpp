// SPDX-License-Identifier: Apache-2.0
// One thread for each look-up under way, which nobody waits for longer than he wants.
#include "drivers/av/lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace kuzet::drivers::av {

namespace {

using Addresses = Result<std::vector<std::string>>;

struct Freed {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

/// What the threads and those who wait share; it lives as long as the last of them.
struct Board {
  std::mutex mutex;
  std::condition_variable_any changed;
  struct Look {
    std::optional<Addresses> found;
  };
  std::map<std::string, std::shared_ptr<Look>> looks;
};

const std::shared_ptr<Board>& board() {
  static const auto one = std::make_shared<Board>();
  return one;
}

void look(const std::shared_ptr<Board>& board, const std::shared_ptr<Board::Look>& look, const std::string& host,
          const Resolver& resolver) {
  auto found = resolver(host);
  const std::lock_guard lock(board->mutex);
  look->found = std::move(found);
  board->looks.erase(host);  // who waits holds it; who asks next asks anew
  board->changed.notify_all();
}

/// The look-up that is under way, or a new one.
std::shared_ptr<Board::Look> begin(const std::string& host, const Resolver& resolver) {
  const std::lock_guard lock(board()->mutex);
  if (const auto found = board()->looks.find(host); found != board()->looks.end()) return found->second;
  auto one = std::make_shared<Board::Look>();
  std::thread([board = board(), one, host, resolver] { look(board, one, host, resolver); }).detach();
  board()->looks.emplace(host, one);  // before the thread can take it out: we hold the lock
  return one;
}

}  // namespace

Addresses system_look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, Freed> owner(list);
  if (failed == EAI_AGAIN) return Error{Code::io, "its name could not be looked up: the name server does not answer"};
  if (failed != 0) return Error{Code::io, "no such host"};
  std::vector<std::string> out;
  for (const auto* one = list; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      out.emplace_back(text.data());
  }
  if (out.empty()) return Error{Code::io, "no such host"};
  return out;
}

Addresses look_up(const std::string& host, const Patience& patience, const Resolver& resolver) {
  const auto one = begin(host, resolver);
  std::unique_lock lock(board()->mutex);
  const Steady end = std::chrono::steady_clock::now() + std::max(patience.left(), Duration{});
  if (board()->changed.wait_until(lock, patience.stop(), end, [&] { return one->found.has_value(); })) return *one->found;
  return open_failed(patience, {Code::io, "stopped"});
}

std::size_t look_ups_under_way() {
  const std::lock_guard lock(board()->mutex);
  return board()->looks.size();
}

Error open_failed(const Patience& patience, Error otherwise) {
  if (patience.stopped()) return {Code::io, "stopped"};
  if (patience.expired()) return {Code::io, "timed out: no picture within " + to_text(patience.timeout())};
  return otherwise;
}

}  // namespace kuzet::drivers::av
