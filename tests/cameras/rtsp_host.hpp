// SPDX-License-Identifier: Apache-2.0
// The RTSP server of the tests: mounts, a password, a port that can be closed, and the commands that cause faults.
#pragma once

#include "tests/cameras/mount.hpp"

#include <gio/gio.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace kuzet::test {

struct RtspSettings {
  std::vector<std::string> mounts;  ///< "/main=h264:1280x720@25"
  int port = 0;
  std::string user;
  std::string password;
  std::string transport = "any";  ///< any, tcp, udp
  std::string method = "any";     ///< of asking for the password: any, digest, basic
};

/// Of one thread, that of the default main loop. Throws std::runtime_error with a sentence.
class RtspHost {
 public:
  explicit RtspHost(const RtspSettings& settings);
  ~RtspHost();
  RtspHost(const RtspHost&) = delete;
  RtspHost& operator=(const RtspHost&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Does what a line says and gives the answer; see `help`.
  std::string obey(const std::string& line);

 private:
  void listen();
  void close();
  void end(const std::string& path);
  void show(const std::string& path, const std::string& what);
  void publish(const std::string& path, const std::string& codec);
  void let_in(const std::string& password);
  std::string fault(const std::string& verb, Mount& mount, std::istringstream& words);
  Mount& mount(const std::string& path);

  RtspSettings settings_;
  GstRTSPServer* server_;
  GstRTSPAuth* auth_ = nullptr;
  std::string basic_;
  guint source_ = 0;  // of the main loop; 0 while nobody listens
  int port_ = 0;
  int keeper_ = -1;  // a socket that is bound and does not listen: the port stays ours while it refuses
  std::map<std::string, std::shared_ptr<Mount>> mounts_;
};

}  // namespace kuzet::test
