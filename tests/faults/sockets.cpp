// SPDX-License-Identifier: Apache-2.0
// Reading proc(5).
#include "tests/faults/sockets.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace kuzet::test {

namespace {

std::set<std::string> links_of(pid_t program, const std::string& beginning) {
  std::set<std::string> out;
  std::error_code failed;
  for (const auto& one : std::filesystem::directory_iterator("/proc/" + std::to_string(program) + "/fd", failed)) {
    const auto to = std::filesystem::read_symlink(one.path(), failed).string();
    if (!failed && to.starts_with(beginning))
      out.insert(beginning == "socket:[" ? to : one.path().filename().string() + " " + to);
  }
  return out;
}

}  // namespace

std::set<std::string> sockets_of(pid_t program, int port) {
  constexpr int established = 1, listening = 10;  // include/net/tcp_states.h
  const auto all = links_of(program, "socket:[");
  char hexadecimal[8];
  std::snprintf(hexadecimal, sizeof hexadecimal, ":%04X", static_cast<unsigned>(port));
  std::set<std::string> out;
  std::ifstream table("/proc/net/tcp");
  std::string line;
  for (std::getline(table, line); std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state, skip, inode;
    words >> number >> local >> remote >> state >> skip >> skip >> skip >> skip >> skip >> inode;
    const int is = std::stoi(state, nullptr, 16);
    const bool ours = (is == established && remote.ends_with(hexadecimal)) || (is == listening && local.ends_with(hexadecimal));
    const std::string link = "socket:[" + inode + "]";
    if (ours && all.contains(link)) out.insert(link);
  }
  return out;
}

std::set<std::string> terminals_of(pid_t program) { return links_of(program, "/dev/pts/"); }

}  // namespace kuzet::test
