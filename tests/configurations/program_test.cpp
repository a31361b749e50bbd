// SPDX-License-Identifier: Apache-2.0
// The program itself: `kuzet new` and `kuzet check` on files, and the schema that is kept.
#include "tests/configurations/mutations.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

namespace kuzet::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Ran kuzet(std::vector<std::string> words) {
  words.insert(words.begin(), KUZET_PROGRAM);
  return run(std::move(words), 20s);
}

bool holds(const std::string& text, const std::string& part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the schema that is kept is the one that the program prints", "[K6][schema]") {
  const auto printed = kuzet({"describe", "--schema"});
  REQUIRE(printed.code == 0);
  const bool same = printed.output == read_text(std::string(KUZET_SOURCE_DIR) + "/config/schema/kuzet.schema.json");
  INFO("renew it: build/dev/kuzet describe --schema > config/schema/kuzet.schema.json");
  CHECK(same);
}

TEST_CASE("check ends with 78 on any wrong file, soon and with little memory", "[K6][K7][mutants]") {
  const TempFolder folder;
  const auto file = (folder / "f.yaml").string();
  auto all = whole_files();
  std::size_t number = 0;  // of the others one in seven: they are all read in mutated_test.cpp, in one process
  std::erase_if(all, [&](const Mutant& one) { return one.kind != "no configuration" && number++ % 7 != 0; });
  for (const auto& mutant : all) {
    CAPTURE(mutant.kind, mutant.name);
    write_file(file, mutant.text);
    const auto begin = std::chrono::steady_clock::now();
    const auto ran = kuzet({"check", "--config", file});
    CHECK(std::chrono::steady_clock::now() - begin < 5s);  // of which 2 s are for a busy machine
    INFO(ran.errors.substr(0, 2000));
    CHECK((ran.code == 78 || ran.code == 0));
    CHECK(ran.output.empty());
    CHECK(ran.errors.starts_with(file + ":"));
    CHECK_FALSE(holds(ran.errors.substr(0, 2000), "fault: "));
  }
  struct rusage used {};
  REQUIRE(::getrusage(RUSAGE_CHILDREN, &used) == 0);
  CHECK(used.ru_maxrss < 200 * 1024);  // kB, of the largest of them
}

TEST_CASE("new prints a configuration that check accepts", "[K6][presets]") {
  const TempFolder folder;
  for (const char* place : {"landfill", "school", "road"}) {
    const auto ran = kuzet(
        {"new", place, "--camera", "yard=rtsp://10.0.0.5/sub", "--id", "n07", "--site", "west", "--name", "West: \"yard\" #1"});
    INFO(ran.errors);
    REQUIRE(ran.code == 0);
    CHECK(holds(ran.output, "  id: n07 "));
    CHECK(holds(ran.output, "  site: west "));
    write_file(folder / "f.yaml", ran.output);
    CHECK(kuzet({"check", "--config", (folder / "f.yaml").string()}).code == 0);
  }
}

TEST_CASE("new writes a file whole, and over another one only where it is told to", "[K6][presets]") {
  const TempFolder folder;
  const auto file = folder / "kuzet.yaml";
  const auto first = kuzet({"new", "road", "-o", file.string()});
  INFO(first.errors);
  CHECK(first.code == 0);
  CHECK(first.output.empty());
  CHECK(holds(first.errors, "kuzet check --config " + file.string()));
  CHECK(kuzet({"check", "--config", file.string()}).code == 0);
  struct stat about {};
  REQUIRE(::stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0640);
  write_file(file, "node: {id: mine, site: s}\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  const auto refused = kuzet({"new", "school", "-o", file.string()});
  CHECK(refused.code == 1);
  CHECK(holds(refused.errors, "is there already; --force"));
  CHECK(read_text(file) == "node: {id: mine, site: s}\n");
  CHECK(kuzet({"new", "school", "-o", file.string(), "--force"}).code == 0);
  CHECK(holds(read_text(file), "kind: school"));
  CHECK(read_text(file.string() + ".old") == "node: {id: mine, site: s}\n");
  REQUIRE(::stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);  // as it was
  CHECK(kuzet({"new", "road", "-o", (folder / "nowhere/f.yaml").string()}).code == 1);
}

TEST_CASE("new refuses what it cannot use, with the right word", "[K7][presets]") {
  CHECK(holds(kuzet({"new", "landfil"}).errors, "there is no preset \"landfil\"; did you mean \"landfill\"?"));
  CHECK(kuzet({"new", "landfil"}).code == 2);
  CHECK(kuzet({"new"}).code == 2);
  CHECK(holds(kuzet({"new", "road", "--id", "Yard 1"}).errors, "did you mean \"yard-1\"?"));
  CHECK(holds(kuzet({"new", "road", "--camera", "gopher://x"}).errors, "this version cannot read"));
  CHECK(holds(kuzet({"new", "road", "--camera", " "}).errors, "this version cannot read"));
  CHECK(holds(kuzet({"new", "road", "--camera", "a=rtsp://x/", "--camera", "a=rtsp://y/"}).errors, "already"));
  const auto secret = kuzet({"new", "road", "--camera", "rtsp://u:s3cr3t-word@10.0.0.5/sub"});
  CHECK(secret.code == 0);
  CHECK(secret.output.find("s3cr3t") == std::string::npos);
  CHECK(secret.errors.find("s3cr3t") == std::string::npos);
}

TEST_CASE("describe knows every section of the configuration with a sentence", "[K6][words]") {
  const auto all = kuzet({"describe"}).output;
  for (const char* section : {"node", "uplink", "store", "cpu", "trial", "cameras", "sensors", "calendars", "conditions",
                              "rules", "fusion", "access", "arming", "outputs", "answers"}) {
    CAPTURE(section);
    CHECK(holds(all, "\n  " + std::string(section) + " ("));
    const auto one = kuzet({"describe", section});
    CHECK(one.code == 0);
    CHECK(one.output.starts_with(section));
    CHECK(one.output.ends_with(".\n"));
  }
}

}  // namespace kuzet::test
