// SPDX-License-Identifier: Apache-2.0
// K7: whatever is given as footage, `kuzet replay` ends in time with a sentence that a person understands.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"

#include <sys/stat.h>

#include <random>

using namespace kuzet;
using namespace kuzet::test;

namespace {

const std::vector<std::string> told{"--observations"};

std::vector<std::string> with_source(const std::filesystem::path& source) {
  return {"--observations", "--source", source.string()};
}

/// The footage could be read: lines came, all of them JSON, and nothing was said.
void check_read(const Ran& ran) {
  check_ended_well(ran);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  CHECK(ran.errors.empty());
  CHECK_FALSE(json_lines(ran.output).empty());
}

void check_unreadable(const Site& site, const std::filesystem::path& source, const std::string& why) {
  check_refused(site.run("replay", with_source(source)), 1, {"camera cam", source.string(), why});
}

/// The same garbage in every run.
std::string garbage(std::size_t bytes) {
  std::mt19937 random(1);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random() & 0xff);
  return out;
}

}  // namespace

TEST_CASE("footage that is not there is named", "[K7][faults]") {
  const Site site;
  check_unreadable(site, site / "missing.mp4", "no such file");
  check_unreadable(site, site.configuration() / "below" / "a file.mp4", "no such file");
  check_refused(site.run("replay"), 1, {"camera cam", "missing.mp4", "no such file"});
  check_refused(site.run("replay", with_source("gopher://10.0.0.5/sub")), 1,
                {"camera cam", "gopher://10.0.0.5/sub", "cannot read"});
}

TEST_CASE("a file without a picture in it is refused with one sentence", "[K7][faults]") {
  const Site site;
  const auto file = site / "clip.mp4";
  write_text(file, "");
  check_unreadable(site, file, "empty");
  write_text(file, "This is a letter and no film.\n");
  check_unreadable(site, file, "no video or picture in it");
  write_text(file, garbage(20'000'000));
  check_unreadable(site, file, "no video or picture in it");
  write_text(file, std::string("\0\0\0\x18"
                               "ftypisom\0\0\2\0isommp41",
                               24) +
                       garbage(1'000'000));  // begins like a film
  check_unreadable(site, file, "no video or picture in it");
}

TEST_CASE("a pipe that delivers garbage without end does not keep the program", "[K7][faults]") {
  const Site site;
  const auto pipe = site / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const char* garbage : {"/dev/urandom", "/dev/zero"}) {
    INFO(garbage);
    const Process writer({"sh", "-c", "exec cat \"$1\" >\"$2\"", "sh", garbage, pipe.string()}, site / "writer");
    check_unreadable(site, pipe, "no video or picture in it");
  }
}

TEST_CASE("a film that was cut off is played as far as it goes, and the damage is told", "[K7][faults]") {
  const Site site;
  const auto file = site / "clip.mp4";
  write_ramp(file);
  const auto whole = json_lines(site.run("replay", with_source(file)).output);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) * 6 / 10);
  const auto ran = site.run("replay", with_source(file));
  check_ended_well(ran);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  CHECK(count(ran.errors, "\n") == 1);
  CHECK(contains(ran.errors, file.string() + ": "));
  CHECK(contains(ran.errors, " s"));  // how far it could be played
  const auto lines = json_lines(ran.output);
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.size() <= whole.size());
  CHECK(lines[0] == whole[0]);
}

TEST_CASE("a folder without pictures is refused and a broken picture among good ones is named", "[K7][faults]") {
  const Site site;
  const auto folder = site / "pictures";
  std::filesystem::create_directory(folder);
  check_unreadable(site, folder, "no pictures in this folder");

  write_text(folder / "2.jpg", "no picture");
  check_unreadable(site, folder, "no picture in this folder can be read");

  write_still(folder / "1.png");
  write_still(folder / "3.png");
  const auto ran = site.run("replay", with_source(folder));
  check_ended_well(ran);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  CHECK(count(ran.errors, "\n") == 1);
  CHECK(contains(ran.errors, "1 damaged picture skipped: 2.jpg"));
  for (const auto& line : json_lines(ran.output)) CHECK((word(line, "picture") == "1.png" || word(line, "picture") == "3.png"));
}

TEST_CASE("the smallest and the largest picture are looked at", "[K7][faults]") {
  const Site site;
  const auto picture = site / "picture.png", film = site / "film.mp4";
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 4320}, {7680, 1}, {7680, 4320}}) {
    INFO(width << " x " << height);
    write_picture(picture, width, height, paint_ramp);
    const auto ran = site.run("replay", {"--observations", "--source", picture.string(), "--overlay", film.string()});
    check_ended_well(ran);
    CHECK(ran.code == 0);
    CHECK(ran.errors.empty());
    const auto lines = json_lines(ran.output);
    if (width > 1 && height > 1) CHECK_FALSE(lines.empty());  // of a line of pixels nothing can be said
    std::filesystem::remove(film);
  }
}

TEST_CASE("a name may have any letters", "[K7][faults]") {
  const Site site;
  for (const char* name : {"a name with spaces.mp4", "%d.mp4", "%05d %s %n.mp4", "it's \"quoted\".mp4", "Қазақстан өңір.mp4",
                           "停车场.mp4", "-o.mp4", "http:video.mp4", "a\nb.mp4"}) {
    INFO(name);
    write_ramp(site / name);
    check_read(site.run("replay", with_source(site / name)));
    if (contains(name, "\n")) continue;  // no single line in YAML
    Site other({.source = (site / name).string()});
    check_read(other.run("replay", told));
  }
}

TEST_CASE("the name of a picture is told in JSON whatever its bytes are", "[K7][faults]") {
  const Site site;
  const auto folder = site / "pictures";
  std::filesystem::create_directory(folder);
  for (const char* name : {"\"1\".png", "2\n.png", "3 \xff\xfe.png", "\xe5\x81\x9c.png"}) write_still(folder / name);
  const auto ran = site.run("replay", with_source(folder));
  check_read(ran);
  CHECK(contains(ran.output, R"("picture":"\"1\".png")"));
  CHECK(contains(ran.output, R"("picture":"2\n.png")"));
  CHECK(contains(ran.output, "\"picture\":\"3 \xEF\xBF\xBD\xEF\xBF\xBD.png\""));
  CHECK(contains(ran.output, "\"picture\":\"\xe5\x81\x9c.png\""));
}
