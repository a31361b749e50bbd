// SPDX-License-Identifier: Apache-2.0
// Keeping and giving the pictures of suspicions.
#include "agent/run/gallery.hpp"

#include "agent/evidence/picture.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr std::array kinds{Kind::fire, Kind::smoke, Kind::intrusion, Kind::crowding};

constexpr double kept_around = 1, least_kept = 0.5;      // more than is shown: the best may be larger, and a little elsewhere
constexpr double shown_around = 0.5, least_shown = 0.2;  // as a close-up
constexpr int widest = 960;                              // pixels
constexpr double surer = 0.02;                           // confidence that is worth another copy
constexpr double larger = 1.2;                           // times the area, at the same confidence
constexpr Duration apart = 1s;                           // pictures that are closer show the same
constexpr Duration least_patience = 1s;

bool concerns(const Rule& rule) {
  return !rule.close_up && rule.evidence != Evidence::none && std::ranges::find(kinds, rule.kind) != kinds.end();
}

double area(const Box& box) { return box.width * box.height; }

bool better(const Finding& finding, double confidence, const Box& box) {
  if (finding.confidence > confidence + surer) return true;
  return finding.confidence > confidence - surer && area(finding.box) > larger * area(box);
}

bool inside(const Box& inner, const Box& outer) {
  constexpr double rounding = 0.005;  // cuts lie on even pixels
  return inner.x >= outer.x - rounding && inner.y >= outer.y - rounding &&
         inner.x + inner.width <= outer.x + outer.width + rounding &&
         inner.y + inner.height <= outer.y + outer.height + rounding;
}

std::size_t bytes_of(const Frame& frame) { return frame.luma.total() + frame.cb.total() + frame.cr.total(); }

/// None where the picture is too small to be cut.
std::shared_ptr<const Frame> kept(const Frame& frame, const Box& box) {
  Frame part = evidence::cut(frame, evidence::grown(box, kept_around, least_kept));
  if (part.luma.data == frame.luma.data) return nullptr;
  return std::make_shared<const Frame>(evidence::scaled(part, widest));
}

std::shared_ptr<const Frame> shown(const Frame& frame, const Box& part) {
  return std::make_shared<const Frame>(evidence::cut(frame, part));
}

}  // namespace

std::size_t Gallery::Suspicion::bytes() const {
  return bytes_of(*first.part) + (best.part == first.part ? 0 : bytes_of(*best.part));
}

void Gallery::resume(const std::vector<Alert>& open) {
  for (const auto& alert : open)
    if (!alert.ended) raised_.emplace(alert.rule, alert.object);
}

void Gallery::see(const Rule& rule, std::span<const Finding> findings, const Frame& frame) {
  if (!concerns(rule) || frame.empty()) return;
  for (const auto& finding : findings) {
    const Key key{rule.id, finding.object};
    if (finding.confidence >= rule.raise && !finding.before && !raised_.contains(key)) look(key, finding, frame);
  }
  forget_unseen(rule, frame.taken.steady);
  make_room();
}

void Gallery::look(const Key& key, const Finding& finding, const Frame& frame) {
  const auto known = suspicions_.find(key);
  const bool copies = known == suspicions_.end() || better(finding, known->second.best.confidence, known->second.best.box);
  if (known != suspicions_.end()) known->second.seen = frame.taken.steady;
  if (!copies) return;
  const View view{kept(frame, finding.box), finding.box, finding.confidence};
  if (!view.part) return;
  auto& suspicion =
      known != suspicions_.end() ? known->second : suspicions_.emplace(key, Suspicion{view, {}, {}}).first->second;
  if (suspicion.best.part) bytes_ -= suspicion.bytes();
  suspicion.best = view;
  suspicion.seen = frame.taken.steady;
  bytes_ += suspicion.bytes();
}

void Gallery::forget_unseen(const Rule& rule, const Steady& now) {
  const Duration patience = std::max(rule.patience, least_patience);
  for (auto one = suspicions_.lower_bound({rule.id, 0}); one != suspicions_.end() && one->first.first == rule.id;) {
    const bool gone = now - one->second.seen > patience;
    if (gone) bytes_ -= one->second.bytes();
    one = gone ? suspicions_.erase(one) : std::next(one);
  }
}

void Gallery::make_room() {
  while (!suspicions_.empty() && (suspicions_.size() > most || bytes_ > most_bytes)) {
    const auto oldest = std::ranges::min_element(suspicions_, {}, [](const auto& entry) { return entry.second.seen; });
    bytes_ -= oldest->second.bytes();
    suspicions_.erase(oldest);
  }
}

void Gallery::add_to(AlertEvent& event) {
  const Key key{event.alert.rule, event.alert.object};
  if (event.phase == Phase::closed) raised_.erase(key);
  if (event.phase != Phase::opened) return;
  const auto found = suspicions_.find(key);
  if (found == suspicions_.end()) return;
  raised_.insert(key);
  const auto [first, best, seen] = found->second;
  bytes_ -= found->second.bytes();
  suspicions_.erase(found);
  const Steady now = event.at.steady, first_at = first.part->taken.steady, best_at = best.part->taken.steady;
  const Box part = evidence::grown(best.box, shown_around, least_shown);
  const bool has_best = now - best_at > apart;
  const bool has_first = now - first_at > apart && (!has_best || best_at - first_at > apart);
  const Box then = inside(part, first.part->part) ? part : evidence::grown(first.box, shown_around, least_shown);
  if (has_first) event.earlier.push_back(shown(*first.part, then));
  if (has_best) event.earlier.push_back(shown(*best.part, part));
}

}  // namespace kuzet::run
