// SPDX-License-Identifier: Apache-2.0
// K6: what `kuzet replay` writes: the same lines for the same footage, one for each still and zone, a film that can be played.
#include "tests/faults/command.hpp"
#include "tests/faults/flames.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

using namespace kuzet;
using namespace kuzet::test;

namespace {

void check_same_twice(const Site& site, const std::filesystem::path& clip) {
  const std::vector<std::string> words{"--observations", "--source", clip.string()};
  const auto first = site.run("replay", words), second = site.run("replay", words);
  INFO(clip << ": " << first.errors);
  CHECK(first.code == 0);
  CHECK_FALSE(json_lines(first.output).empty());
  CHECK(first.output == second.output);
  CHECK(first.errors == second.errors);
}

/// The smallest film of a folder, or the file itself.
std::filesystem::path a_film(const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) return place;
  std::vector<std::filesystem::path> films;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place))
    if (entry.is_regular_file() && entry.path().extension() == ".mp4") films.push_back(entry.path());
  const auto size = [](const auto& film) { return std::pair(std::filesystem::file_size(film), film); };
  return films.empty() ? std::filesystem::path() : *std::ranges::min_element(films, {}, size);
}

/// `kuzet replay --observations`, with its output where `redirection` of a shell sends it, and standard error in `errors`.
int replayed_into(const Site& site, const std::string& redirection, const std::string& more = "") {
  const std::string shell = "\"$1\" replay --config \"$2\" --observations " + more + " 2>\"$3\" " + redirection;
  Process process(
      {"bash", "-o", "pipefail", "-c", shell, "bash", KUZET_PROGRAM, site.configuration().string(), (site / "errors").string()},
      site / "shell");
  return process.wait(std::chrono::seconds(30)).value_or(-1);
}

}  // namespace

TEST_CASE("the same footage gives the same lines, byte for byte", "[K6][faults]") {
  const Site site({.detect = "[{type: fire}, {type: parking_space, zone: a}, {type: illegal_parking, zone: b}]"});
  write_flames(site / "flames.mp4", {0, 4});
  check_same_twice(site, site / "flames.mp4");
  const auto lines = json_lines(site.run("replay", {"--source", (site / "flames.mp4").string()}).output);
  REQUIRE_FALSE(lines.empty());  // events alone
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.contains("event"); }));
  CHECK(word(lines[0], "event") == "opened");
  CHECK(word(lines[0], "kind") == "fire");
  CHECK_FALSE(std::filesystem::exists(site.store()));
}

TEST_CASE("the same real footage gives the same lines, byte for byte", "[K6][faults]") {
  const char* place = std::getenv("KUZET_FOOTAGE");
  const auto film = place == nullptr ? std::filesystem::path() : a_film(place);
  if (film.empty()) {
    WARN("skipped: KUZET_FOOTAGE names no film or folder with films");
    return;
  }
  check_same_twice(Site{}, film);
}

TEST_CASE("with --stills every picture has one parking line for every space", "[K6][faults]") {
  const Site site;
  const auto folder = site / "pictures";
  std::filesystem::create_directory(folder);
  const std::vector<std::string> names{"b.png", "a.jpg", "c.png"};
  for (const auto& name : names) write_still(folder / name);
  const auto ran = site.run("replay", {"--observations", "--stills", "--source", folder.string()});
  CHECK(ran.code == 0);
  CHECK(ran.errors.empty());
  std::map<std::pair<std::string, std::string>, int> lines;
  std::vector<std::string> order;
  for (const auto& line : json_lines(ran.output)) {
    CHECK(line.contains("picture"));
    if (word(line, "observation") != "parking") continue;
    CHECK(line.at("occupied").is_bool());
    ++lines[{word(line, "picture"), word(line, "zone")}];
    if (order.empty() || order.back() != word(line, "picture")) order.push_back(word(line, "picture"));
  }
  CHECK(lines.size() == 6);
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.second == 1; }));
  CHECK(order == std::vector<std::string>{"a.jpg", "b.png", "c.png"});
}

TEST_CASE("the film that --overlay writes can be replayed", "[K6][faults]") {
  const Site site;
  write_ramp(site / "clip.mp4");
  const auto film = (site / "a film %d.mp4").string();
  const auto written = site.run("replay", {"--observations", "--source", (site / "clip.mp4").string(), "--overlay", film});
  INFO(written.errors);
  CHECK(written.code == 0);
  const auto read = site.run("replay", {"--observations", "--source", film});
  INFO(read.errors);
  CHECK(read.code == 0);
  CHECK(read.errors.empty());
  CHECK_FALSE(json_lines(read.output).empty());
}

TEST_CASE("a film that cannot be written is named, and never replaces the footage", "[K7][faults]") {
  const Site site;
  const auto clip = site / "clip.mp4", folder = site / "pictures";
  write_ramp(clip);
  const auto bytes = file_bytes(clip);
  const auto over = [&](const std::filesystem::path& source, const std::filesystem::path& film) {
    return site.run("replay", {"--source", source.string(), "--overlay", film.string()});
  };
  check_refused(over(clip, site / "no folder" / "film.mp4"), 1, {"overlay", "no folder/film.mp4", "No such file"});
  check_refused(over(clip, site.store().parent_path()), 1, {"overlay", "Is a directory"});
  check_refused(over(clip, "/dev/full"), 1, {"overlay", "/dev/full", "No space left"});
  check_refused(over(clip, clip), 2, {"--overlay", "over the footage"});
  std::filesystem::create_symlink(clip, site / "link.mp4");
  check_refused(over(clip, site / "link.mp4"), 2, {"--overlay", "over the footage"});
  std::filesystem::create_directory(folder);
  write_still(folder / "1.png");
  check_refused(over(folder, folder / "1.png"), 2, {"--overlay", "over the footage"});
  CHECK(file_bytes(clip) == bytes);
}

TEST_CASE("standard output that takes nothing is a failure that is told", "[K7][faults]") {
  Site site;
  write_ramp(site / "clip.mp4");
  site.configure({.source = (site / "clip.mp4").string()});
  for (const char* redirection : {">/dev/full", ">&-", "| true"}) {
    INFO(redirection);
    CHECK(replayed_into(site, redirection) == 1);
    CHECK(read_text(site / "errors") == "kuzet: standard output cannot be written\n");
  }
  // A film must not be opened in the place of a standard output that is closed, and get the lines.
  CHECK(replayed_into(site, ">&-", "--overlay \"" + (site / "film.mp4").string() + "\"") == 1);
  CHECK_FALSE(contains(file_bytes(site / "film.mp4"), "observation"));
}

TEST_CASE("a camera has to be there, and be chosen where there are several", "[K7][faults]") {
  Site site;
  write_ramp(site / "clip.mp4");
  const auto clip = (site / "clip.mp4").string();
  check_refused(site.run("replay", {"--camera", "cma"}), 2, {"\"cma\"", "did you mean \"cam\"?"});
  site.configure({.source = clip, .after = "  - {id: gate, source: '" + clip + "', detect: [{type: fire}]}\n"});
  check_refused(site.run("replay", {"--source", clip}), 2, {"--source", "--camera"});
  check_refused(site.run("replay", {"--overlay", (site / "film.mp4").string()}), 2, {"--overlay", "--camera"});
  const auto one = site.run("replay", {"--observations", "--camera", "gate", "--source", clip});
  CHECK(one.code == 0);
  for (const auto& line : json_lines(one.output)) CHECK(word(line, "camera") == "gate");
  std::map<std::string, int> cameras;
  for (const auto& line : json_lines(site.run("replay", {"--observations"}).output)) ++cameras[word(line, "camera")];
  CHECK(cameras.size() == 2);
  for (const char* option : {"--camera", "--source", "--overlay"}) {
    const auto ran = site.run("replay", {option, ""});  // a variable of a script that is not set
    INFO(ran.errors);
    CHECK(ran.code == 2);
    CHECK(contains(ran.errors, option));
  }
  Site none;
  write_text(none.configuration(), "node: {id: n1, site: yard}\n");
  check_refused(none.run("replay"), 1, {"no camera"});
}
