// SPDX-License-Identifier: Apache-2.0
// When to ask the camera's object detector about a zone: often at the start, for those who wait for a word, seldom otherwise.
#include "vision/scene/second_opinion.hpp"

namespace kuzet::vision {

namespace {

using namespace std::chrono_literals;

constexpr int first_answers = 5;
constexpr Duration at_first = 1500ms;  // pictures so far apart differ in noise: two answers are two
constexpr Duration when_wanted = 2s;
constexpr Duration otherwise = 30s;  // for vehicles that came unnoticed

}  // namespace

void SecondOpinion::begin_again() {
  answers_ = 0;
  answered_.reset();
}

std::optional<std::vector<Object>> SecondOpinion::ask(const Frame& frame, const Box& part, double least, bool wanted) {
  if (objects_ == nullptr) return std::nullopt;
  const Steady now = frame.taken.steady;
  const Duration wait = answers_ < first_answers ? at_first : wanted ? when_wanted : otherwise;
  if (answered_ && now >= *answered_ && now - *answered_ < wait) return std::nullopt;
  auto found = objects_->find(frame, part, least);
  if (!found) return std::nullopt;
  ++answers_;
  answered_ = now;
  return found;
}

}  // namespace kuzet::vision
