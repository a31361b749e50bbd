// SPDX-License-Identifier: Apache-2.0
// What one viewer of a mount is sent: its film for ever, in real time, with the mount's faults.
#pragma once

#include "tests/cameras/mount.hpp"

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <random>
#include <stop_token>
#include <thread>

namespace kuzet::test {

/// A thread that pushes into an appsrc, and a probe behind the payloader. It gives one picture at once (the server wants to
/// describe it), the others once somebody plays.
class Feed {
 public:
  /// `bin` holds an appsrc "film" and a payloader "pay0".
  Feed(std::shared_ptr<Mount> mount, GstElement* bin);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void play();
  /// Of each RTP packet; false: it is lost.
  bool spoil(GstBuffer* packet);

 private:
  void run(const std::stop_token& stop);
  void announce(const Film& film);
  bool push(const std::shared_ptr<const Film>& film, std::size_t index, GstClockTime stamp);

  std::shared_ptr<Mount> mount_;
  GstElement* source_;
  GstElement* payloader_;
  bool playing_ = false;  // under the mount's lock
  std::minstd_rand random_{1};
  std::uint32_t first_stamp_ = 0;  // of the probe alone
  bool seen_ = false;
  std::jthread thread_;
};

}  // namespace kuzet::test
