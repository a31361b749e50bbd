// SPDX-License-Identifier: Apache-2.0
// `kuzet snapshot`, and a running agent that takes over how a place looks.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/array.hpp>

namespace kuzet::test {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

Shape with_ramp(const std::filesystem::path& folder, const std::string& kind = "") {
  write_ramp(folder / "ramp.mp4");
  Shape shape;
  shape.source = (folder / "ramp.mp4").string();
  shape.after = "    repeat: true\n" + kind;
  return shape;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) out.push_back(entry.path().filename().string());
  return out;
}

}  // namespace

TEST_CASE("snapshot writes a picture", "[faults]") {
  TempFolder footage;
  const Site site(with_ramp(footage.path()));
  const auto ran = site.run("snapshot", {"-o", (site / "out.jpg").string()});
  CHECK(ran.code == 0);
  CHECK(ran.output.empty());
  CHECK(read_text(site / "out.jpg").starts_with("\xff\xd8"));
  CHECK_FALSE(std::filesystem::exists(site.store() / "references"));
}

TEST_CASE("snapshot refuses what does not go together, and names the nearest zone", "[faults][K6]") {
  TempFolder footage;
  const Site site(with_ramp(footage.path()));
  check_refused(site.run("snapshot"), 2, {"-o"});
  check_refused(site.run("snapshot", {"--camera", "came", "-o", "x.jpg"}), 2, {"came", "did you mean \"cam\"?"});
  check_refused(site.run("snapshot", {"--reference", "empty"}), 2, {"--zone"});
  check_refused(site.run("snapshot", {"--reference", "view", "--zone", "a"}), 2, {"--zone"});
  check_refused(site.run("snapshot", {"--reference", "empty", "--zone", "aa"}), 2, {"\"aa\"", "did you mean \"a\"?"});
  check_refused(Site().run("snapshot", {"-o", "x.jpg"}), 1, {"no such file"});
  check_refused(site.run("snapshot", {"-o", "/dev/null/x.jpg"}), 1, {"/dev/null/x.jpg"});
}

TEST_CASE("a reference that a technician keeps is taken over by the running agent and listed in its status", "[faults]") {
  TempFolder footage;
  const Site site(with_ramp(footage.path()));
  auto agent = site.start();
  site.wait_for("watching with 1 cameras");
  const auto kept = site.run("snapshot", {"--reference", "empty", "--zone", "a"});
  CHECK(kept.code == 0);
  CHECK(contains(kept.errors, "how zone a of camera cam looks empty"));
  CHECK(files_in(site.store() / "references") == std::vector<std::string>{"cam@a@infrared@technician.jpg"});  // a grey ramp
  site.wait_for("a reference was kept: taking it over");
  site.wait_for("taking over configuration");
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  std::string status;
  while (!contains(status, "\"zone\":\"a\"") && std::chrono::steady_clock::now() < deadline)
    status = site.run("status", {"--json"}).output;
  CHECK(contains(status, "\"zone\":\"a\""));
  CHECK(contains(status, "\"learned\":false"));
  check_stops(agent);
}

}  // namespace kuzet::test
