// SPDX-License-Identifier: Apache-2.0
// Trying, passing, taking back.
#include "agent/run/configurations.hpp"

#include "agent/core/json.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration worked_kept_every = 1h;       // a flapping camera must not wear the card
constexpr std::chrono::milliseconds ahead = 1h;  // of this board's clock: what is issued later would shut out all that is right

}  // namespace

std::string Configurations::store_in(const Origin& origin) const {
  const auto all = parse(origin.text, setup_.file.string(), setup_.environment);
  return all ? all->store.path : "";
}

std::optional<Configuration> Configurations::failed(const Error& error, bool stored, const Moment& now) {
  now_ = now;
  if (error.code == Code::busy || !kept_.good || running_ == good()) return std::nullopt;
  // A disk that is full or read-only is no fault of the words: with the last good one it would be the same.
  if (!stored && store_in(running_) == store_in(good())) return std::nullopt;
  return take_back("the agent cannot start with it: " + error.what);
}

Result<Configuration> Configurations::again() const {
  auto choice = judge(running_, nullptr);
  if (!choice) return choice.error();
  return std::move(choice->configuration);
}

void Configurations::opened(const Moment& now) {
  now_ = now;
  if (std::exchange(opened_, true)) return;
  if (kept_.good) worked_.know(kept_.good->worked, now);
  const bool known = kept_.good && running_ == good();
  if (known) kept_.attempt.reset();
  if (!known) {
    if (!kept_.attempt)
      kept_.attempt = Attempt{running_.fingerprint(), kept_.good ? kept_.good->worked : Baseline{}, 0, true, now.wall};
    kept_.attempt->running = true;
    begin_trial();
  }
  settle();
  save();
}

Result<Configuration> Configurations::reread(const Moment& now) {
  now_ = now;
  read_file();
  recall();
  auto choice = choose();
  settle();
  if (file_.state == "wrong") return alone_.error();
  if (!choice) return choice.error();
  if (file_.state == "rolled_back")
    return Error{Code::config, "it is the one that was taken back (" + file_.why +
                                   "); it is tried again when anything in it is changed, a comment for instance"};
  Configuration same = choice->configuration;
  auto next = adopt(std::move(*choice));
  return next ? std::move(*next) : std::move(same);
}

void Configurations::begin_trial() {
  trial_.emplace(kept_.attempt->before, trial_length_, now_);
  setup_.say("configuration " + running_.fingerprint() + " is on trial for " + to_text(trial_length_));
}

void Configurations::keep_before() { before_ = Before{running_, trial_length_, trial_, kept_.attempt}; }

void Configurations::not_taken(const Moment& now) {
  now_ = now;
  if (!before_) return;
  running_ = before_->running;
  trial_length_ = before_->trial_length;
  trial_ = before_->trial;
  kept_.attempt = before_->attempt;
  before_.reset();
  settle();
  save();
}

/// Something where this is not what runs already.
std::optional<Configuration> Configurations::adopt(Choice choice) {
  if (choice.origin == running_) return std::nullopt;
  const Baseline before = trial_ && kept_.attempt ? kept_.attempt->before : worked_.before(now_);
  keep_before();
  running_ = choice.origin;
  trial_length_ = choice.configuration.trial;
  const bool known = kept_.good && running_ == good();
  trial_.reset();
  kept_.attempt.reset();
  if (!known) {
    kept_.attempt = Attempt{running_.fingerprint(), before, 0, true, now_.wall};
    begin_trial();
  }
  settle();
  save();
  return std::move(choice.configuration);
}

std::optional<Configuration> Configurations::tick(const Signs& signs, const Moment& now) {
  now_ = now;
  before_.reset();  // it is taken over
  if (!trial_) worked_.see(signs, now);
  if (trial_) return judge_trial(signs);
  keep_worked();
  if (waiting_) return accept(*std::exchange(waiting_, std::nullopt));
  if (!running_.overlay.empty() && wanted_settings().empty())  // expired
    if (auto choice = choose()) return adopt(std::move(*choice));
  return std::nullopt;
}

std::optional<Configuration> Configurations::judge_trial(const Signs& signs) {
  const auto verdict = trial_->look(signs, now_);
  if (verdict == Trial::Verdict::lost) return take_back(trial_->lost());
  if (verdict == Trial::Verdict::passed) {
    worked_.see(signs, now_);
    pass();
  }
  return std::nullopt;
}

void Configurations::pass() {
  trial_.reset();
  kept_.attempt.reset();
  const bool of_wanted = kept_.wanted && kept_.wanted->settings == running_.overlay;
  const bool of_good = kept_.good && kept_.good->origin.overlay == running_.overlay;
  const auto expires = of_wanted ? kept_.wanted->expires : of_good ? kept_.good->expires : std::nullopt;
  kept_.good = LastGood{running_, worked_.before(now_), now_.wall, expires};
  kept_worked_ = now_.steady;
  setup_.say("configuration " + running_.fingerprint() + " has passed its trial");
  settle();
  save();
}

/// What is new in it is not tried again as it is.
void Configurations::blame(const Origin& origin, const std::string& why) {
  const Origin& last = kept_.good->origin;
  if (origin.text != last.text) kept_.take_back({fingerprint_of(origin.text), why, now_.wall});
  if (origin.overlay != last.overlay && kept_.wanted && origin.overlay == kept_.wanted->settings)
    kept_.wanted->taken_back = why;
  kept_.attempt.reset();
}

std::optional<Configuration> Configurations::take_back(const std::string& why) {
  if (!kept_.good) return pass(), std::nullopt;  // nothing is known to be better
  auto instead = judge(good(), nullptr);
  if (!instead) {
    setup_.say("configuration " + running_.fingerprint() + " would be taken back (" + why +
               "), but the last good one cannot run any more: " + instead.error().what);
    return pass(), std::nullopt;
  }
  setup_.say("configuration " + running_.fingerprint() + " is taken back: " + why + "; the last good one runs again (" +
             good().fingerprint() + ")");
  keep_before();
  blame(running_, why);
  trial_.reset();
  running_ = good();
  trial_length_ = instead->configuration.trial;
  worked_.know(kept_.good->worked, now_);
  recall();
  remote_ = {};
  settle();
  save();
  return std::move(instead->configuration);
}

std::optional<std::string> Configurations::objection(const uplink::Desired& wanted) const {
  const auto& before = kept_.wanted;
  const bool knows_time = now_.clock != ClockState::unsynced;
  if (before && before->id == wanted.id) return "id: was used before for other settings";
  if (before && wanted.issued <= before->issued)
    return "issued: must be later than that of " + before->id + ", which is in force (" + rfc3339(before->issued) + ")";
  if (knows_time && wanted.issued > now_.wall + ahead) return "issued: lies in the future; here it is " + rfc3339(now_.wall);
  if (has_expired(wanted.expires, now_)) return "expires: was " + rfc3339(*wanted.expires);
  return std::nullopt;
}

std::optional<Configuration> Configurations::take(const uplink::DesiredReading& reading, const Moment& now) {
  now_ = now;
  news_ = true;
  refused_.reset();
  const auto refuse = [&](json::array faults) {
    refused_id_ = reading.id;
    refused_ = Fate{"refused", std::move(faults), {}, now.wall};
    setup_.say("settings of the control centre " + reading.id +
               " are refused: " + std::string(refused_->faults.at(0).as_string()));
    return std::nullopt;
  };
  if (!reading.wanted) return refuse({std::string(desired_topic) + ": " + reading.wanted.error().what});
  const auto& wanted = *reading.wanted;
  const auto settings = wanted.settings.empty() ? "" : json_text(wanted.settings);
  const auto& before = kept_.wanted;
  if (before && before->id == wanted.id && before->issued == wanted.issued && before->expires == wanted.expires &&
      before->settings == settings)
    return std::nullopt;  // it is retained, and comes with each connection
  if (const auto why = objection(wanted)) return refuse({std::string(desired_topic) + ": " + *why});
  json::array faults;
  const auto& text = file_fits() ? file_text_ : kept_.good ? kept_.good->origin.text : running_.text;
  if (!settings.empty() && !judge({text, settings}, &faults)) return refuse(std::move(faults));
  if (trial_) {
    waiting_ = wanted;
    setup_.say("settings of the control centre " + wanted.id + " wait until the trial is over");
    return settle(), std::nullopt;
  }
  return accept(wanted);
}

std::optional<Configuration> Configurations::accept(const uplink::Desired& wanted) {
  const auto settings = wanted.settings.empty() ? "" : json_text(wanted.settings);
  kept_.wanted = Wanted{wanted.id, wanted.issued, wanted.expires, settings, "", now_.wall};
  setup_.say("settings of the control centre " + wanted.id + (settings.empty() ? " take the earlier ones back" : " are taken"));
  auto choice = choose();
  settle();
  save();
  if (!choice) return std::nullopt;
  return adopt(std::move(*choice));
}

void Configurations::close(const Moment& now) {
  now_ = now;
  if (!opened_) return;
  if (kept_.attempt) kept_.attempt->running = false;
  if (kept_.attempt) return save();
  kept_worked_.reset();
  keep_worked();
}

/// For the day on which the board starts with another file.
void Configurations::keep_worked() {
  if (!kept_.good || (kept_worked_ && now_.steady - *kept_worked_ < worked_kept_every)) return;
  const bool first = !kept_worked_;
  kept_worked_ = now_.steady;
  const auto worked = worked_.before(now_);
  if (worked == kept_.good->worked || (first && worked == Baseline{})) return;
  kept_.good->worked = worked;
  save();
}

void Configurations::save() {
  const auto written = write_kept(folder_, kept_);
  if (!written && !std::exchange(told_unwritten_, true))
    setup_.say("configuration: what is kept of it could not be written: " + written.error().what);
  if (written) told_unwritten_ = false;
}

}  // namespace kuzet::run
