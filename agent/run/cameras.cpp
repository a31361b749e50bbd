// SPDX-License-Identifier: Apache-2.0
// The threads of all cameras, and what is known of each.
#include "agent/run/cameras.hpp"

#include "agent/core/source.hpp"
#include "agent/run/aids.hpp"

#include <algorithm>

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

void Cameras::open(const std::vector<Alert>& known) {
  for (const auto& camera : all_.cameras) open(camera, known);
}

void Cameras::open(const CameraSettings& camera, const std::vector<Alert>& known) {
  std::vector<std::string> faults;
  auto eye = std::make_unique<Eye>(camera, aids_for(camera, references_, faults));
  std::ranges::for_each(faults, hooks_.said);
  eye->resume(known);
  const CameraEvents events{[this, id = camera.id](const Seen& what) { seen(id, what); }, hooks_.said,
                            [this, id = camera.id](bool online, const std::string& cause) { hooks_.state(id, online, cause); }};
  threads_[camera.id] =
      std::make_unique<CameraThread>(camera, *drivers::find_camera(camera.source), std::move(eye), clock_, events, home_);
}

void Cameras::stop() {
  for (const auto& [id, thread] : threads_) thread->request_stop();  // all at once, then one after the other is waited for
  threads_.clear();
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
    json::object one{{"id", camera.id}, {"source", shown_source(camera.source)}};
    if (const auto thread = threads_.find(camera.id); thread != threads_.end())
      for (auto& figure : thread->second->meter().figures(now)) one.emplace(figure.key(), std::move(figure.value()));
    const auto blind = blind_.find(camera.id);
    one["view_fault"] = blind == blind_.end() ? json::value(nullptr) : json::value(blind->second);
    one["references"] = references_of(camera.id, kept);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace kuzet::run
