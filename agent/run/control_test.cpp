// SPDX-License-Identifier: Apache-2.0
// The status socket.
#include "agent/run/control.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>

#include <bit>
#include <thread>

namespace kuzet::run {

namespace {

/// An io_context that a thread of its own runs, as the agent's does.
struct Running {
  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
  Running() = default;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    io.stop();
    thread.join();
  }
};

}  // namespace

TEST_CASE("a running agent tells its status to whoever asks, as often as it is asked", "[status]") {
  const test::TempFolder folder;
  Running running;
  int asked = 0;
  const auto control = Control::open(running.io, folder.path(), [&] { return "{\"asked\":" + std::to_string(++asked) + "}"; });
  REQUIRE(control.has_value());
  CHECK(ask_status(folder.path()).value() == "{\"asked\":1}\n");
  CHECK(ask_status(folder.path()).value() == "{\"asked\":2}\n");
  struct stat status {};
  REQUIRE(::stat((folder / "control.sock").c_str(), &status) == 0);
  CHECK((status.st_mode & 07) == 0);  // nobody else's business
}

TEST_CASE("where no agent runs, a status is refused with the folder's name", "[status]") {
  const test::TempFolder folder;
  const auto answer = ask_status(folder.path());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().what.find(folder.path().string()) != std::string::npos);
}

TEST_CASE("the socket of an agent that was killed does not stand in the way of the next", "[status][K7]") {
  const test::TempFolder folder;
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(left, std::bit_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(left);
  Running running;
  const auto control = Control::open(running.io, folder.path(), [] { return std::string("{}"); });
  REQUIRE(control.has_value());
  CHECK(ask_status(folder.path()).value() == "{}\n");
}

TEST_CASE("a folder whose name is too long for a socket is told and stops nothing", "[status]") {
  const test::TempFolder folder;
  const auto deep = folder / std::string(120, 'x');
  std::filesystem::create_directories(deep);
  boost::asio::io_context io;
  const auto control = Control::open(io, deep, [] { return std::string(); });
  REQUIRE_FALSE(control.has_value());
  CHECK(control.error().what.find("socket") != std::string::npos);
}

TEST_CASE("a visitor who reads nothing holds up nobody", "[status][K7]") {
  const test::TempFolder folder;
  Running running;
  const auto control = Control::open(running.io, folder.path(), [] { return std::string(1 << 22, 'x'); });
  REQUIRE(control.has_value());
  const int idle = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(idle, std::bit_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(ask_status(folder.path()).value().size() == (1 << 22) + 1);
  ::close(idle);
}

}  // namespace kuzet::run
