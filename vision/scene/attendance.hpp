// SPDX-License-Identifier: Apache-2.0
// Who is there: people as a detector sees them now and then, kept over the looks that miss them.
#pragma once

#include "agent/core/time.hpp"
#include "vision/scene/objects.hpp"

#include <opencv2/core.hpp>

#include <deque>
#include <vector>

namespace kuzet::vision {

/// Boxes of which none is the same person as another, the surest of each kept.
std::vector<Object> merged(std::vector<Object> all);
/// True where the box ends at an edge of the part that is not one of the picture: it goes on in the next part.
bool cut_off(const Box& box, const Box& part);

/// A detector misses every third small person in any one picture, and other ones in the next. Who was seen twice is there
/// until looks at the place have not shown anybody for more than a second. Who walks is found again as far away as one can have
/// walked; whether it is the same one does not matter for a count. One thread.
class Attendance {
 public:
  struct Person {
    Box box;
    Steady seen;
    std::deque<std::pair<Steady, double>> sightings;  // when and how sure, the newest last

    [[nodiscard]] double confidence() const;  ///< the mean of the last sightings
  };

  void restart(cv::Size picture);
  /// What one part of the picture showed, boxes that it cuts off left out.
  void see(const Box& part, const std::vector<Object>& found, Steady now);
  [[nodiscard]] const std::vector<Person>& people() const { return people_; }

 private:
  [[nodiscard]] double apart(const Box& a, const Box& b) const;
  [[nodiscard]] bool may_be(const Person& person, const Object& one, Steady now) const;
  void match(std::vector<Object>& found, Steady now);

  double wide_ = 1;  // width of the picture by its height
  std::vector<Person> people_;
};

}  // namespace kuzet::vision
