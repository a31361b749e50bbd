// SPDX-License-Identifier: Apache-2.0
// What configurations tell of themselves: to the technician, to the control centre, and where they are kept.
#include "agent/run/configurations.hpp"

#include <algorithm>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;

std::string without_password(std::string text) {
  for (std::size_t from = 0; (from = text.find("://", from)) != std::string::npos;) {
    from += 3;
    const auto at = text.find('@', from);
    if (at != std::string::npos && text.find_first_of("/ \"\n", from) > at) text.replace(from, at - from, "...");
  }
  return text;
}

namespace {

constexpr std::size_t most_faults = 20;  // in a message; `kuzet check` tells all of them

json::array told(const json::array& faults) {
  json::array out;
  for (const auto& one : faults)
    if (out.size() < most_faults) out.emplace_back(without_password(std::string(one.as_string())));
  return out;
}

std::string first_of(const json::array& faults) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(faults.size(), 2); ++i)
    out += (i == 0 ? "" : "; ") + without_password(std::string(faults[i].as_string()));
  return out + (faults.size() > 2 ? "; and " + std::to_string(faults.size() - 2) + " more" : "");
}

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

/// Takes down what became of the file and of the centre's settings, now that it is decided what runs.
void Configurations::settle() {
  const bool new_text = trial_ && (!kept_.good || running_.text != kept_.good->origin.text);
  const bool new_settings = trial_ && (!kept_.good || running_.overlay != kept_.good->origin.overlay);
  if (file_.state == "good" || file_.state == "trial") file_.state = new_text ? "trial" : "good";
  if (!kept_.wanted) {
    remote_ = {};
  } else if (!kept_.wanted->taken_back.empty()) {
    remote_ = {"rolled_back", {kept_.wanted->taken_back}, kept_.wanted->taken_back, {}};
  } else if (remote_.state != "refused") {
    const bool over = running_.overlay != kept_.wanted->settings;
    remote_ = {over ? "expired" : new_settings ? "trial" : "applied", {}, {}, {}};
  }
  for (auto [fate, told] : {std::pair(&file_, &file_told_), std::pair(&remote_, &remote_told_)}) {
    fate->since = *fate == *told ? told->since : fate->since == Wall() ? now_.wall : fate->since;
    *told = *fate;
  }
  news_ = true;
}

json::object Configurations::about(const Moment& now) const {
  const bool remote_back = file_.state != "wrong" && file_.state != "rolled_back" && remote_.state == "rolled_back";
  const Fate& fate = remote_back ? remote_ : file_;
  json::object out{{"running", running_.fingerprint()},
                   {"file", or_null(file_fingerprint_)},
                   {"state", trial_ ? "trial" : fate.state},
                   {"since", rfc3339(trial_ && kept_.attempt ? kept_.attempt->since : fate.since)}};
  if (!trial_ && !fate.faults.empty()) out["why"] = first_of(fate.faults);
  if (trial_) out["ends_s"] = std::chrono::floor<std::chrono::seconds>(trial_->left(now)).count();
  if (kept_.wanted) out["remote"] = json::object{{"id", kept_.wanted->id}, {"state", remote_.state}};
  return out;
}

std::optional<json::object> Configurations::fault() const {
  const bool remote_back = remote_.state == "rolled_back";
  json::object out{{"refused", or_null(file_fingerprint_)}, {"running", running_.fingerprint()}};
  if (file_.state == "wrong") {
    out["what"] = "the configuration file was refused as wrong: " + first_of(file_.faults);
    out["do"] = "correct the file (`kuzet check` tells every fault), then `systemctl reload kuzet`";
  } else if (file_.state == "rolled_back") {
    out["what"] = "the configuration was taken back after its trial: " + first_of(file_.faults);
    out["do"] =
        "find out why that was lost, change the file, then `systemctl reload kuzet`; the very same file is not tried again";
  } else if (remote_back) {
    out["refused"] = kept_.wanted->id;
    out["what"] = "the settings " + kept_.wanted->id +
                  " of the control centre were taken back after their trial: " + first_of(remote_.faults);
    out["do"] = "send other settings on cfg/desired, or {} to take these back";
  } else {
    return std::nullopt;
  }
  return out;
}

json::object Configurations::reported() const {
  const bool refused = refused_.has_value();
  const Fate waits{"waiting", {}, {}, now_.wall};
  const Fate& fate = refused ? *refused_ : waiting_ ? waits : remote_;
  const auto id = refused ? refused_id_ : waiting_ ? waiting_->id : kept_.wanted ? kept_.wanted->id : "";
  const bool any = refused || waiting_ || kept_.wanted;
  return {{"id", or_null(id)},
          {"state", any ? json::value(fate.state) : json::value("none")},
          {"faults", told(fate.faults)},
          {"configuration", running_.fingerprint()},
          {"since", rfc3339(any ? fate.since : file_.since)},
          {"file", json::object{{"fingerprint", or_null(file_fingerprint_)},
                                {"state", file_.state},
                                {"faults", told(file_.faults)},
                                {"since", rfc3339(file_.since)}}}};
}

std::string Configurations::line() const {
  if (trial_) return ", configuration on trial";
  if (file_.state == "wrong") return ", the configuration file is wrong: the last good one runs";
  if (file_.state == "rolled_back") return ", the configuration file was taken back: the last good one runs";
  return remote_.state == "rolled_back" ? ", the centre's settings were taken back" : "";
}

std::filesystem::path store_of(const std::filesystem::path& file, const Environment& environment) {
  Faults faults(file.string());
  const auto text = read_configuration(file);
  const Node root = text ? read_yaml(*text, environment, faults) : Node{};
  const Node* store = root.find("store");
  const Node* path = store == nullptr ? nullptr : store->find("path");
  return path == nullptr || path->text.empty() ? StoreSettings{}.path : path->text;
}

std::filesystem::path state_folder_of_service(const Environment& environment) {
  const auto folders = environment("STATE_DIRECTORY").value_or("");
  return std::string(folders.begin(), std::ranges::find(folders, ':'));
}

}  // namespace kuzet::run
