// SPDX-License-Identifier: Apache-2.0
// Hands each detector its way to the camera's network.
#include "agent/run/aids.hpp"

#include "agent/run/models.hpp"
#include "vision/scene/camera_objects.hpp"

#include <map>
#include <memory>
#include <utility>

namespace kuzet::run {

namespace {

/// One camera's network and its budget; every detector asks through an object of its own.
class Askers {
 public:
  Askers(SharedNetwork network, double rate, const SharedOrders& orders)
      : network_(std::move(network)),
        budget_(std::make_shared<vision::Budget>(rate, vision::CameraObjects::first_requests, share_of(orders))) {}

  vision::Objects* of(std::string_view detector, const std::string& zone) {
    auto& asker = askers_[{std::string(detector), zone}];
    if (asker)
      budget_->restart();
    else
      asker = std::make_unique<vision::CameraObjects>(network_, budget_, detector.empty());  // privacy is not left out
    return asker.get();
  }

 private:
  static vision::Budget::Share share_of(const SharedOrders& orders) {
    if (!orders) return {};
    return [orders] { return double{orders->share.load().model}; };
  }

  SharedNetwork network_;
  std::shared_ptr<vision::Budget> budget_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<vision::Objects>> askers_;
};

}  // namespace

Result<> open_models(Configuration& all, const std::string& name) {
  Faults faults(name);
  for (std::size_t i = 0; i < all.cameras.size(); ++i) {
    auto& camera = all.cameras[i];
    if (camera.model.empty()) continue;
    if (auto network = Models::open(camera.model))
      camera.network = std::move(*network);
    else
      faults.add(camera.model_at, "cameras[" + std::to_string(i) + "].model", network.error().what);
  }
  if (!faults.none()) return Error{Code::config, faults.text()};
  return {};
}

Result<Configuration> load_with_models(const std::string& file) {
  auto all = load(file, process_environment());
  if (!all) return all;
  if (auto open = open_models(*all, file); !open) return open.error();
  return all;
}

Eye::AidsFor aids_for(const CameraSettings& camera, const References& references, std::vector<std::string>& faults,
                      const SharedOrders& orders) {
  const auto askers = camera.network ? std::make_shared<Askers>(camera.network, camera.model_rate, orders) : nullptr;
  std::map<std::string, std::vector<vision::Reference>> kept;
  for (const auto& watch : camera.detect)
    if (const auto& zone = watch.plan.zone; !kept.contains(zone)) kept[zone] = references.load(camera.id, zone, faults);
  return [askers, kept = std::move(kept)](std::string_view detector, const std::string& zone) {
    vision::Aids aids;
    if (askers) aids.objects = askers->of(detector, zone);
    if (const auto found = kept.find(zone); found != kept.end()) aids.references = found->second;
    return aids;
  };
}

}  // namespace kuzet::run
