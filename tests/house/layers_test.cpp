// SPDX-License-Identifier: Apache-2.0
// The house is as it was drawn: every #include of agent, vision and drivers is held against the table of rooms.
#include "tests/harness/catch.hpp"
#include "tests/house/rooms.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kuzet::house {

namespace {

namespace fs = std::filesystem;

const fs::path root = KUZET_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream out;
  out << stream.rdbuf();
  return out.str();
}

/// All C++ files below these folders, as ways from the root.
std::vector<std::string> sources(const std::vector<std::string>& folders) {
  std::vector<std::string> out;
  for (const auto& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file() && (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp"))
        out.push_back(fs::relative(entry.path(), root).generic_string());
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> names_in(const fs::path& folder, bool directories) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() == directories) out.push_back(entry.path().filename().string());
  std::ranges::sort(out);
  return out;
}

struct Made {
  const char* file;
  const char* include;   // as written: "..." or <...>
  const char* sentence;  // how the complaint begins
};

std::string said(const Made& made) {
  const auto lines = includes("#include " + std::string(made.include) + "\n");
  REQUIRE(lines.size() == 1);
  return complaint(made.file, lines[0]).value_or("");
}

}  // namespace

TEST_CASE("no room includes what the table of rooms forbids", "[house]") {
  const auto files = sources({"agent", "vision", "drivers"});
  REQUIRE(files.size() > 20);
  for (const auto& file : files)
    for (const auto& include : includes(text_of(root / file)))
      if (const auto sentence = complaint(file, include)) FAIL_CHECK(*sentence);
}

TEST_CASE("every source file begins with its licence and one sentence", "[house]") {
  for (const auto& file : sources({"agent", "vision", "drivers", "tests"}))
    if (const auto sentence = head_complaint(file, text_of(root / file))) FAIL_CHECK(*sentence);
}

TEST_CASE("every plugin that is listed has a complete folder and every folder is listed", "[house]") {
  const std::vector<std::array<std::string, 2>> rooms{{"vision", "detectors.def"}, {"drivers", "drivers.def"}};
  for (const auto& [room, def] : rooms) {
    const auto plugins = listed_plugins(text_of(root / room / def));
    CHECK_FALSE(plugins.empty());
    for (const auto& plugin : plugins) {
      REQUIRE(fs::is_directory(root / room / plugin));
      for (const auto& sentence : folder_complaints(room + "/" + plugin, names_in(root / room / plugin, false)))
        FAIL_CHECK(sentence);
    }
    for (const auto& folder : names_in(root / room, true))
      if (!plugin_of(room + "/" + folder + "/x").empty() && std::ranges::find(plugins, folder) == plugins.end())
        FAIL_CHECK(room + "/" + folder + ": is not in " + room + "/" + def + ", so nobody will ever run it");
  }
}

TEST_CASE("an include that the table forbids gives a sentence that teaches", "[house]") {
  const std::vector<Made> made{
      {"agent/core/model.hpp", "\"vision/detector.hpp\"", "agent/core/model.hpp: core may not include vision/detector.hpp; "},
      {"agent/core/a.cpp", "\"agent/alerts/lifecycle.hpp\"",
       "agent/core/a.cpp: core may not include agent/alerts/lifecycle.hpp"},
      {"agent/core/a.hpp", "<opencv2/core.hpp>",
       "agent/core/a.hpp: core may not include <opencv2/core.hpp>; OpenCV lives in agent/core/frame.hpp"},
      {"agent/core/settings.cpp", "<yaml-cpp/yaml.h>",
       "agent/core/settings.cpp: core may not include <yaml-cpp/yaml.h>; yaml-cpp lives in agent/core/yaml.cpp: "},
      {"agent/core/a.cpp", "<spdlog/spdlog.h>", "agent/core/a.cpp: core may not include <spdlog/spdlog.h>"},
      {"agent/core/a.cpp", "<mutex>", "agent/core/a.cpp: core may not include <mutex>; it has no threads"},
      {"agent/core/a.cpp", "<fstream>", "agent/core/a.cpp: core may not include <fstream>; it does no I/O"},
      {"agent/core/a.cpp", "<sys/stat.h>", "agent/core/a.cpp: core may not include <sys/stat.h>"},
      {"agent/core/a.cpp", "\"result.hpp\"", "agent/core/a.cpp: \"result.hpp\" names no room"},
      {"agent/core/a.cpp", "\"tests/harness/catch.hpp\"",
       "agent/core/a.cpp: core may not include tests/harness/catch.hpp; only a _test.cpp"},
      {"agent/alerts/a.cpp", "\"agent/outbox/outbox.hpp\"",
       "agent/alerts/a.cpp: alerts may not include agent/outbox/outbox.hpp"},
      {"agent/alerts/a.cpp", "<thread>", "agent/alerts/a.cpp: alerts may not include <thread>"},
      {"agent/outbox/a.cpp", "\"agent/uplink/wire.hpp\"", "agent/outbox/a.cpp: outbox may not include agent/uplink/wire.hpp"},
      {"agent/evidence/a.cpp", "\"agent/outbox/outbox.hpp\"",
       "agent/evidence/a.cpp: evidence may not include agent/outbox/outbox.hpp"},
      {"agent/evidence/a.cpp", "<opencv2/imgcodecs.hpp>",
       "agent/evidence/a.cpp: evidence may not include <opencv2/imgcodecs.hpp>; OpenCV's own files"},
      {"agent/link/link.hpp", "<mqtt/async_client.h>",
       "agent/link/link.hpp: link may not include <mqtt/async_client.h>; Paho lives in agent/link/paho_link.cpp"},
      {"agent/uplink/a.cpp", "<MQTTAsync.h>", "agent/uplink/a.cpp: uplink may not include <MQTTAsync.h>"},
      {"agent/uplink/a.cpp", "<sqlite3.h>", "agent/uplink/a.cpp: uplink may not include <sqlite3.h>; SQLite lives in outbox"},
      {"agent/uplink/a.cpp", "\"agent/run/agent.hpp\"",
       "agent/uplink/a.cpp: uplink may not include agent/run/agent.hpp; besides itself it may include core, outbox, link"},
      {"agent/run/a.cpp", "\"agent/web/page.hpp\"", "agent/run/a.cpp: run may not include agent/web/page.hpp"},
      {"agent/run/a.cpp", "<CLI/CLI.hpp>", "agent/run/a.cpp: run may not include <CLI/CLI.hpp>; CLI11 lives in cli"},
      {"agent/web/a.cpp", "\"agent/outbox/outbox.hpp\"",
       "agent/web/a.cpp: web may not include agent/outbox/outbox.hpp; besides itself it may include core, run"},
      {"agent/main.cpp", "<opencv2/highgui.hpp>", "agent/main.cpp: cli may not include <opencv2/highgui.hpp>"},
      {"drivers/files/files.cpp", "\"vision/scene/crop.hpp\"",
       "drivers/files/files.cpp: drivers may not include vision/scene/crop.hpp; besides itself it may include core, link"},
      {"drivers/files/files.cpp", "<opencv2/videoio.hpp>",
       "drivers/files/files.cpp: drivers may not include <opencv2/videoio.hpp>"},
      {"drivers/files/files.cpp", "\"drivers/rtsp/x.hpp\"",
       "drivers/files/files.cpp: plugin drivers/files may not include drivers/rtsp/x.hpp; nobody may depend on a plugin"},
      {"drivers/av/reader.cpp", "\"drivers/files/x.hpp\"",
       "drivers/av/reader.cpp: drivers may not include drivers/files/x.hpp"},
      {"vision/fire/fire.cpp", "\"vision/illegal_parking/x.hpp\"",
       "vision/fire/fire.cpp: plugin vision/fire may not include vision/illegal_parking/x.hpp"},
      {"vision/scene/a.cpp", "\"vision/fire/x.hpp\"", "vision/scene/a.cpp: vision may not include vision/fire/x.hpp"},
      {"agent/run/a.cpp", "\"vision/fire/x.hpp\"",
       "agent/run/a.cpp: run may not include vision/fire/x.hpp; nobody may depend on a plugin"},
      {"vision/fire/fire.cpp", "\"drivers/camera.hpp\"", "vision/fire/fire.cpp: vision may not include drivers/camera.hpp"},
      {"vision/fire/fire.cpp", "\"agent/alerts/lifecycle.hpp\"",
       "vision/fire/fire.cpp: vision may not include agent/alerts/lifecycle.hpp"},
      {"vision/fire/fire.cpp", "<spdlog/spdlog.h>", "vision/fire/fire.cpp: vision may not include <spdlog/spdlog.h>"},
      {"vision/fire/fire.cpp", "<thread>", "vision/fire/fire.cpp: vision may not include <thread>"},
      {"vision/fire/fire.cpp", "<openssl/sha.h>", "vision/fire/fire.cpp: vision may not include <openssl/sha.h>"},
      {"agent/run/a.cpp", "<boost/mpi.hpp>", "agent/run/a.cpp: <boost/mpi.hpp> is of a library that no room has"},
      {"agent/uplink/a.cpp", "\"agent/uplink/a_fixture.hpp\"",
       "agent/uplink/a.cpp: uplink may not include agent/uplink/a_fixture.hpp; only"},
      {"agent/core/a_test.cpp", "<catch2/catch.hpp>", "agent/core/a_test.cpp: core may not include <catch2/catch.hpp>"},
      {"agent/core/a_test.cpp", "\"vision/detector.hpp\"", "agent/core/a_test.cpp: core may not include vision/detector.hpp"},
  };
  for (const auto& one : made) {
    CAPTURE(one.file, one.include, said(one));
    CHECK(said(one).starts_with(one.sentence));
  }
}

TEST_CASE("an include that the table allows gives none", "[house]") {
  const std::vector<Made> made{
      {"agent/core/frame.hpp", "<opencv2/core/mat.hpp>", ""},
      {"agent/core/yaml.cpp", "<yaml-cpp/parser.h>", ""},
      {"agent/core/a.cpp", "<random>", ""},
      {"agent/core/a_test.cpp", "\"tests/harness/catch.hpp\"", ""},
      {"agent/core/a_test.cpp", "<fstream>", ""},
      {"agent/uplink/a_fixture.hpp", "\"tests/harness/scripted_link.hpp\"", ""},
      {"agent/link/paho_link.cpp", "<mqtt/async_client.h>", ""},
      {"agent/outbox/sqlite.hpp", "<sqlite3.h>", ""},
      {"agent/run/agent.cpp", "\"vision/detector.hpp\"", ""},
      {"agent/main.cpp", "\"agent/web/page.hpp\"", ""},
      {"drivers/files/files.cpp", "\"drivers/av/reader.hpp\"", ""},
      {"drivers/particulate/particulate.cpp", "\"drivers/serial/wire.hpp\"", ""},
      {"vision/fire/fire.cpp", "\"vision/scene/crop.hpp\"", ""},
      {"vision/fire/fire.cpp", "<opencv2/video/tracking.hpp>", ""},
  };
  for (const auto& one : made) {
    CAPTURE(one.file, one.include);
    CHECK(said(one).empty());
  }
}

TEST_CASE("includes are found however they are written", "[house]") {
  const auto found = includes("#include <a>\n  #  include \"b/c.hpp\"  // why\n// #include <not>\nint x;\n#include<d.h>\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].what == "a");
  CHECK_FALSE(found[0].quoted);
  CHECK(found[1].what == "b/c.hpp");
  CHECK(found[1].quoted);
  CHECK(found[2].what == "d.h");
}

TEST_CASE("an incomplete plugin and a headless file are told", "[house]") {
  CHECK(folder_complaints("vision/fire", {"fire.cpp", "fire_test.cpp", "sample.yaml"}).empty());
  CHECK(folder_complaints("drivers/files", {"files.cpp", "files_test.cpp"}).empty());
  CHECK(folder_complaints("vision/fire", {"fire.cpp", "fire.hpp", "region.hpp", "sample.yaml"}) ==
        std::vector<std::string>{"vision/fire: fire_test.cpp is missing",
                                 "vision/fire: fire.hpp: a plugin has no header of its name, so that nobody can depend on it"});
  CHECK(listed_plugins("// KUZET_DETECTOR(name)\nKUZET_DETECTOR(fire)\nKUZET_DETECTOR(smoke)\n") ==
        std::vector<std::string>{"fire", "smoke"});
  CHECK(head_complaint("a.cpp", "// SPDX-License-Identifier: Apache-2.0\n// One sentence.\n") == std::nullopt);
  CHECK(head_complaint("a.cpp", "#include <a>\n").has_value());
  CHECK(head_complaint("a.cpp", "// SPDX-License-Identifier: Apache-2.0\n#include <a>\n").has_value());
}

}  // namespace kuzet::house
