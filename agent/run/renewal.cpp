// SPDX-License-Identifier: Apache-2.0
// When to ask for the next certificate, and what to say when none comes.
#include "agent/run/renewal.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration look_every = 10s;  // for a new identity: `kuzet enroll` may have been run meanwhile
constexpr Duration fault_lasts = 90s;
constexpr Duration most_warning = 24h * 14;  // before the end, in which a person can still do something about it
constexpr Duration least_wait = 1s, most_least_wait = 5min, most_wait = 6h;
constexpr double spread = 0.05;  // of the life that is left: a city's boards do not all ask in the same minute

std::string mark_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return std::to_string(status.st_ino) + " " + std::to_string(status.st_mtim.tv_sec) + " " +
         std::to_string(status.st_mtim.tv_nsec);
}

/// In the largest unit of which there are two or more.
std::string roughly(Duration left) {
  const auto in = [left](Duration unit) { return left / unit; };
  if (in(24h) >= 2) return std::to_string(in(24h)) + " days";
  if (in(1h) >= 2) return std::to_string(in(1h)) + " hours";
  return in(1min) >= 2 ? std::to_string(in(1min)) + " minutes" : std::to_string(in(1s)) + " seconds";
}

}  // namespace

Renewal::Renewal(enrolment::IdentityFolder folder, Ask ask, Home home, uplink::Chance chance, Hooks hooks)
    : folder_(std::move(folder)),
      ask_(std::move(ask)),
      home_(std::move(home)),
      chance_(std::move(chance)),
      hooks_(std::move(hooks)) {
  if (auto settled = folder_.settle(); !settled) hooks_.say("certificate: " + settled.error().what);
}

Duration Renewal::life() const { return std::max<Duration>(record_->expires - record_->issued, 1s); }

/// A record that is new, or new to us.
void Renewal::look(const Moment& now) {
  if (asking_ || (looked_ && now.steady - *looked_ < look_every)) return;
  looked_ = now.steady;
  auto mark = mark_of(folder_.record_file());
  if (mark == mark_) return;
  mark_ = std::move(mark);
  auto record = folder_.record();
  again_.reset();
  failure_.clear();
  record_.reset();
  if (!record) {
    why_not_ = record.error().what;
    return;
  }
  record_ = std::move(*record);
  const double part = spread * chance_() * std::chrono::duration<double>(record_->expires - record_->renew_after).count();
  due_ = record_->renew_after + std::chrono::milliseconds(static_cast<std::int64_t>(1000 * std::max(part, 0.0)));
  backoff_.emplace(chance_, std::clamp<Duration>(life() / 1000, least_wait, most_least_wait),
                   std::clamp<Duration>(life() / 50, 2 * least_wait, most_wait));
}

bool Renewal::due(const Moment& now) const { return now.wall >= due_ && (!again_ || now.steady >= *again_); }

void Renewal::ask(const Moment& now) {
  asking_ = true;
  thread_ = std::jthread([this, now, ask = ask_, home = home_, here = std::weak_ptr(here_)](const std::stop_token& stop) {
    auto record = ask(now.wall, stop);
    home([this, now, here, record = std::move(record)] {
      if (!here.expired()) answered(record, now);
    });
  });
}

void Renewal::answered(const Result<enrolment::Record>& record, const Moment& asked) {
  asking_ = false;
  looked_.reset();  // the new one is read with the next tick
  if (record) return hooks_.say("certificate: renewed, good until " + rfc3339(record->expires));
  if (record.error().what != failure_) hooks_.say("certificate: not renewed: " + record.error().what);
  failure_ = record.error().what;
  again_ = asked.steady + backoff_->next();
}

/// Only a clock that can be believed says that an end is near.
void Renewal::warn(const Moment& now) {
  if (!record_) {
    hooks_.fault(
        {{"what", "this board has no certificate in " + folder_.path().string()}, {"do", "enroll it: kuzet enroll URL TOKEN"}},
        fault_lasts);
    return;
  }
  const auto left = record_->expires - now.wall;
  const bool near = left < std::min<Duration>(most_warning, life() / 6);
  if (now.clock == ClockState::unsynced || !near || (failure_.empty() && left > 0s)) return;
  hooks_.fault(
      {{"what", (left <= 0s ? "the certificate has ended on " + rfc3339(record_->expires)
                            : "the certificate ends in " + roughly(left)) +
                    (failure_.empty() ? "" : " and could not be renewed: " + failure_)},
       {"do", left <= 0s ? "get a new token and run kuzet enroll again"
                         : "see to it that this board reaches " + record_->renew + ", or run kuzet enroll with a new token"},
       {"expires", rfc3339(record_->expires)}},
      fault_lasts);
}

void Renewal::tick(const Moment& now) {
  look(now);
  warn(now);
  if (!record_ || asking_) return;
  if (now.wall < record_->issued - 24h && !told_clock_) {
    told_clock_ = true;
    hooks_.say("certificate: the clock says " + rfc3339(now.wall) +
               ", which is before the certificate was made; it is renewed " + "once the clock is set");
  }
  if (due(now)) ask(now);
}

}  // namespace kuzet::run
