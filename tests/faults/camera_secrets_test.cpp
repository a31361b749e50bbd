// SPDX-License-Identifier: Apache-2.0
// No camera's password appears anywhere: not in what is printed, stored or sent, whatever happens to the camera.
#include "tests/cameras/http_camera.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/faults/yard.hpp"
#include "tests/harness/broker.hpp"
#include "tests/harness/catch.hpp"

#include <csignal>
#include <fstream>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto soon = 20s;

/// Each password in the forms in which it could slip out: as it is, as an address writes it, as HTTP sends it with its name.
const std::vector<std::string> secrets{
    "Sturm@7haube",
    "Sturm%407haube",
    "Z2F0ZTpTdHVybUA3aGF1YmU",  // base64 of gate:Sturm@7haube
    "Wolke9file",
    "Z2F0ZTpXb2xrZTlmaWxl",
    "Nebel5wrong",
    "Z2F0ZTpOZWJlbDV3cm9uZw",
    "Regen3query",
};

void check_clean(const std::string& where, const std::string& text) {
  for (const auto& secret : secrets) {
    const bool clean = text.find(secret) == std::string::npos;
    INFO(where << " has " << secret);
    CHECK(clean);
  }
}

void check_clean_folder(const std::filesystem::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    check_clean("the name " + entry.path().string(), entry.path().string());
    check_clean(entry.path().string(), read_text(entry.path()));
  }
  CHECK(files > 0);
}

}  // namespace

TEST_CASE("no password of a camera is printed, stored or sent, whatever happens to the camera", "[K7][cameras]") {
  if (!Broker::available()) {
    WARN("no Mosquitto: not tested");
    return;
  }
  const std::string film = "=h264:320x180@15/15";
  RtspCamera in_address({.mounts = {"/main" + film}, .user = "gate", .password = "Sturm@7haube"});
  RtspCamera in_file({.mounts = {"/main" + film}, .user = "gate", .password = "Wolke9file", .method = "basic"});
  HttpCamera in_query({.film = "mjpeg:320x180@10"});
  Broker broker;
  TempFolder folder;
  write_text(folder / "password", "Wolke9file\n");
  Process witness(
      {"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-v", "-t", "#"},
      folder / "messages");
  const std::string beside = "username: gate, password_file: '" + (folder / "password").string() + "', ";
  const std::string quick = "timeout: 1s, offline_after: 2s, ";
  Yard yard({{"address", in_address.url("/main", "gate:Sturm%407haube@"), quick},
             {"raw", in_address.url("/main", "gate:Sturm@7haube@"), quick},
             {"file", in_file.url("/main"), quick + beside},
             {"wrong", in_address.url("/main", "gate:Nebel5wrong@"), quick},
             {"query", in_query.url("/video.mjpg?user=gate&pwd=Regen3query"), quick},
             {"still", in_query.url("/still.jpg?user=gate&pwd=Regen3query"), quick},
             {"nobody", "rtsp://gate:Nebel5wrong@no-such-camera.invalid/main", quick},
             {"nowhere", in_address.url("/none", "gate:Sturm%407haube@"), quick}},
            "uplink: {servers: ['" + broker.url() + "']}\n");
  for (const auto* id : {"address", "raw", "file"}) {
    INFO(id << "\n" << yard.log());
    CHECK(yard.becomes(id, "online", soon));
  }
  const auto ask = [&](const std::string& when, const std::string& camera) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"status"},
                                                                   {"status", "--json"},
                                                                   {"check"},
                                                                   {"alerts", "--json"},
                                                                   {"verify"},
                                                                   {"probe", camera},
                                                                   {"snapshot", "--camera", "wrong", "-o", yard / "no.jpg"},
                                                                   {"snapshot", "--camera", "file", "-o", yard / "yes.jpg"}}) {
      const auto ran = yard.run(words);
      check_clean(words[0] + " " + when, ran.output + ran.errors);
    }
  };
  ask("in good order", "file");
  in_address.tell("password Another1");
  in_address.tell("end /main");
  in_file.kill();
  in_query.set(HttpCamera::Fault::gone);
  for (const auto* id : {"address", "raw", "file", "query"}) {
    INFO(id << "\n" << yard.log());
    CHECK(yard.becomes(id, "offline", soon));
  }
  ask("while cameras fail", "wrong");
  in_file.start();
  CHECK(yard.becomes("file", "online", soon));
  CHECK(eventually([&] { return read_text(folder / "messages").find("kuzet/v1/") != std::string::npos; }, soon));
  yard.agent().kill(SIGTERM);
  CHECK(yard.agent().wait(3s) == 0);
  CHECK_FALSE(yard.said("wrong", "name or password not accepted").empty());
  check_clean("what it printed", yard.log());
  check_clean("what it sent", read_text(folder / "messages"));
  check_clean("what the broker wrote", broker.log());
  check_clean_folder(yard.store());
}
