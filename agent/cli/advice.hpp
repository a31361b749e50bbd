// SPDX-License-Identifier: Apache-2.0
// What a probe of a camera advises; pure, so that each sentence can be tested.
#pragma once

#include "drivers/camera.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::cli {

/// What a few seconds of a camera showed.
struct Measured {
  drivers::CameraAbout about;
  drivers::CameraCounts counts;
  Duration opening{};          ///< until it was open
  Duration first_picture{};    ///< until the first picture was there, from the same start
  Duration watched{};          ///< of the stream, from the first picture to the last
  std::optional<double> rate;  ///< pictures a second that came
  double decode_ms = 0;        ///< of the processor, a picture
  double decode_cores = 0;     ///< reading and decoding all of it, at its own rate
  double analysis_cores = 0;   ///< of the camera's detectors
  Duration longest_gap{};      ///< between two pictures
  std::uint64_t pictures = 0;  ///< that were given

  [[nodiscard]] double bits_per_second() const;
  [[nodiscard]] double cores() const { return decode_cores + analysis_cores; }
};

/// Where pictures come from: footage is as it is, a device takes our orders, a camera on the network has a page of its own.
enum class Origin { footage, device, network };

/// What the camera is used for, and how it is set up.
struct Use {
  double rate = 0;  ///< pictures a second that its detectors ask for; 0: none are known
  std::string transport = "auto";
  std::string decode = "auto";
  Origin origin = Origin::footage;

  [[nodiscard]] bool network() const { return origin == Origin::network; }
};

/// A second stream of the same camera that was tried.
struct SubStream {
  std::string shown;  ///< how to write it, without secrets
  Measured measured;
};

/// One sentence each, the most useful first; empty where nothing is to be done.
std::vector<std::string> advice(const Measured& camera, const Use& use, const std::optional<SubStream>& sub);

/// Whether a smaller stream is worth looking for.
bool worth_a_sub_stream(const Measured& camera);

struct Candidate {
  std::string source;  ///< with whatever secrets the camera's own address holds
  std::string shown;   ///< how to write it: without them, but with the word that is another one
};

/// Where this camera's second stream may be, by how the makers of cameras write addresses; the likeliest first.
std::vector<Candidate> sub_stream_candidates(std::string_view source);

/// "2.1": the same in every locale.
std::string figure(double value, int digits);

}  // namespace kuzet::cli
