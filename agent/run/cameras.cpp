// SPDX-License-Identifier: Apache-2.0
// The threads of all cameras, and what is known of each.
#include "agent/run/cameras.hpp"

#include "agent/core/source.hpp"
#include "agent/run/aids.hpp"
#include "agent/run/cpu_time.hpp"

#include <algorithm>
#include <thread>

namespace kuzet::run {

namespace json = boost::json;

namespace {

json::array references_of(const std::string& camera, const std::vector<KeptReference>& kept) {
  json::array out;
  for (const auto& one : kept)
    if (one.camera == camera)
      out.push_back(json::object{
          {"zone", one.zone}, {"light", vision::name(one.light)}, {"learned", one.learned}, {"taken", rfc3339(one.taken)}});
  return out;
}

bool any_models(const Configuration& all) {
  return std::ranges::any_of(all.cameras, [](const CameraSettings& camera) { return camera.network != nullptr; });
}

Governor governor_of(const Configuration& all) { return {all.cpu, std::thread::hardware_concurrency(), any_models(all)}; }

}  // namespace

std::vector<Watched> watched_cameras(const Configuration& all) {
  std::vector<Watched> out;
  for (const auto& camera : all.cameras) out.push_back({camera.id, camera.offline_after});
  return out;
}

Cameras::Cameras(const Configuration& all, const References& references, const Clock& clock, CameraThread::Home home,
                 Hooks hooks)
    : all_(&all),
      references_(references),
      clock_(clock),
      home_(std::move(home)),
      hooks_(std::move(hooks)),
      governor_(governor_of(all)) {}

void Cameras::open(const std::vector<Alert>& known) {
  for (const auto& camera : all_->cameras) open(camera, known);
}

void Cameras::open(const CameraSettings& camera, const std::vector<Alert>& known) {
  std::vector<std::string> faults;
  Running& watched = watched_[camera.id];
  watched.made_of = made_of(camera);
  watched.network = camera.network;
  watched.rules = rules_of(camera);
  auto eye = std::make_unique<Eye>(camera, aids_for(camera, references_, faults, watched.orders));
  std::ranges::for_each(faults, hooks_.said);
  eye->resume(known);
  const CameraEvents events{[this, id = camera.id](const Seen& what) { seen(id, what); }, hooks_.said,
                            [this, id = camera.id](bool online, const std::string& cause) { hooks_.state(id, online, cause); }};
  watched.thread = std::make_unique<CameraThread>(camera, *drivers::find_camera(camera.source), std::move(eye), watched.orders,
                                                  clock_, events, home_);
}

std::string Cameras::made_of(const CameraSettings& camera) const {
  return camera.fingerprint + " " + references_.mark(camera.id);
}

bool Cameras::goes_on(const Running& watched, const CameraSettings* next) const {
  return next != nullptr && watched.network == next->network && watched.made_of == made_of(*next);
}

std::vector<std::string> Cameras::adopt(const Configuration& all, const std::vector<Alert>& known) {
  const bool same_share = all.cpu == all_->cpu && any_models(all) == any_models(*all_);
  all_ = &all;
  if (!same_share) governor_ = governor_of(all);
  std::vector<std::string> said;
  std::vector<std::unique_ptr<CameraThread>> leaving;
  for (auto it = watched_.begin(); it != watched_.end();) {
    const auto* next = all.camera(it->first);
    if (goes_on(it->second, next)) {
      ++it;
      continue;
    }
    said.push_back("camera " + it->first + (next == nullptr ? ": is watched no more" : ": begins anew"));
    blind_.erase(it->first);
    leaving.push_back(std::move(it->second.thread));
    it = watched_.erase(it);
  }
  CameraThread::retire(
      std::move(leaving));  // many a camera serves one at a time: the old connection ends before the new one begins
  for (const auto& camera : all.cameras) {
    if (watched_.contains(camera.id)) continue;
    open(camera, known);
    if (std::ranges::none_of(said, [&](const std::string& one) { return one.starts_with("camera " + camera.id + ":"); }))
      said.push_back("camera " + camera.id + ": is watched from now on");
  }
  return said;
}

void Cameras::stop() {
  std::vector<std::unique_ptr<CameraThread>> ending;
  for (auto& [id, watched] : watched_) ending.push_back(std::move(watched.thread));
  watched_.clear();
  CameraThread::retire(std::move(ending));
}

std::vector<StuckCamera> Cameras::stuck(Steady now) const {
  std::vector<StuckCamera> out;
  for (const auto& [id, watched] : watched_)
    if (auto one = watched.thread->stuck(now)) out.push_back(std::move(*one));
  return out;
}

void Cameras::tick(const Moment& now) {
  std::vector<Keeping> keeping;
  for (const auto& [id, watched] : watched_) keeping.push_back(watched.thread->meter().keeping(id, now.steady));
  std::ranges::for_each(governor_.look(process_cpu(), keeping, now.steady), hooks_.said);
  for (const auto& [id, watched] : watched_) {
    watched.orders->share = governor_.share(id);
    std::uint64_t resting = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(watched.rules.size(), 64); ++i)
      if (!watched.rules[i].empty() && std::ranges::none_of(watched.rules[i], hooks_.on_duty)) resting |= std::uint64_t{1} << i;
    watched.orders->resting = resting;
  }
}

void Cameras::seen(const std::string& camera, const Seen& what) {
  if (what.blind)
    blind_[camera] = *what.blind;
  else
    blind_.erase(camera);
  for (const auto& learned : what.learned) keep(camera, learned);
  hooks_.seen(camera, what);
}

void Cameras::keep(const std::string& camera, const LearnedReference& learned) {
  const auto* settings = all_->camera(camera);
  if (settings == nullptr) return;
  hooks_.apart([references = references_, settings = *settings,
                learned] { return references.keep(settings, learned.zone, learned.reference); },
               [camera, zone = learned.zone, say = hooks_.said](const Result<KeptReference>& kept) {
                 if (!kept) say("camera " + camera + ": the reference of " + zone + " was not kept: " + kept.error().what);
               });
}

json::array Cameras::about(const Moment& now) const {
  const auto kept = references_.list();
  json::array out;
  for (const auto& camera : all_->cameras) {
    const auto watched = watched_.find(camera.id);
    if (watched == watched_.end()) continue;  // the agent is about to end
    json::object one{{"id", camera.id}, {"source", shown_source(camera.source)}};
    for (auto& figure : watched->second.thread->meter().figures(now)) one.emplace(figure.key(), std::move(figure.value()));
    one["shed"] = governor_.shed(camera.id);
    const auto blind = blind_.find(camera.id);
    one["view_fault"] = blind == blind_.end() ? json::value(nullptr) : json::value(blind->second);
    one["references"] = references_of(camera.id, kept);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
