// SPDX-License-Identifier: Apache-2.0
// Observations, minutes and hours on their way.
#include "agent/run/site_records.hpp"

#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr Duration remembered_levels = 24h * 70;  // of what is foretold

}  // namespace

Site::Hooks recording_in(const std::unique_ptr<Dispatch>& dispatch) {
  Site::Hooks out;
  out.observe = [&dispatch](const std::string& source, const Observation& observation, const Moment& at) {
    dispatch->observe(source, "", observation, at);
  };
  out.tell = [&dispatch](const std::string& source, const Observation& observation, const Moment& at) {
    dispatch->tell(source, observation, at);
  };
  out.remember = [&dispatch](std::vector<MinuteFigures> figures, std::vector<outbox::Count> counts, const Moment& now) {
    dispatch->keep_history(std::move(figures), std::move(counts), now);
  };
  out.past = [&dispatch](const std::string& sensor, const std::string& reading,
                         std::function<void(std::vector<alerts::HourLevel>)> tell) {
    dispatch->hours_of(sensor, reading, remembered_levels,
                       [tell = std::move(tell)](const auto& points) { tell(levels_of(points)); });
  };
  return out;
}

}  // namespace kuzet::run
