// SPDX-License-Identifier: Apache-2.0
// A tree of files in the place of a board's, and what the checks say of it.
#pragma once

#include "agent/core/time.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/roots.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

namespace kuzet::run::checks {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Tree {
  Tree() : roots{folder.path()} {}
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((folder / file).parent_path());
    test::write_file(folder / file, text);
  }
  test::TempFolder folder;
  Roots roots;
};

inline std::string said(const Remarks& remarks) {
  std::string out;
  for (const auto& one : remarks)
    out += std::string(name(one.state)) + " " + one.check + " [" + one.subject + "] " + one.what + " -> " + one.remedy + "\n";
  return out;
}

inline bool has(const Remarks& remarks, State state, const std::string& words) {
  INFO(said(remarks));
  const bool found = std::ranges::any_of(remarks, [&](const Remark& one) {
    return one.state == state && (one.what.find(words) != std::string::npos || one.remedy.find(words) != std::string::npos);
  });
  CHECK(found);  // with what was said instead
  return found;
}

inline bool all_good(const Remarks& remarks) {
  return std::ranges::all_of(remarks, [](const Remark& one) { return one.state == State::good; });
}

inline Moment at(const std::string& time, ClockState clock) { return {Steady{1h}, parse_rfc3339(time).value(), clock}; }

}  // namespace kuzet::run::checks
