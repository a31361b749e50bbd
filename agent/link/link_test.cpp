// SPDX-License-Identifier: Apache-2.0
// The link where there is no broker: nobody listens, nobody answers, a file is missing, a name server is silent.
#include "agent/link/link.hpp"
#include "agent/link/hub.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/linked.hpp"
#include "tests/harness/temp_folder.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <thread>

namespace kuzet::test {

namespace {

/// A name server that answers nothing as long as the test wants.
class Silence {
 public:
  static Silence& of_names() {
    static Silence one;
    return one;
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return over_; });
  }
  bool asked(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return asked_ > 0; });
  }
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  bool over_ = false;
};

/// Takes connections and never says a word.
class Mute {
 public:
  Mute() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd_, std::bit_cast<const sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
    REQUIRE(::getsockname(fd_, std::bit_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
  }
  Mute(const Mute&) = delete;
  Mute& operator=(const Mute&) = delete;
  ~Mute() { ::close(fd_); }
  [[nodiscard]] std::string url(const std::string& scheme) const { return scheme + "://127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

constexpr auto closed_port = "mqtt://127.0.0.1:1";
constexpr auto at_once = 200ms;  // no call may wait for the network; the rest is a busy machine

double elapsed_ms(const std::function<void()>& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("a server that is not there is a loss, told once and at home") {
  Linked us;
  us.connect(connection_to(closed_port));
  CHECK_FALSE(us.loss);  // not from within the call
  CHECK(us.lost().why.starts_with("cannot connect: "));
  CHECK_FALSE(us.lost().version_refused);
  CHECK_FALSE(us.welcome);
  us.loss.reset();
  CHECK(us.lost(300ms).why.empty());
}

TEST_CASE("a server that is no address is a loss") {
  Linked us;
  for (const std::string server : {"", "nothing", "ftp://127.0.0.1:21", "mqtt://"}) {
    CAPTURE(server);
    us.connect(connection_to(server));
    CHECK_FALSE(us.lost().why.empty());
  }
}

TEST_CASE("a file that cannot be read is a loss that names the setting and the file") {
  const TempFolder folder;
  const std::string missing = folder / "missing.pem", odd = folder / "odd.pem", closed = folder.path();
  write_file(odd, "not what it should be\n");
  struct Case {
    std::string link::Connection::*setting;
    std::string name;
  };
  for (const auto& [setting, name] : std::vector<Case>{
           {&link::Connection::ca, "ca"}, {&link::Connection::certificate, "certificate"}, {&link::Connection::key, "key"}})
    for (const auto& [file, why] : std::vector<std::pair<std::string, std::string>>{
             {missing, ": No such file or directory"}, {closed, ": not a file"}, {odd, ": "}}) {
      Linked us;
      auto connection = connection_to("mqtts://127.0.0.1:1");
      connection.*setting = file;
      us.connect(connection);
      CAPTURE(us.lost().why);
      CHECK(us.lost().why.starts_with("tls." + name + ": " + file + why));
      CHECK(us.lost().why.size() > ("tls." + name + ": " + file + ": ").size());
    }
}

TEST_CASE("nothing can be sent before there is a connection, nor after it was dropped") {
  Linked us;
  CHECK_FALSE(us.link->publish(1, saying("a", "b")).has_value());
  CHECK_FALSE(us.link->subscribe(2, {"a"}).has_value());
  us.link->drop();
  us.link->disconnect(1s);
  us.connect(connection_to(closed_port));
  us.link->drop();
  CHECK_FALSE(us.link->publish(3, saying("a", "b")).has_value());
}

TEST_CASE("of a connection that was dropped nothing is told any more") {
  Linked us;
  us.connect(connection_to(closed_port));
  us.link->drop();
  CHECK(us.lost(500ms).why.empty());
  us.connect(connection_to(closed_port));
  us.connect(connection_to(closed_port));
  CHECK_FALSE(us.lost().why.empty());
  us.loss.reset();
  CHECK(us.lost(500ms).why.empty());
}

TEST_CASE("what is sent while the connection is being made is lost with it, without harm") {
  const Mute mute;
  Linked us;
  us.connect(connection_to(mute.url("mqtt")));
  CHECK(us.link->publish(1, saying("a", "b")).has_value());
  CHECK_FALSE(us.lost().why.empty());
  CHECK(us.answers.empty());
}

TEST_CASE("a link can be given up while it connects") {
  const Mute mute;
  for (const std::string scheme : {"mqtt", "mqtts", "ws", "wss"}) {
    CAPTURE(scheme);
    Linked us;
    us.connect(connection_to(mute.url(scheme)));
    (void)us.lost(100ms);
    CHECK(elapsed_ms([&] { us.link->drop(); }) < at_once.count());
    us.connect(connection_to(mute.url(scheme)));
    CHECK(elapsed_ms([&] { us.link.reset(); }) < 3000);
  }
}

TEST_CASE("a link that is gone asks nobody for anything, and waits for whoever it is asking", "[K7]") {
  std::atomic<int> asked = 0;
  std::atomic<bool> inside = false, may_go = false, closed = false;
  link::Events events{{}, {}, {}, {}, [&](const link::Message&) {
                        ++asked;
                        inside = true;
                        while (!may_go) std::this_thread::yield();
                        CHECK_FALSE(closed);
                        return true;
                      }};
  link::Hub hub(std::move(events), [](const std::function<void()>& job) { job(); });
  std::jthread paho([&] { CHECK(hub.admits({})); });
  while (!inside) std::this_thread::yield();
  std::jthread user([&] { hub.close(), closed = true; });
  may_go = true;
  paho.join(), user.join();
  CHECK_FALSE(hub.admits({}));
  CHECK(asked == 1);
}

TEST_CASE("the versions have names") {
  CHECK(link::name(link::Version::v5) == "5");
  CHECK(link::name(link::Version::v311) == "3.1.1");
}

std::ptrdiff_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST_CASE("a name server that does not answer makes nobody wait") {
  std::thread([] {}).join();  // a sanitizer may begin a thread of its own with the first one
  const auto before = threads();
  const auto alive = std::make_shared<int>();
  Home home;
  auto link = link::make_paho_link({[](const auto&) {}, [](const auto&) {}, [](auto, int) {}, [](const auto&) {}},
                                   [&home, alive](std::function<void()> job) { home.post(std::move(job)); });
  link->connect(connection_to("mqtt://silence.example:1883"));
  REQUIRE(Silence::of_names().asked(5s));
  CHECK(elapsed_ms([&] { (void)link->publish(1, saying("a", "b")); }) < at_once.count());
  CHECK(elapsed_ms([&] { link->connect(connection_to("mqtt://silence.example:1883")); }) < at_once.count());
  CHECK(elapsed_ms([&] { link->drop(); }) < at_once.count());
  CHECK(elapsed_ms([&] { link->connect(connection_to(closed_port)); }) < at_once.count());
  CHECK(elapsed_ms([&] { link->disconnect(100ms); }) < 100 + at_once.count());
  CHECK(elapsed_ms([&] { link.reset(); }) < 2000 + at_once.count());
  Silence::of_names().end();  // what was left behind ends by itself
  const auto end = std::chrono::steady_clock::now() + 20s;
  while ((alive.use_count() > 1 || threads() > before) && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(5ms);
  CHECK(alive.use_count() == 1);
  CHECK(threads() <= before);  // Paho's too: they must not outlive the library that the process takes down at its end
}

}  // namespace kuzet::test

/// Stands before the system's own for the whole program, Paho included.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  if (node != nullptr && std::string_view(node) == "silence.example") {
    kuzet::test::Silence::of_names().wait();
    return EAI_AGAIN;
  }
  static const auto system =
      reinterpret_cast<int (*)(const char*, const char*, const addrinfo*, addrinfo**)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(node, service, hints, found);
}
