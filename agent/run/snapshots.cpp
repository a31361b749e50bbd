// SPDX-License-Identifier: Apache-2.0
// Pictures on demand.
#include "agent/run/snapshots.hpp"

#include "agent/evidence/base64.hpp"
#include "agent/evidence/picture.hpp"

#include <utility>

namespace kuzet::run {

namespace {

constexpr evidence::PictureOptions small{960, 75};  // an answer should fit into one packet of any broker

/// A picture that OpenCV cannot handle must cost no more than the answer.
Result<std::string> encode(const Frame& frame, const std::vector<Polygon>& privacy) {
  try {
    auto jpeg = evidence::jpeg(frame, privacy, small);
    if (!jpeg) return jpeg.error();
    return evidence::base64(*jpeg);
  } catch (const std::exception& fault) {
    return Error{Code::io, std::string("fault: ") + fault.what()};
  }
}

}  // namespace

void Snapshots::ask(const std::string& camera, Done done) { wanted_[camera].push_back(std::move(done)); }

void Snapshots::show(const std::string& camera, const Frame& frame) {
  const auto found = wanted_.find(camera);
  if (found == wanted_.end()) return;
  auto all = std::exchange(found->second, {});
  wanted_.erase(found);
  const auto* settings = all_->camera(camera);
  apart_([frame, privacy = settings == nullptr ? std::vector<Polygon>{} : settings->privacy] { return encode(frame, privacy); },
         [camera, taken = rfc3339(frame.taken.wall), all = std::move(all)](const Result<std::string>& text) {
           for (const auto& done : all) {
             if (text)
               done(boost::json::object{{"camera", camera}, {"taken", taken}, {"jpeg", *text}});
             else
               done(text.error());
           }
         });
}

}  // namespace kuzet::run
