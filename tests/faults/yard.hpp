// SPDX-License-Identifier: Apache-2.0
// `kuzet run` with many cameras: what it says of each, and what it holds.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::test {

/// One camera of a configuration; watched by `fire` and `view` unless given.
struct YardCamera {
  std::string id;
  std::string source;
  std::string more = {};  ///< further lines as YAML, "timeout: 1s, "
};

/// Threads, open files and MiB of memory of a program.
struct Holds {
  long threads = 0;
  long files = 0;
  double memory = 0;
};
Holds holds(pid_t program);

/// An agent with these cameras that runs until this object ends.
class Yard {
 public:
  /// `before`: lines before the cameras (`uplink: ...`).
  explicit Yard(const std::vector<YardCamera>& cameras, const std::string& before = {});

  /// What `kuzet status --json` says of a camera; empty while it says nothing.
  [[nodiscard]] boost::json::object camera(const std::string& id) const;
  /// The same of several: of the same moment.
  [[nodiscard]] std::vector<boost::json::object> cameras() const;
  [[nodiscard]] std::string state(const std::string& id) const;
  /// Pictures that were looked at since the start.
  [[nodiscard]] long looks(const std::string& id) const;
  /// Waits until so many more pictures of it were looked at.
  [[nodiscard]] bool looks_on(const std::string& id, long more, std::chrono::milliseconds limit) const;
  [[nodiscard]] bool becomes(const std::string& id, const std::string& state, std::chrono::milliseconds limit) const;
  /// Looks a second at this camera, over so long.
  [[nodiscard]] double rate(const std::string& id, std::chrono::milliseconds over) const;
  /// Lines of its log about this camera that have these words.
  [[nodiscard]] std::vector<std::string> said(const std::string& id, const std::string& words) const;

  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }
  [[nodiscard]] Ran run(std::vector<std::string> words) const;
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "store"; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] Process& agent() { return *agent_; }

 private:
  TempFolder folder_;
  std::optional<Process> agent_;
};

}  // namespace kuzet::test
