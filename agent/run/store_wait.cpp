// SPDX-License-Identifier: Apache-2.0
// Waiting for a disk that can be written.
#include "agent/run/store_wait.hpp"

#include "agent/run/credentials.hpp"
#include "agent/run/notify.hpp"
#include "agent/run/system_clock.hpp"
#include "agent/uplink/wire.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>

#include <thread>

namespace kuzet::run {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto longest = 60s;
constexpr auto farewell = 1s;

}  // namespace

StoreWait::StoreWait() : backoff_(uplink::system_chance(), 1s, longest) {}

StoreWait::~StoreWait() = default;

void StoreWait::over() {
  if (link_ && connected_) link_->disconnect(farewell);
  link_.reset();
  connected_ = false;
  said_.clear();
  backoff_.succeeded();
}

Result<> StoreWait::wait(const Error& why, const Configuration& all) {
  if (!is_supervised() || (why.code != Code::io && why.code != Code::full)) return why;
  if (why.what != said_) spdlog::error("{}; trying again until it can be opened: nothing is watched meanwhile", why.what);
  said_ = why.what;
  notify_status("nothing is watched: " + why.what);
  const auto pause = backoff_.next();
  notify_still_starting(std::chrono::ceil<std::chrono::seconds>(pause) + longest);
  if (all.uplink) tell_centre(all, why.what);
  const auto end = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < end) {
    io_.restart();
    if (io_.run_one_until(end) == 0) std::this_thread::sleep_for(50ms);
  }
  return {};
}

void StoreWait::tell_centre(const Configuration& all, const std::string& why) {
  auto connection = connection_of(all);
  if (connected_ || !connection) return;
  const Wall now = system_clock().now().wall;
  state_ = uplink::state_message(identity_of(all), false, 0, now, why);
  connection->server = all.uplink->servers[server_ % all.uplink->servers.size()];
  connection->version = version_;
  connection->will = state_;
  if (!link_) link_ = link::make_paho_link(events(), [this](std::function<void()> job) { asio::post(io_, std::move(job)); });
  link_->connect(*connection);
}

link::Events StoreWait::events() {
  return {[this](const link::Welcome&) {
            connected_ = true;
            (void)link_->publish(1, state_);  // a failure is a loss, which is told
          },
          [this](const link::Loss& loss) {
            connected_ = false;
            ++server_;
            if (loss.version_refused) version_ = link::Version::v311;
          },
          [](std::uint64_t, int) {}, [](const link::Message&) {}};
}

}  // namespace kuzet::run
