// SPDX-License-Identifier: Apache-2.0
// K7: a command line that is wrong ends with 2 and a sentence; `kuzet describe` knows everything by name.
#include "tests/faults/command.hpp"
#include "tests/harness/catch.hpp"

#include <boost/json/parse.hpp>

using namespace kuzet;
using namespace kuzet::test;

namespace {

std::string printed(const std::vector<std::string>& words) {
  const auto ran = run_kuzet(words);
  INFO(ran.errors);
  CHECK(ran.code == 0);
  CHECK(ran.errors.empty());
  CHECK_FALSE(ran.output.empty());
  return ran.output;
}

void check_wrong_usage(const std::vector<std::string>& words, const std::string& part) {
  const auto ran = run_kuzet(words);
  check_ended_well(ran);
  INFO(ran.errors);
  CHECK(ran.code == 2);
  CHECK(ran.output.empty());
  CHECK(contains(ran.errors, part));
  CHECK(count(ran.errors, "\n") <= 2);  // with where to find help
}

}  // namespace

TEST_CASE("every detector and driver is described with all its settings", "[K6][faults]") {
  const auto all = printed({"describe"});
  for (const char* detector : {"fire", "illegal_parking", "parking_space"}) {
    INFO(detector);
    CHECK(contains(all, std::string("  ") + detector + ": "));
    const auto one = printed({"describe", detector});
    CHECK(one.starts_with(std::string(detector) + ": "));
    CHECK(contains(one, "Settings:"));
    CHECK(contains(one, "default "));
  }
  CHECK(contains(all, "  files: "));
  CHECK(contains(printed({"describe", "files"}), "folder of pictures"));
  CHECK(contains(printed({"describe", "store"}), "keep_free"));
}

TEST_CASE("the schema of the configuration is JSON that knows every section", "[K6][faults]") {
  const auto schema = boost::json::parse(printed({"describe", "--schema"})).as_object();
  CHECK(word(schema, "$schema") == "https://json-schema.org/draft/2020-12/schema");
  const auto& sections = schema.at("properties").as_object();
  for (const char* section : {"node", "uplink", "store", "cameras", "sensors"}) CHECK(sections.contains(section));
  CHECK(schema.at("additionalProperties") == false);
}

TEST_CASE("a secret that systemd hands to the service alone is no fault of the configuration", "[K6][faults]") {
  Site site;
  site.configure({.before = "uplink: {servers: ['mqtt://127.0.0.1:1'], username: n1, password_file: "
                            "'${CREDENTIALS_DIRECTORY}/kuzet.mqtt'}\n"});
  const auto ran = site.run("check");
  INFO(ran.errors);
  CHECK(ran.code == 0);
}

TEST_CASE("version and help are told on standard output", "[K6][faults]") {
  CHECK(printed({"--version"}).starts_with("kuzet "));
  const auto help = printed({"--help"});
  for (const char* command : {"run", "check", "describe", "replay", "alerts"}) {
    CHECK(contains(help, std::string("  ") + command));
    CHECK_FALSE(printed({command, "--help"}).empty());
  }
}

TEST_CASE("a command line that is wrong ends with 2 and says what was not understood", "[K7][faults]") {
  check_wrong_usage({}, "--help");
  check_wrong_usage({""}, "");
  check_wrong_usage({"rpelay"}, "did you mean \"replay\"?");
  check_wrong_usage({"--verbose"}, "--verbose");
  check_wrong_usage({"--verbose", "describe"}, "--verbose");
  for (const char* command : {"run", "check", "describe", "replay", "alerts"})
    check_wrong_usage({command, "--verbose"}, "--verbose");
  check_wrong_usage({"replay", "--config"}, "--config");
  check_wrong_usage({"check", "a.yaml"}, "a.yaml");
  check_wrong_usage({"describe", "fier"}, "did you mean \"fire\"?");
  check_wrong_usage({"describe", "colour"}, "one of: crowding, fire");
}

TEST_CASE("what cannot be printed is a failure of every command", "[K7][faults]") {
  for (const char* words : {"describe", "describe --schema", "describe fire", "--help", "--version"}) {
    INFO(words);
    const auto ran = run({"sh", "-c", std::string("exec \"$0\" ") + words + " >/dev/full", KUZET_PROGRAM});
    check_refused(ran, 1, {"standard output cannot be written"});
  }
}

TEST_CASE("the program is linked to neither OpenCV's videoio nor imgcodecs nor anything that brings them in", "[faults]") {
  const auto libraries = test::run({"ldd", KUZET_PROGRAM});
  REQUIRE(libraries.code == 0);
  CHECK(contains(libraries.output, "libopencv_core"));
  CHECK_FALSE(contains(libraries.output, "opencv_videoio"));
  CHECK_FALSE(contains(libraries.output, "opencv_imgcodecs"));
}
