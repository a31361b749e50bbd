// SPDX-License-Identifier: Apache-2.0
// Starting kuzet-rtsp and talking to it.
#include "tests/cameras/rtsp_camera.hpp"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;  // films are painted and encoded before it listens, beside other tests

}  // namespace

RtspCamera::RtspCamera(RtspCameraSettings settings) : settings_(std::move(settings)) {
  if (::mkfifo((folder_ / "commands").c_str(), 0600) != 0) throw std::runtime_error("no pipe for commands");
  start();
}

void RtspCamera::start() {
  // Opened for reading and writing, a pipe with a name never comes to its end.
  std::vector<std::string> command{"sh", "-c", R"(exec "$@" 0<>"$0")", folder_ / "commands", KUZET_RTSP};
  for (const auto& mount : settings_.mounts) command.insert(command.end(), {"--mount", mount});
  if (!settings_.user.empty()) command.insert(command.end(), {"--user", settings_.user, "--password", settings_.password});
  command.insert(command.end(),
                 {"--port", std::to_string(port_), "--transport", settings_.transport, "--method", settings_.method});
  const auto known = log().size();
  process_.emplace(std::move(command), folder_ / "log");
  const std::string said = answer(known);
  if (!said.starts_with("port ")) throw std::runtime_error("kuzet-rtsp: " + said);
  port_ = std::stoi(said.substr(5));
}

void RtspCamera::kill() {
  process_->kill(SIGKILL);
  (void)process_->wait(10s);
}

std::string RtspCamera::tell(const std::string& command) {
  const auto known = log().size();
  std::ofstream(folder_ / "commands") << command << std::endl;
  const std::string said = answer(known);
  if (!said.starts_with("ok")) throw std::runtime_error("kuzet-rtsp: " + command + ": " + said);
  return said.size() > 4 ? said.substr(4) : std::string();
}

std::string RtspCamera::answer(std::size_t known) const {
  std::string said;
  eventually(
      [&] {
        said = log().substr(known);
        return said.find('\n') != std::string::npos;
      },
      patience);
  return said.substr(0, said.find('\n'));
}

}  // namespace kuzet::test
