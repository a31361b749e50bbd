// SPDX-License-Identifier: Apache-2.0
// No secret of an address is ever shown.
#include "agent/core/source.hpp"
#include "tests/harness/catch.hpp"

using kuzet::shown_source;
using kuzet::without_secrets;

TEST_CASE("an address is shown without name and password", "[cameras][K5]") {
  CHECK(shown_source("rtsp://gate:secret@10.0.0.5:554/sub") == "rtsp://10.0.0.5:554/sub");
  CHECK(shown_source("rtsp://gate:se@cret@10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://gate:se/cret@10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://gate:p@ss/w:rd@10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://gate:se?cret@10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://10.0.0.5:554/a@b") == "rtsp://10.0.0.5:554/a@b");
  CHECK(shown_source("rtsp://gate@10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://:secret@[fe80::1]/sub") == "rtsp://[fe80::1]/sub");
  CHECK(shown_source("rtsp://10.0.0.5/sub") == "rtsp://10.0.0.5/sub");
  CHECK(shown_source("rtsp://10.0.0.5/a@b") == "rtsp://10.0.0.5/a@b");
}

TEST_CASE("values of a query are not shown", "[cameras][K5]") {
  CHECK(shown_source("http://cam/snap.cgi?usr=gate&pwd=secret") == "http://cam/snap.cgi?usr=...&pwd=...");
  CHECK(shown_source("http://cam/snap.cgi?pwd=a=b&c") == "http://cam/snap.cgi?pwd=...&c");
  CHECK(shown_source("http://gate:x@cam/?pwd=secret@home") == "http://cam/?pwd=...");
}

TEST_CASE("a password within the path is not shown", "[cameras][K5]") {
  CHECK(shown_source("rtsp://10.0.0.5:554/user=admin&password=secret&channel=1&stream=0.sdp?real_stream") ==
        "rtsp://10.0.0.5:554/user=admin&password=...&channel=1&stream=0.sdp?real_stream");
  CHECK(shown_source("rtsp://10.0.0.5/user=admin_password=se_cret_channel=1_stream=0.sdp") ==
        "rtsp://10.0.0.5/user=admin_password=..._channel=1_stream=0.sdp");
  CHECK(shown_source("rtsp://10.0.0.5/user=admin&password=&channel=1") == "rtsp://10.0.0.5/user=admin&password=&channel=1");
  CHECK(without_secrets("secret was refused", "rtsp://10.0.0.5/user=admin&password=secret&channel=1") == "... was refused");
}

TEST_CASE("files and devices are shown as they are", "[cameras]") {
  CHECK(shown_source("/dev/video0") == "/dev/video0");
  CHECK(shown_source("clip?a=b.mp4") == "clip?a=b.mp4");
  CHECK(shown_source("file:///a@b.mp4") == "file:///a@b.mp4");
}

TEST_CASE("the words of a library lose the secrets of the address", "[cameras][K5]") {
  CHECK(without_secrets("cannot open rtsp://gate:secret@cam/sub: refused", "rtsp://gate:secret@cam/sub") ==
        "cannot open rtsp://cam/sub: refused");
  CHECK(without_secrets("authorisation with secret failed", "rtsp://gate:secret@cam/sub") == "authorisation with ... failed");
  CHECK(without_secrets("refused", "/dev/video0") == "refused");
}
