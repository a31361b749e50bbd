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

}  // namespace

Cameras::Cameras(const Configuration& all, const References& references, const Clock& clock, CameraThread::Home home,
                 Hooks hooks)
    : all_(all),
      references_(references),
      clock_(clock),
      home_(std::move(home)),
      hooks_(std::move(hooks)),
      governor_(all.cpu, std::thread::hardware_concurrency(),
                std::ranges::any_of(all.cameras, [](const CameraSettings& camera) { return camera.network != nullptr; })) {}

void Cameras::open(const std::vector<Alert>& known) {
  for (const auto& camera : all_.cameras) open(camera, known);
}

void Cameras::open(const CameraSettings& camera, const std::vector<Alert>& known) {
  std::vector<std::string> faults;
  Watched& watched = watched_[camera.id];
  watched.rules = rules_of(camera);
  auto eye = std::make_unique<Eye>(camera, aids_for(camera, references_, faults, watched.orders));
  std::ranges::for_each(faults, hooks_.said);
  eye->resume(known);
  const CameraEvents events{[this, id = camera.id](const Seen& what) { seen(id, what); }, hooks_.said,
                            [this, id = camera.id](bool online, const std::string& cause) { hooks_.state(id, online, cause); }};
  watched.thread = std::make_unique<CameraThread>(camera, *drivers::find_camera(camera.source), std::move(eye), watched.orders,
                                                  clock_, events, home_);
}

void Cameras::stop() {
  for (const auto& [id, watched] : watched_) watched.thread->request_stop();  // all at once, then each is waited for
  watched_.clear();
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
  hooks_.seen(camera, what);
}

json::array Cameras::about(const Moment& now) const {
  const auto kept = references_.list();
  json::array out;
  for (const auto& camera : all_.cameras) {
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
