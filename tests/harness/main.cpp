// SPDX-License-Identifier: Apache-2.0
// The main function of every test program, alone here because it compiles slowly.

// What leaks inside an encoder that only tests use is not ours to mend.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265\n"; }

// Paho's C++ library is not compiled with the sanitizer, which then does not see the counting and locking in it: what both
// sides hold by shared_ptr looks as if it were destroyed while it is used. libstdc++ neither:
// what a promise and its future share is let go behind a futex in it.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libpaho-mqttpp3.so\nrace:mqtt::\nrace:std::__future_base\n";
}

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
