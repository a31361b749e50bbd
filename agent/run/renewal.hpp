// SPDX-License-Identifier: Apache-2.0
// Keeps the certificate that `kuzet enroll` got from running out: asks for the next one in time, apart from everything else.
#pragma once

#include "agent/enrolment/enrolment.hpp"
#include "agent/uplink/backoff.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace kuzet::run {

/// From two thirds of a certificate's life on it asks, later and later where that fails, until there is a new one; the uplink
/// sees the new files and connects anew by itself. Lives on one thread; what waits for the city is done on another.
class Renewal {
 public:
  using Home = std::function<void(std::function<void()>)>;
  using Ask = std::function<Result<enrolment::Record>(Wall now, const std::stop_token& stop)>;
  struct Hooks {
    std::function<void(const std::string& sentence)> say;
    std::function<void(boost::json::object details, Duration lasts)> fault;  ///< node_fault::certificate
  };

  Renewal(enrolment::IdentityFolder folder, Ask ask, Home home, uplink::Chance chance, Hooks hooks);
  /// Ends what is under way at once.
  ~Renewal() = default;
  Renewal(const Renewal&) = delete;
  Renewal& operator=(const Renewal&) = delete;

  /// Once a second.
  void tick(const Moment& now);
  [[nodiscard]] bool asking() const { return asking_; }

 private:
  void look(const Moment& now);
  [[nodiscard]] bool due(const Moment& now) const;
  void ask(const Moment& now);
  void answered(const Result<enrolment::Record>& record, const Moment& asked);
  void warn(const Moment& now);
  [[nodiscard]] Duration life() const;

  enrolment::IdentityFolder folder_;
  Ask ask_;
  Home home_;
  uplink::Chance chance_;
  Hooks hooks_;
  std::optional<enrolment::Record> record_;
  std::string why_not_;     // there is none
  std::string mark_ = "?";  // of the record's file when it was read
  std::optional<Steady> looked_;
  Wall due_{};
  std::optional<uplink::Backoff> backoff_;
  std::optional<Steady> again_;
  std::string failure_;  // of the last attempt
  bool asking_ = false;
  bool told_clock_ = false;
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);  // what comes home after we are gone is dropped
  std::jthread thread_;                                        // last: it ends before what it uses
};

}  // namespace kuzet::run
