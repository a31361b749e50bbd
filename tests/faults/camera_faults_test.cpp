// SPDX-License-Identifier: Apache-2.0
// K7 for cameras: each way in which a connection fails is told once, costs the other cameras nothing, and is got over.
#include "tests/cameras/http_camera.hpp"
#include "tests/cameras/rtsp_camera.hpp"
#include "tests/faults/yard.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/wire.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto soon = 20s;       // on the slowest machine that tests, beside other tests
constexpr auto got_over = 30s;   // back-off after some seconds of fault: at most eight, and an open
constexpr double nearly = 0.75;  // of a rate; what it costs others exactly is measured by tests/bench/cameras
const std::string painted = "=h264:320x180@15/15";

RtspCameraSettings small(const std::string& user = {}, const std::string& password = {}) {
  return {.mounts = {"/main" + painted}, .user = user, .password = password};
}

/// A camera, what happens to it, and the words for it.
struct Trouble {
  std::string id;
  std::string words;
  std::function<void()> begins, ends;
};

std::vector<std::string> ids(const std::vector<Trouble>& all) {
  std::vector<std::string> out;
  for (const auto& one : all) out.push_back(one.id);
  return out;
}

void all_watch(const Yard& yard, const std::vector<std::string>& cameras, std::chrono::milliseconds limit) {
  for (const auto& id : cameras) {
    INFO(id << "\n" << yard.log());
    CHECK(yard.becomes(id, "online", limit));
    CHECK(yard.looks_on(id, 3, limit));
  }
}

void all_fail(const Yard& yard, const std::vector<Trouble>& troubles) {
  for (const auto& one : troubles) {
    INFO(one.id << "\n" << yard.log());
    CHECK(eventually([&] { return !yard.said(one.id, one.words).empty(); }, soon));
  }
}

void each_was_said_once(const Yard& yard, const std::vector<Trouble>& troubles) {
  for (const auto& one : troubles) {
    auto said = yard.said(one.id, "trying again");
    INFO(one.id << "\n" << yard.log());
    CHECK(said.size() <= 2);  // a camera that dies is a stream that ended first and a refused connection then
    std::ranges::sort(said);
    CHECK(std::ranges::adjacent_find(said) == said.end());
    CHECK(yard.said(one.id, "pictures come again").size() <= 1);
  }
}

}  // namespace

TEST_CASE("whatever happens to a camera's connection is said once, costs the others nothing and is got over", "[K7][cameras]") {
  RtspCamera steady(small()), killed(small()), frozen(small()), silent(small()), refusing(small()), gone(small());
  RtspCamera locked(small("gate", "first")), behind(small());
  Wire wire(behind.port()), flood(behind.port());
  HttpCamera pages({.film = "mjpeg:320x180@10"});
  const std::vector<Trouble> troubles{
      {"killed", "", [&] { killed.kill(); }, [&] { killed.start(); }},
      {"frozen", "no picture for 1s", [&] { frozen.freeze(); }, [&] { frozen.thaw(); }},
      {"silent", "no picture for 1s", [&] { silent.tell("silent /main on"); }, [&] { silent.tell("silent /main off"); }},
      {"refusing", "",
       [&] {
         refusing.tell("refuse");
         refusing.tell("end /main");
       },
       [&] { refusing.tell("accept"); }},
      {"gone", "",
       [&] {
         gone.tell("remove /main");
         gone.tell("end /main");
       },
       [&] { gone.tell("restore /main"); }},
      {"locked", "",
       [&] {
         locked.tell("password second");
         locked.tell("end /main");
       },
       [&] { locked.tell("password first"); }},
      {"holed", "no picture for 1s", [&] { wire.set(Wire::State::silent); }, [&] { wire.set(Wire::State::sound); }},
      {"flooded", "", [&] { flood.set(Wire::State::flooded); }, [&] { flood.set(Wire::State::sound); }},
      {"page", "", [&] { pages.set(HttpCamera::Fault::ends); }, [&] { pages.set(HttpCamera::Fault::none); }},
  };
  const auto through = [](const Wire& to) { return "rtsp://127.0.0.1:" + std::to_string(to.port()) + "/main"; };
  const std::string quick = "timeout: 1s, ";
  Yard yard({{"steady", steady.url("/main"), quick},
             {"killed", killed.url("/main"), quick},
             {"frozen", frozen.url("/main"), quick},
             {"silent", silent.url("/main"), quick},
             {"refusing", refusing.url("/main"), quick},
             {"gone", gone.url("/main"), quick},
             {"locked", locked.url("/main", "gate:first@"), quick},
             {"holed", through(wire), quick},
             {"flooded", through(flood), quick},
             {"page", pages.url("/video.mjpg"), quick}});
  all_watch(yard, ids(troubles), soon);
  all_watch(yard, {"steady"}, soon);
  const double healthy = yard.rate("steady", 2s);
  for (const auto& one : troubles) one.begins();
  all_fail(yard, troubles);
  CHECK(yard.rate("steady", 4s) > nearly * healthy);
  CHECK(yard.state("steady") == "online");
  each_was_said_once(yard, troubles);
  for (const auto& one : troubles) one.ends();
  all_watch(yard, ids(troubles), got_over);
  yard.agent().kill(SIGTERM);
  CHECK(yard.agent().wait(3s) == 0);
}

TEST_CASE("what a stream does in its middle does not end the watching", "[K7][cameras]") {
  RtspCameraSettings settings;
  settings.mounts.clear();
  for (const auto* mount :
       {"/smaller", "/codec", "/noise", "/backwards", "/jumping", "/standing", "/lossy", "/slow", "/minute"})
    settings.mounts.push_back(mount + painted);
  RtspCamera camera(settings);
  HttpCamera jpegs({.film = "mjpeg:320x180@10"});
  const std::string quick = "timeout: 2s, ";
  std::vector<YardCamera> cameras{{"jpegs", jpegs.url("/video.mjpg"), quick}, {"stills", jpegs.url("/still.jpg"), quick}};
  for (const auto& mount : settings.mounts) {
    const auto id = mount.substr(1, mount.find('=') - 1);
    cameras.push_back({id, camera.url("/" + id), id == "slow" ? "timeout: 5s, " : quick});
  }
  Yard yard(cameras);
  std::vector<std::string> all;
  for (const auto& one : cameras) all.push_back(one.id);
  all_watch(yard, all, soon);

  for (const auto* line : {"film /smaller h264:640x360@15/15", "film /codec hevc:320x180@15/15", "garbage /noise on",
                           "stamps /backwards backwards", "stamps /jumping jumping", "stamps /standing standing",
                           "lose /lossy 1", "interval /slow 2", "interval /minute 60"})
    camera.tell(line);
  jpegs.set(HttpCamera::Fault::garbage);
  std::this_thread::sleep_for(2s);
  for (const auto* id : {"smaller", "backwards", "jumping", "standing", "lossy", "codec"}) {
    INFO(id << "\n" << yard.log());
    CHECK(yard.looks_on(id, 15, std::string(id) == "codec" ? got_over : 6s));  // as often as before
  }
  CHECK(yard.looks_on("slow", 2, soon));
  CHECK(yard.said("slow", "trying again").empty());
  CHECK(yard.camera("smaller").at("width").to_number<int>() == 640);
  CHECK(yard.camera("codec").at("codec").as_string() == "hevc");
  INFO(yard.log());
  CHECK(yard.said("minute", "trying again").size() == 1);  // a picture with each opening, and then none
  CHECK(yard.said("smaller", "trying again").empty());
  CHECK(yard.said("backwards", "trying again").empty());
  CHECK(yard.said("jumping", "trying again").empty());

  for (const auto* line : {"film /codec mjpeg:320x180@10", "garbage /noise off", "stamps /backwards right",
                           "stamps /jumping right", "lose /lossy 0", "interval /slow 0", "interval /minute 0"})
    camera.tell(line);
  jpegs.set(HttpCamera::Fault::none);
  all_watch(yard, all, got_over);
  CHECK(eventually([&] { return yard.camera("codec").at("codec") == "mjpeg"; }, soon));
}
