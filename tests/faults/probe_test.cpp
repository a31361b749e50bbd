// SPDX-License-Identifier: Apache-2.0
// `kuzet probe` on footage and on a camera of the network, which has a second stream.
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/footage.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

double number(const boost::json::object& line, const char* key) { return line.at(key).to_number<double>(); }

}  // namespace

TEST_CASE("probe tells codec, size, rate and cost of footage, and each camera's failure", "[faults][cameras]") {
  TempFolder footage;
  write_ramp(footage / "ramp.mp4");
  Shape shape;
  shape.source = (footage / "ramp.mp4").string();
  shape.after = "  - {id: gone, source: " + (footage / "gone.mp4").string() + "}\n";
  const Site site(shape);
  const auto both = site.run("probe", {"--json", "--for", "1s"});
  CHECK(both.code == 1);
  CHECK(contains(both.errors, "kuzet: camera gone: " + (footage / "gone.mp4").string() + ": no such file"));
  const auto lines = json_lines(both.output);
  REQUIRE(lines.size() == 2);
  CHECK(word(lines[0], "driver") == "files");
  CHECK(number(lines[0], "width") == 320);
  CHECK(number(lines[0], "rate") == Approx(25).margin(2));
  CHECK(number(lines[0], "decode_ms") > 0);
  CHECK(word(lines[1], "error") == "no such file");
  const auto one = site.run("probe", {"cam", "--for", "1s"});
  CHECK(one.code == 0);
  CHECK(contains(one.output, "320x240"));
  CHECK(one.errors.empty());
}

TEST_CASE("probe refuses what does not go together", "[faults][K6]") {
  const Site site;
  check_refused(site.run("probe", {"came"}), 2, {"came", "did you mean \"cam\"?"});
  check_refused(site.run("probe", {"--for", "0s"}), 2, {"1s to 10min"});
  check_refused(site.run("probe", {"--for", "soon"}), 2, {"--for"});
  check_refused(site.run("probe", {"cam", "--source", "a.mp4"}), 2, {"--source"});
  check_refused(run_kuzet({"probe", "--source", "gopher://x:secret@y/z"}), 2, {"gopher://y/z"});
  check_refused(run_kuzet({"probe", "--source", "rtsp://127.0.0.1:9/x", "--password-file", "/nowhere"}), 1, {"password_file"});
}

TEST_CASE("probe of a main stream says what the sub-stream costs, and tells no password", "[faults][cameras]") {
  RtspCameraSettings settings;
  settings.user = "kuzet";
  settings.password = "k5tvq";
  const RtspCamera camera(settings);
  TempFolder folder;
  write_text(folder / "password", "k5tvq\n");
  const auto ran = run_kuzet({"probe", "--source", camera.url("/main"), "--username", "kuzet", "--password-file",
                              (folder / "password").string(), "--for", "3s", "--json"});
  INFO(ran.errors);
  CHECK(ran.code == 0);
  const auto lines = json_lines(ran.output);
  REQUIRE(lines.size() == 1);
  const auto& line = lines[0];
  CAPTURE(ran.output);
  CHECK(word(line, "driver") == "stream");
  CHECK(word(line, "codec") == "h264");
  CHECK(number(line, "width") == 1280);
  CHECK(number(line, "rate") == Approx(25).margin(3));
  CHECK(number(line, "key_distance_s") == Approx(1).margin(0.3));
  REQUIRE(line.contains("sub_stream"));
  CHECK(word(line.at("sub_stream").as_object(), "source") == camera.url("/sub"));
  CHECK(number(line.at("sub_stream").as_object(), "width") == 640);
  CHECK(contains(boost::json::serialize(line.at("advice")), camera.url("/sub") + " costs "));
  CHECK_FALSE(contains(ran.output + ran.errors, "k5tvq"));
  const auto within = run_kuzet({"probe", "--source", camera.url("/main", "kuzet:k5tvq@"), "--for", "1s"});
  CHECK(within.code == 0);
  CHECK(contains(within.output, camera.url("/sub")));
  CHECK_FALSE(contains(within.output + within.errors, "k5tvq"));
  const auto wrong = run_kuzet({"probe", "--source", camera.url("/main", "kuzet:wrong1@"), "--for", "1s"});
  CHECK(wrong.code == 1);
  CHECK_FALSE(contains(wrong.output + wrong.errors, "wrong1"));
}

}  // namespace kuzet::test
