// SPDX-License-Identifier: Apache-2.0
// An RTSP camera for a test: kuzet-rtsp as a program of its own, commanded line by line.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

/// Painted H.264 of these sizes unless mounts are given: /main is 1280x720, /sub is 640x360, both 25 pictures a second, a key
/// picture each second.
struct RtspCameraSettings {
  std::vector<std::string> mounts{"/main=h264:1280x720@25/25", "/sub=h264:640x360@25/25"};
  std::string user = {};  ///< empty: everybody may look
  std::string password = {};
  std::string transport = "any";
  std::string method = "any";
};

/// Listens on a port of its own of 127.0.0.1 once it is made. Throws std::runtime_error when it does not come up.
class RtspCamera {
 public:
  RtspCamera() : RtspCamera(RtspCameraSettings{}) {}
  explicit RtspCamera(RtspCameraSettings settings);

  [[nodiscard]] int port() const { return port_; }
  /// `who` as "name:password@".
  [[nodiscard]] std::string url(const std::string& mount, const std::string& who = {}) const {
    return "rtsp://" + who + "127.0.0.1:" + std::to_string(port_) + mount;
  }
  /// One line ("silent /main on"; kuzet-rtsp answers "help"); gives what follows "ok: ". Throws where it is refused.
  std::string tell(const std::string& command);

  void kill();                                ///< with -9
  void start();                               ///< again, on the same port, without faults
  void freeze() { process_->kill(SIGSTOP); }  ///< the kernel goes on to take connections; nobody answers
  void thaw() { process_->kill(SIGCONT); }
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }

 private:
  /// The line that comes after `known` characters of what it has printed.
  std::string answer(std::size_t known) const;

  TempFolder folder_;
  RtspCameraSettings settings_;
  int port_ = 0;
  std::optional<Process> process_;
};

}  // namespace kuzet::test
