// SPDX-License-Identifier: Apache-2.0
// A configuration on its way into a running agent: checked at once, taken over when whoever brought it is done.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/configuration.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace kuzet::run {

using SharedConfiguration = std::shared_ptr<const Configuration>;

/// Lives at home. Of several that are brought before the first is taken over, the last counts; after stop() none does.
class Takeover {
 public:
  /// Outputs that will be gone have so long to become safe.
  static constexpr Duration patience = std::chrono::seconds(3);

  struct Hooks {
    /// Why it cannot be taken over (`config`); asked when it is brought, and again when its time has come.
    std::function<Result<>(const Configuration& next)> fits;
    /// Whatever has to end before it is taken over has ended.
    std::function<bool(const Configuration& next)> ready;
    /// It takes the place of the one that runs.
    std::function<void(const SharedConfiguration& next)> adopt;
    /// It will not be taken over after all, and why.
    std::function<void(const Error& why)> refused;
  };
  Takeover(boost::asio::io_context& io, const Clock& clock, Hooks hooks)
      : io_(io), clock_(clock), hooks_(std::move(hooks)), timer_(io) {}

  /// `config`, `busy`: nothing changes. Otherwise it is taken over soon, never before this returns.
  Result<> apply(Configuration next);
  void stop();
  /// One was brought and is not taken over yet.
  [[nodiscard]] bool coming() const { return coming_ != nullptr; }

 private:
  void look(Steady at_the_latest);

  boost::asio::io_context& io_;
  const Clock& clock_;
  Hooks hooks_;
  boost::asio::steady_timer timer_;
  SharedConfiguration coming_;
  bool stopped_ = false;
};

}  // namespace kuzet::run
