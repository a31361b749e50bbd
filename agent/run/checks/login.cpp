// SPDX-License-Identifier: Apache-2.0
// A login by the agent's own link, on the asker's thread.
#include "agent/run/checks/login.hpp"

#include "drivers/net/inbox.hpp"

#include <algorithm>

namespace kuzet::run::checks {

namespace {

/// One attempt, and all that is told of it.
class Attempt {
 public:
  explicit Attempt(Duration patience) : until_(std::chrono::steady_clock::now() + patience) {}

  void connect(const link::Connection& connection) {
    link_->connect(connection);
    wait([this] { return login_.welcome || loss_; });
  }
  void subscribe(const std::vector<std::string>& filters) {
    std::uint64_t number = 0;
    for (const auto& filter : filters) {
      login_.answers[filter] = -1;
      asked_[++number] = filter;
      (void)link_->subscribe(number, {filter});
    }
    wait([&] { return loss_ || asked_.empty(); });
  }
  void leave() { link_->disconnect(std::chrono::seconds(1)); }
  [[nodiscard]] Login& login() { return login_; }
  [[nodiscard]] const std::optional<link::Loss>& loss() const { return loss_; }

 private:
  void answered(std::uint64_t number, int reason) {
    if (const auto found = asked_.find(number); found != asked_.end()) {
      login_.answers[found->second] = reason;
      asked_.erase(found);
    }
  }
  template <class So>
  void wait(So so) {
    while (!so())
      if (auto job = inbox_.next({}, until_))
        job();
      else
        return;
  }

  Steady until_;
  Login login_;
  std::optional<link::Loss> loss_;
  std::map<std::uint64_t, std::string> asked_;
  drivers::net::Inbox inbox_;
  std::unique_ptr<link::Link> link_ = link::make_paho_link(
      {[this](const link::Welcome& welcome) { login_.welcome = welcome; }, [this](const link::Loss& loss) { loss_ = loss; },
       [this](std::uint64_t number, int reason) { answered(number, reason); }, [](const link::Message&) {}},
      [this](std::function<void()> job) { inbox_.post(std::move(job)); });
};

}  // namespace

Login log_in(link::Connection connection, std::optional<link::Version> version, const std::vector<std::string>& filters,
             Duration patience) {
  connection.version = version.value_or(link::Version::v5);
  connection.timeout = std::max(std::chrono::duration_cast<std::chrono::seconds>(patience), std::chrono::seconds(1));
  connection.will = {};
  Attempt attempt(patience + std::chrono::seconds(1));
  attempt.connect(connection);
  Login& out = attempt.login();
  out.version = connection.version;
  if (!out.welcome) {
    if (!version && attempt.loss() && attempt.loss()->version_refused)
      return log_in(connection, link::Version::v311, filters, patience);
    out.failure = attempt.loss() ? attempt.loss()->why : "no answer within " + to_text(patience);
    return out;
  }
  attempt.subscribe(filters);
  attempt.leave();
  return out;
}

}  // namespace kuzet::run::checks
