// SPDX-License-Identifier: Apache-2.0
// A name server that hangs costs nobody more than his own patience, and one thread.
#include "drivers/av/lookup.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/stopwatch.hpp"

#include <atomic>
#include <memory>
#include <thread>

using namespace std::chrono_literals;
using namespace kuzet;
using namespace kuzet::drivers::av;
using kuzet::test::duration_of;

namespace {

using Addresses = Result<std::vector<std::string>>;

/// Answers when it is allowed to.
struct Hanging {
  std::shared_ptr<std::atomic<bool>> open = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);
  Addresses operator()(const std::string&) const {
    ++*asked;
    open->wait(false);
    return std::vector<std::string>{"10.0.0.5"};
  }
  void answer() const {
    *open = true;
    open->notify_all();
  }
};

bool all_ended() {
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (look_ups_under_way() > 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  return look_ups_under_way() == 0;
}

}  // namespace

TEST_CASE("a look-up that hangs ends with the caller's patience, and there is one for each host", "[cameras][K7]") {
  const Hanging hanging;
  Patience patience;
  for (int i = 0; i < 5; ++i) {
    patience.begin(50ms, {});
    Addresses found = Error{};
    const auto took = duration_of([&] { found = look_up("gate.example", patience, hanging); });
    CHECK(found.error().what == "timed out: no picture within 50ms");
    CHECK(took < 150ms);
  }
  CHECK(*hanging.asked == 1);
  CHECK(look_ups_under_way() == 1);
  hanging.answer();
  CHECK(all_ended());
}

TEST_CASE("a stop ends a look-up that hangs, and an answer that comes late serves who waits by then", "[cameras][K7]") {
  const Hanging hanging;
  Patience patience;
  std::stop_source stop;
  stop.request_stop();
  patience.begin(10s, stop.get_token());
  CHECK(look_up("yard.example", patience, hanging).error().what == "stopped");
  patience.begin(10s, {});
  std::jthread later([&] {
    std::this_thread::sleep_for(20ms);
    hanging.answer();
  });
  CHECK(look_up("yard.example", patience, hanging).value() == std::vector<std::string>{"10.0.0.5"});
  CHECK(*hanging.asked == 1);
  CHECK(all_ended());
}

TEST_CASE("what the system knows is found, and what it does not is said", "[cameras]") {
  Patience patience;
  patience.begin(10s, {});
  const auto found = look_up("localhost", patience).value();
  CHECK((found[0] == "127.0.0.1" || found[0] == "::1"));
  CHECK(all_ended());
}
