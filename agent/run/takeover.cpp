// SPDX-License-Identifier: Apache-2.0
// From brought to taken over.
#include "agent/run/takeover.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr auto look_again = 50ms;

}  // namespace

Result<> Takeover::apply(Configuration next) {
  if (stopped_) return Error{Code::busy, "the agent is about to stop"};
  if (auto fit = hooks_.fits(next); !fit) return fit;
  // Whoever brings it may be a part of what will be another one.
  if (!coming_) boost::asio::post(io_, [this] { look(clock_.now().steady + patience); });
  coming_ = std::make_shared<const Configuration>(std::move(next));
  return {};
}

void Takeover::look(Steady at_the_latest) {
  if (stopped_ || !coming_) return;
  if (!hooks_.ready(*coming_) && clock_.now().steady < at_the_latest) {
    timer_.expires_after(look_again);
    return timer_.async_wait([this, at_the_latest](const boost::system::error_code& error) {
      if (!error) look(at_the_latest);
    });
  }
  const SharedConfiguration next = std::exchange(coming_, nullptr);
  if (auto fit = hooks_.fits(*next); !fit) return hooks_.refused(fit.error());
  hooks_.adopt(next);
}

void Takeover::stop() {
  stopped_ = true;
  coming_.reset();
  timer_.cancel();
}

}  // namespace kuzet::run
