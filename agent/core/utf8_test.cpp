// SPDX-License-Identifier: Apache-2.0
// Bytes that are no UTF-8 never get into JSON.
#include "agent/core/utf8.hpp"
#include "agent/core/json.hpp"
#include "tests/harness/catch.hpp"

using namespace kuzet;

TEST_CASE("text in UTF-8 stays as it is", "[core]") {
  for (const char* text :
       {"", "plain", "\"\n\x01", "Қазақ өңір", "停车场", "\xF0\x9F\x94\xA5", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"})
    CHECK(utf8_text(text) == text);
}

TEST_CASE("a byte that is no UTF-8 is replaced, and the characters around it stay", "[core]") {
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(utf8_text("a\xFFz") == "a" + mark + "z");
  CHECK(utf8_text("\xD2") == mark);                                   // cut in the middle
  CHECK(utf8_text("\xD2\"") == mark + "\"");                          // does not take what follows with it
  CHECK(utf8_text("\xC0\x80") == mark + mark);                        // longer than need be
  CHECK(utf8_text("\xED\xA0\x80") == mark + mark + mark);             // half of a pair of UTF-16
  CHECK(utf8_text("\xF4\x90\x80\x80") == mark + mark + mark + mark);  // beyond the last character
}

TEST_CASE("JSON is UTF-8 whatever the values are", "[core]") {
  CHECK(json_text({{"picture", "3\xFF.png"}, {"n", 1.0}}) == "{\"picture\":\"3\xEF\xBF\xBD.png\",\"n\":1.0}");
}
