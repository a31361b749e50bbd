// SPDX-License-Identifier: Apache-2.0
// A stop that comes where no agent hears it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace kuzet::run {

/// Hears that the process is to stop also where there is no agent to hear it: between two, and while one begins.
class StopAsked {
 public:
  StopAsked() {
    signals_.async_wait([this](const boost::system::error_code& error, int) { asked_ = !error; });
  }
  StopAsked(const StopAsked&) = delete;
  StopAsked& operator=(const StopAsked&) = delete;

  [[nodiscard]] bool by_now() { return io_.poll(), asked_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_{io_, SIGTERM, SIGINT};
  bool asked_ = false;
};

}  // namespace kuzet::run
