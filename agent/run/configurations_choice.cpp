// SPDX-License-Identifier: Apache-2.0
// Reading and judging what could run, and choosing of it.
#include "agent/run/configurations.hpp"
#include "agent/run/remote_settings.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

constexpr int most_interruptions = 3;  // crashes or power cuts while it was read, or in a trial that never passed

/// Faults of a file, a line each.
json::array lines_of(const std::string& text) {
  json::array out;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (end > from) out.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

}  // namespace

Result<Configurations::Choice> Configurations::judge(const Origin& origin, json::array* faults) const {
  Node tree;
  std::vector<Fault> found;
  Amend amend;
  if (!origin.overlay.empty())
    amend = [&](Node& root) {
      auto wrong = lay_over(root, json::parse(origin.overlay).as_object());
      if (wrong.empty()) tree = root;  // else keys are those of the settings already
      return wrong;
    };
  auto all = parse(origin.text, setup_.file.string(), setup_.environment, amend, &found);
  if (all && !origin.overlay.empty()) all->fingerprint = origin.fingerprint();
  if (all && setup_.fit)
    if (const auto fit = setup_.fit(*all); !fit) all = Error{Code::io, fit.error().what};  // of a file that it names
  if (all) return Choice{origin, std::move(*all)};
  if (faults != nullptr && origin.overlay.empty()) *faults = lines_of(all.error().what);
  if (faults != nullptr && !origin.overlay.empty()) {
    for (const auto& one : found)
      faults->emplace_back(std::string(desired_topic) + ": " + with_names(tree, one.key) + ": " + one.what);
    if (found.empty()) *faults = lines_of(all.error().what);
  }
  return all.error();
}

/// The settings of the centre that are to hold; empty: none.
std::string Configurations::wanted_settings() const {
  const auto& wanted = kept_.wanted;
  if (!wanted) return {};
  if (has_expired(wanted->expires, now_)) return {};
  if (!wanted->taken_back.empty()) return kept_.good ? good().overlay : "";
  return wanted->settings;
}

/// The file as it is now.
void Configurations::read_file() {
  file_ = {"good", {}, {}, {}};
  file_text_.clear(), file_fingerprint_.clear();
  alone_ = Error{Code::config, "the file was not read"};
  const auto text = read_configuration(setup_.file);
  if (!text) {
    alone_ = Error{Code::config, text.error().what};
    file_ = {"wrong", lines_of(text.error().what), text.error().what, {}};
    return;
  }
  file_text_ = *text, file_fingerprint_ = fingerprint_of(*text);
  if (!may_judge()) return;
  json::array faults;
  alone_ = judge({*text, ""}, &faults);
  if (std::exchange(kept_.judging, std::nullopt)) save();
  if (!alone_) file_ = {"wrong", std::move(faults), alone_.error().what, {}};
}

/// False: it was taken back. What a text names is read with it, a model for instance, and may end the agent there (memory, a
/// fault of a library): that counts before it happens, or a board would do nothing else for ever.
bool Configurations::may_judge() {
  if (folder_.empty() || !kept_.good || file_text_ == kept_.good->origin.text) return true;
  if (kept_.find(file_fingerprint_) != nullptr) return false;
  auto& judging = kept_.judging;
  if (!judging || judging->fingerprint != file_fingerprint_) judging = Judging{file_fingerprint_, 0};
  const bool too_often = ++judging->begun > most_interruptions;
  if (too_often) {
    kept_.take_back(
        {file_fingerprint_,
         "the agent ended " + std::to_string(most_interruptions) + " times while it read it and the files that it names",
         now_.wall});
    judging.reset();
  }
  save();
  return !too_often;
}

/// Whether it is one that was taken back before.
void Configurations::recall() {
  const auto* before = kept_.good ? kept_.find(file_fingerprint_) : nullptr;
  if (before != nullptr && file_.state != "wrong") file_ = {"rolled_back", {before->why}, before->why, before->at};
}

/// The centre's settings over this text, or without them where they do not fit it.
Result<Configurations::Choice> Configurations::choose_settings(const std::string& text, bool of_good) {
  const auto settings = wanted_settings();
  const auto alone = [&]() { return of_good ? judge({text, ""}, nullptr) : alone_; };
  remote_ = {};
  if (settings.empty()) return alone();
  json::array faults;
  auto choice = judge({text, settings}, &faults);
  if (choice) return choice;
  remote_ = {"refused", std::move(faults), {}, {}};
  return of_good ? judge(good(), nullptr) : alone();
}

Result<Configurations::Choice> Configurations::choose() {
  if (file_fits()) return choose_settings(file_text_, false);
  if (!kept_.good) return alone_.has_error() ? alone_.error() : Error{Code::config, file_.why};
  return choose_settings(kept_.good->origin.text, true);
}

void Configurations::read_kept_in(std::filesystem::path folder) {
  folder_ = std::move(folder);
  if (auto kept = read_kept(folder_))
    kept_ = std::move(*kept);
  else if (by_service() ||
           kept.error().code != Code::io)  // by hand it lies in the store, which says itself that it may not be opened
    setup_.say("configuration: " + kept.error().what + "; there is no last good one now");
}

Result<Configuration> Configurations::begin(const Moment& now) {
  now_ = now;
  if (by_service()) read_kept_in(setup_.state_folder);
  read_file();
  if (!alone_ && !by_service()) return alone_.error();
  if (!by_service()) read_kept_in(alone_->configuration.store.path);
  recall();
  auto choice = choose();
  if (choice && was_interrupted_too_often(choice->origin)) {
    recall();
    choice = choose();
  }
  if (!choice) {
    auto why = choice.error();
    if (!kept_.good) why.code = Code::config;  // it never ran
    return why;
  }
  running_ = choice->origin;
  trial_length_ = choice->configuration.trial;
  const std::string instead = ", so the last good one runs (" + running_.fingerprint() + "): " + file_.why;
  if (file_.state == "wrong") setup_.say("the configuration file is wrong" + instead);
  if (file_.state == "rolled_back") setup_.say("the configuration file is the one that was taken back" + instead);
  return std::move(choice->configuration);
}

/// Counts what ended in a trial, not in good order: a configuration that crashes the agent must not do so for ever.
bool Configurations::was_interrupted_too_often(const Origin& origin) {
  auto& attempt = kept_.attempt;
  if (!attempt || attempt->fingerprint != origin.fingerprint()) {
    attempt.reset();
    return false;
  }
  attempt->interrupted += attempt->running ? 1 : 0;
  attempt->running = false;
  if (attempt->interrupted < most_interruptions || !kept_.good) return false;
  blame(origin, "the agent ended " + std::to_string(attempt->interrupted) +
                    " times under it, not in good order, and it never passed its trial");
  return true;
}

}  // namespace kuzet::run
