// SPDX-License-Identifier: Apache-2.0
// What `kuzet enroll` changes in a configuration, and what it leaves as somebody wrote it.
#include "agent/cli/identity_edit.hpp"

#include "agent/run/configuration.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

namespace kuzet::cli {

namespace {

const Enrolled city{"n42", "landfill-7", {"mqtts://a.example:8883"}, "/var/lib/kuzet/identity"};
const Enrolled two{"n42", "landfill-7", {"mqtts://a.example:8883", "wss://b.example/mqtt"}, "/var/lib/kuzet/identity"};

struct Row {
  const char* what;
  std::string before;
  Enrolled enrolled;
  std::string after;
};

std::vector<Row> rows() {
  return {
      {"a block with comments",
       "# the yard\nnode:\n  id: new      # this board\n  site: here   # its site\n\n# the way out\nuplink:\n  servers: "
       "[mqtt://old:1883]  # in "
       "order\n  version: auto\n",
       city,
       "# the yard\nnode:\n  id: n42      # this board\n  site: landfill-7   # its site\n\n# the way out\nuplink:\n  servers: "
       "[mqtts://a.example:8883]  # in order\n  identity: /var/lib/kuzet/identity\n  version: auto\n"},
      {"maps in braces", "node: {id: n1, site: here, kind: road}\nuplink: {servers: [mqtt://x:1], username: me}\n", two,
       "node: {id: n42, site: landfill-7, kind: road}\nuplink: {servers: [mqtts://a.example:8883, wss://b.example/mqtt], "
       "identity: "
       "/var/lib/kuzet/identity, username: me}\n"},
      {"no uplink, no last line end", "node: {id: n1, site: here}  # who", city,
       "node: {id: n42, site: landfill-7}  # who\n\nuplink:\n  servers: [mqtts://a.example:8883]\n  identity: "
       "/var/lib/kuzet/identity\n"},
      {"everything in one brace", "{node: {id: n1, site: here}, cpu: 50}\n", city,
       "{uplink: {servers: [mqtts://a.example:8883], identity: /var/lib/kuzet/identity}, node: {id: n42, site: landfill-7}, "
       "cpu: 50}\n"},
      {"lines of Windows",
       "node:\r\n  id: n1\r\n  site: here\r\nuplink:\r\n  servers:\r\n    - mqtt://x:1 # one\r\n  drain: 5\r\n", two,
       "node:\r\n  id: n42\r\n  site: landfill-7\r\nuplink:\r\n  servers:\r\n    - mqtts://a.example:8883 # one\r\n    - "
       "wss://b.example/mqtt\r\n  identity: /var/lib/kuzet/identity\r\n  drain: 5\r\n"},
      {"a byte order mark", "\xEF\xBB\xBFnode: {id: n1, site: here}\n", city,
       "\xEF\xBB\xBFnode: {id: n42, site: landfill-7}\n\nuplink:\n  servers: [mqtts://a.example:8883]\n  identity: "
       "/var/lib/kuzet/identity\n"},
      {"quotes stay quotes",
       "node: {id: \"n1\", site: 'here'}\nuplink: {servers: ['mqtt://x:1'], identity: \"/old # folder\"}\n", city,
       "node: {id: \"n42\", site: 'landfill-7'}\nuplink: {servers: ['mqtts://a.example:8883'], identity: "
       "\"/var/lib/kuzet/identity\"}\n"},
      {"more servers than are needed",
       "node: {id: n1, site: here}\nuplink:\n  servers:\n  - mqtt://x:1  # the old one\n  - mqtt://y:1  # its twin\n  - "
       "mqtt://z:1\n  link: "
       "open\n",
       city,
       "node: {id: n42, site: landfill-7}\nuplink:\n  servers:\n  - mqtts://a.example:8883  # the old one\n  identity: "
       "/var/lib/kuzet/identity\n  link: open\n"},
      {"a list over several lines",
       "node: {id: n1, site: here}\nuplink:\n  servers: [\n    mqtt://x:1,   # one ]\n    mqtt://y:1,\n  ]\n", two,
       "node: {id: n42, site: landfill-7}\nuplink:\n  servers: [\n    mqtts://a.example:8883,   # one ]\n    "
       "wss://b.example/mqtt,\n  ]\n  "
       "identity: /var/lib/kuzet/identity\n"},
      {"names that look like something else",
       "node: {id: n1, site: here}\n",
       {"007", "true", {"mqtts://[::1]:8883"}, "/a folder/id"},
       "node: {id: \"007\", site: \"true\"}\n\nuplink:\n  servers: [\"mqtts://[::1]:8883\"]\n  identity: \"/a folder/id\"\n"},
  };
}

Environment nothing_set() {
  return [](std::string_view) { return std::nullopt; };
}

}  // namespace

TEST_CASE("enrolling changes four values of a configuration and not a byte more", "[enroll]") {
  for (const auto& row : rows()) {
    CAPTURE(row.what);
    const auto after = with_identity(row.before, row.enrolled);
    REQUIRE(after.has_value());
    CHECK(*after == row.after);
    const auto read = run::parse(*after, "kuzet.yaml", nothing_set());
    REQUIRE(read.has_value());
    CHECK(read->node.id == row.enrolled.node);
    CHECK(read->node.site == row.enrolled.site);
    CHECK(read->uplink->servers == row.enrolled.servers);
    CHECK(read->uplink->identity == row.enrolled.identity);
    const auto again = with_identity(*after, row.enrolled);
    REQUIRE(again.has_value());
    CHECK(*again == *after);
  }
}

TEST_CASE("the complete example takes an identity and keeps its comments", "[enroll]") {
  const auto before = test::file_bytes(KUZET_EXAMPLE);
  const auto after = with_identity(before, city);
  REQUIRE(after.has_value());
  CHECK(std::ranges::count(*after, '#') == std::ranges::count(before, '#'));
  CHECK(std::ranges::count(*after, '\n') == std::ranges::count(before, '\n') + 1);
  CHECK(after->find("servers: [mqtts://a.example:8883]    # tried in order\n  identity: /var/lib/kuzet/identity\n") !=
        std::string::npos);
}

TEST_CASE("a file whose values cannot be exchanged one by one is left alone", "[enroll]") {
  for (const std::string text : {
           "node: {id: n1, site: here}\n...\n",                                  // what follows the end is not read
           "node:\n  id: >-\n    n1\n  site: here\n",                            // a folded text
           "node: {id: !!str n1, site: here}\nuplink: {servers: mqtt://x:1}\n",  // no list
           "node: {site: here}\n",
           "- node\n",
           "",
       }) {
    CAPTURE(text);
    CHECK(with_identity(text, city).has_error());
  }
}

}  // namespace kuzet::cli
