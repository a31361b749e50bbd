// SPDX-License-Identifier: Apache-2.0
// Lines of OpenSSL and Paho become one sentence for a person.
#include "agent/link/tls.hpp"

#include "tests/harness/catch.hpp"

namespace kuzet::link {

namespace {

Connection to(const std::string& server) {
  Connection out;
  out.server = server;
  return out;
}

}  // namespace

TEST_CASE("of a failed handshake the last reason and our own alert are told") {
  Handshake heard;
  heard.traced("SSL alert write:fatal:certificate expired");
  heard.failed("certificate verify failed");
  CHECK(heard.refused());
  CHECK(heard.why(to("mqtts://b:1")) == "TLS: certificate verify failed (certificate expired)");
}

TEST_CASE("an alert of the broker is told as its refusal") {
  Handshake heard;
  heard.traced("20260101 000000.000 SSL alert read:fatal:unknown CA\n");
  CHECK(heard.why(to("mqtts://b:1")) == "TLS: the broker refused us: unknown CA");
  Handshake unknown;
  unknown.traced("SSL alert read:fatal:unknown");
  CHECK(unknown.why(to("mqtts://b:1")).starts_with("TLS: the broker refused us; perhaps it wants"));
}

TEST_CASE("the host that the certificate is not for is named") {
  for (const std::string server : {"mqtts://gate.example:8883", "wss://gate.example/mqtt", "gate.example"}) {
    Handshake heard;
    heard.traced("SSL handshake done write:unknown:unknown");
    heard.traced("X509_check_host for hostname gate.example failed, rc 0");
    CHECK(heard.why(to(server)) == "TLS: the broker's certificate is not for gate.example");
  }
  Handshake six;
  six.traced("X509_check_host for hostname [::1] failed, rc 0");
  CHECK(six.why(to("mqtts://[::1]:8883")) == "TLS: the broker's certificate is not for ::1");
}

TEST_CASE("an address that is found in the certificate after all is no complaint") {
  Handshake heard;
  heard.traced("X509_check_host for hostname 127.0.0.1 failed, rc 0");
  heard.traced("3 n07 -> CONNECT version 5 clean: 0 (0)");
  CHECK(heard.why(to("mqtts://127.0.0.1:8883")).empty());
  CHECK_FALSE(heard.refused());
}

TEST_CASE("lines that say something else, or nothing, are passed over") {
  Handshake heard;
  for (const std::string line : {"", ":", "a:b", "SSL alert ", "SSL alert read", "SSL alert read:warning:close notify"})
    heard.traced(line);
  CHECK(heard.why(to("mqtts://b:1")).empty());
}

}  // namespace kuzet::link
