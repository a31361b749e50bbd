// SPDX-License-Identifier: Apache-2.0
// What the thread sanitizer is told about Paho's C++ library, for the tests that flood it or break its connections.

// It is not compiled with the sanitizer, which then does not see the counting and locking in it: what both sides hold by
// shared_ptr looks as if it were destroyed while it is used. libstdc++ neither: what a promise and its future share is let go
// behind a futex in it. Other programs are not told so: a race of ours in a callback of Paho's is seen there.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libpaho-mqttpp3.so\nrace:mqtt::\nrace:std::__future_base\n";
}
