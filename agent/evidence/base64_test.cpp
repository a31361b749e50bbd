// SPDX-License-Identifier: Apache-2.0
// The test vectors of RFC 4648, section 10.
#include "agent/evidence/base64.hpp"

#include "tests/harness/catch.hpp"

namespace kuzet::evidence {

TEST_CASE("bytes become the text that the standard gives for them", "[base64]") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string("\xff\x00\x80", 3)) == "/wCA");
  CHECK(base64(std::string(300'000, 'x')).size() == 400'000);
}

}  // namespace kuzet::evidence
