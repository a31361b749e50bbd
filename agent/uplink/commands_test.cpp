// SPDX-License-Identifier: Apache-2.0
// Which commands the desk takes, which it refuses and with what words, and that each is written down before it is carried out.
#include "agent/uplink/commands.hpp"

#include "agent/core/json.hpp"
#include "agent/core/utf8.hpp"
#include "agent/outbox/ledger.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <vector>

namespace kuzet::uplink {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::at;

const std::string topic_of_ping = "kuzet/v1/landfill-88/n07/cmd/ping";

/// The text of a command; `args` and `expires` as they stand in JSON.
std::string text_of(const std::string& id, const std::string& args = "{}", const std::string& expires = rfc3339(at(600).wall)) {
  return R"({"schema":"kuzet.cmd/1","id":")" + id + R"(","expires":")" + expires + R"(","args":)" + args + "}";
}

std::string signed_by(const outbox::Key& key, const std::string& topic, const std::string& payload) {
  return json_text(
      json::object{{"schema", "kuzet.signed/1"}, {"payload", payload}, {"signature", key.sign(topic + "\n" + payload)}});
}

Reading reading(const std::string& called, const std::string& payload) { return read_order(called, "t", payload, {}); }

/// Why this is refused; "taken" when it is not.
std::string why(const std::string& called, const std::string& payload) {
  const auto read = reading(called, payload);
  return read.order ? "taken" : read.order.error().what;
}

/// A desk whose ledger is a map, and all that it lets out.
struct Office {
  CommandDesk::Setup setup() {
    return {{"n07", "landfill-88", "", {}, "1f7a"},
            site_key,
            [this](const Order& order, CommandDesk::Done done) {
              happened.push_back("handled " + order.id);
              orders.push_back(order);
              if (answers_at_once)
                done(*answers_at_once);
              else
                open.push_back(std::move(done));
              last_seen = order.id;  // the order is still there after its answer
            },
            [this](const Entry& entry, Wall, const CommandDesk::Entered& entered) {
              happened.push_back((entry.until ? "entered " : "noted ") + entry.id);
              if (store_is_slow) return waiting.push_back([this, entry, entered] { entered(write(entry)); });
              entered(write(entry));
            },
            [this](const link::Message& message) {
              happened.push_back("answered");
              messages.push_back(message);
            },
            [this](const std::string& sentence) { said.push_back(sentence); }};
  }

  Result<bool> write(const Entry& entry) {
    if (disk_is_full) return Error{Code::full, "database or disk is full"};
    const bool used_before = entry.until && used.contains(entry.id);
    if (entry.until) used.emplace(entry.id, *entry.until);
    entries.push_back(json::parse(used_before ? entry.again : entry.text).as_object());
    return used_before;
  }

  void comes(const std::string& called, const std::string& payload, const Moment& now = at(0)) {
    comes(called, message(payload), now);
  }
  void comes(const std::string& called, const link::Message& message, const Moment& now = at(0)) {
    desk().take(message, called, now);
  }
  static link::Message message(const std::string& payload) {
    link::Message out;
    out.payload = payload;
    return out;
  }
  CommandDesk& desk() {
    if (!desk_) desk_ = std::make_unique<CommandDesk>(setup());
    return *desk_;
  }
  void closes() { desk_.reset(); }
  /// The last answer.
  json::object answer() {
    if (messages.empty()) return {{"ok", "no answer"}, {"why", "no answer"}};
    return json::parse(messages.back().payload).as_object();
  }
  std::string why() {
    const auto last = answer();
    return last.contains("why") ? std::string(last.at("why").as_string()) : "none";
  }

  std::optional<outbox::Key> site_key;
  std::optional<Result<json::object>> answers_at_once = Result<json::object>(json::object());
  bool store_is_slow = false;
  bool disk_is_full = false;
  std::vector<std::string> happened;
  std::vector<Order> orders;
  std::vector<CommandDesk::Done> open;
  std::vector<std::function<void()>> waiting;
  std::vector<json::object> entries;
  std::map<std::string, Wall> used;
  std::vector<link::Message> messages;
  std::vector<std::string> said;
  std::string last_seen;

 private:
  std::unique_ptr<CommandDesk> desk_;
};

using Words = std::vector<std::string>;

const std::string no_json = "the message is no JSON that can be read: ";

}  // namespace

TEST_CASE("each command is read with its arguments, and written back the same") {
  const auto [called, args] =
      GENERATE(table<std::string, std::string>({{"ping", "{}"},
                                                {"snapshot", R"({"camera":"yard"})"},
                                                {"mute", R"({"rule":"yard/fire","for":"1h30min"})"},
                                                {"mute", R"({"rule":"r","for":"1s"})"},
                                                {"mute", R"({"rule":"r","for":"7d"})"},
                                                {"arm", "{}"},
                                                {"disarm", R"({"for":"7d","camera":"yard"})"},
                                                {"switch", R"({"output":"siren","state":"on","for":"1min30s"})"},
                                                {"switch", R"({"output":"siren","state":"off","for":"7d"})"},
                                                {"switch", R"({"output":"siren","state":"auto"})"},
                                                {"resend", R"({"from":1,"to":1})"},
                                                {"resend", R"({"from":7,"to":100007})"},
                                                {"reload", "{}"},
                                                {"diagnose", "{}"}}));
  const auto read = reading(called, text_of("a-1_Z", args));
  CHECK(why(called, text_of("a-1_Z", args)) == "taken");
  REQUIRE(read.order.has_value());
  CHECK(read.id == "a-1_Z");
  CHECK(read.order->id == "a-1_Z");
  CHECK(read.order->expires == at(600).wall);
  CHECK(name(read.order->what) == called);
  CHECK(json_text(arguments(read.order->what)) == args);
}

TEST_CASE("arguments that are wrong are refused with a sentence that names them") {
  struct Wrong {
    const char *called, *args, *sentence;
  };
  const auto [called, args, sentence] = GENERATE(values<Wrong>({
      {"snapshot", "{}", "args.camera: is missing"},
      {"snapshot", R"({"camera":5})", "args.camera: must be text"},
      {"snapshot", R"({"camera":null})", "args.camera: must be text"},
      {"snapshot", R"({"camera":"../x"})", "args.camera: must be the id of a camera: 1 to 40 of a-z, 0-9, _ and -"},
      {"snapshot", R"({"camera":"yard\u0000"})", "args.camera: must be the id of a camera: 1 to 40 of a-z, 0-9, _ and -"},
      {"snapshot", R"({"camera":""})", "args.camera: must be the id of a camera: 1 to 40 of a-z, 0-9, _ and -"},
      {"snapshot", R"({"camra":"yard"})", "args.camra: unknown member; did you mean \"camera\"?"},
      {"ping", R"({"camera":"yard"})", "args.camera: unknown member; this command takes none"},
      {"ping", "[]", "args: must be an object"},
      {"ping", "null", "args: must be an object"},
      {"mute", R"({"rule":"yard/fire"})", "args.for: is missing"},
      {"mute", R"({"rule":"yard/fire","for":60})", "args.for: must be text"},
      {"mute", R"({"rule":"yard/fire","for":"60"})", "args.for: must be a duration from 1s to 7d, such as 30min"},
      {"mute", R"({"rule":"yard/fire","for":"999ms"})", "args.for: must be a duration from 1s to 7d, such as 30min"},
      {"mute", R"({"rule":"yard/fire","for":"7d1ms"})", "args.for: must be a duration from 1s to 7d, such as 30min"},
      {"mute", R"({"rule":"yard/fire","for":"-5min"})", "args.for: must be a duration from 1s to 7d, such as 30min"},
      {"mute", R"({"rule":"yard fire","for":"5min"})",
       "args.rule: must be a rule as alerts name it, such as yard/fire: a-z, 0-9, _, - and /"},
      {"mute", R"({"rule":"yard/fire","for":"5min","shell":"rm"})", "args.shell: unknown member; one of: rule, for"},
      {"switch", R"({"state":"on"})", "args.output: is missing"},
      {"switch", R"({"output":"siren"})", "args.state: is missing"},
      {"switch", R"({"output":"../x","state":"on"})", "args.output: must be the id of an output: 1 to 40 of a-z, 0-9, _ and -"},
      {"switch", R"({"output":"siren","state":true})", "args.state: must be text"},
      {"switch", R"({"output":"siren","state":"On"})", "args.state: must be on, off or auto"},
      {"switch", R"({"output":"siren","state":"on","for":"8d"})", "args.for: must be a duration from 1s to 7d, such as 30min"},
      {"switch", R"({"output":"siren","state":"auto","for":"1h"})", "args.for: goes with on and off: auto has no end"},
      {"switch", R"({"output":"siren","state":"on","fro":"1h"})", "args.fro: unknown member; did you mean \"for\"?"},
      {"resend", R"({"from":5})", "args.to: is missing"},
      {"resend", R"({"from":5,"to":4})", "args.to: must not be below `from`"},
      {"resend", R"({"from":1,"to":100002})", "args.to: must be at most 100000 above `from`"},
      {"resend", R"({"from":0,"to":4})", "args.from: must be a whole number of at least 1"},
      {"resend", R"({"from":-1,"to":4})", "args.from: must be a whole number of at least 1"},
      {"resend", R"({"from":1.5,"to":4})", "args.from: must be a whole number of at least 1"},
      {"resend", R"({"from":"1","to":4})", "args.from: must be a whole number of at least 1"},
      {"resend", R"({"from":9223372036854775808,"to":9223372036854775809})", "args.from: must be a whole number of at least 1"},
      {"resend", R"({"from":1,"to":1e300})", "args.to: must be a whole number of at least 1"},
      {"resend", R"({"from":1,"to":99999999999999999999999999})", "args.to: must be a whole number of at least 1"},
  }));
  CHECK(why(called, text_of("a", args)) == sentence);
  CHECK(reading(called, text_of("a", args)).id == "a");
}

TEST_CASE("an output is held for an hour where no length is given", "[answers]") {
  const auto read = reading("switch", text_of("a", R"({"output":"siren","state":"off"})"));
  REQUIRE(read.order.has_value());
  const auto& word = std::get<Switch>(read.order->what);
  CHECK(word.on == false);
  CHECK(word.length == 1h);
}

TEST_CASE("an envelope that is wrong is refused with a sentence that names the member") {
  const std::string in_utc = "expires: must be a time in UTC, such as 2026-11-22T04:30:00Z";
  const std::string nonce = "id: must be 1 to 64 of A-Z, a-z, 0-9, _ and -";
  const std::string good = R"("schema":"kuzet.cmd/1","id":"a","expires":"2026-11-22T04:30:00Z","args":{})";
  CHECK(why("ping", "{" + good + "}") == "taken");
  CHECK(why("ping", "{" + good + R"(,"expire":1})") == "expire: unknown member; did you mean \"expires\"?");
  CHECK(why("ping", R"({"id":"a"})") == "schema: is missing");
  CHECK(why("ping", R"({"schema":"kuzet.cmd/2","id":"a"})") == "schema: must be kuzet.cmd/1");
  CHECK(why("ping", R"({"schema":"kuzet.cmd/1"})") == "id: is missing");
  CHECK(why("ping", R"({"schema":"kuzet.cmd/1","id":7})") == "id: must be text");
  CHECK(why("ping", R"({"schema":"kuzet.cmd/1","id":"a"})") == "expires: is missing");
  CHECK(why("ping", R"({"schema":"kuzet.cmd/1","id":"a","expires":"2026-11-22T04:30:00Z"})") == "args: is missing");
  CHECK(why("ping", text_of("")) == nonce);
  CHECK(why("ping", text_of("a b")) == nonce);
  CHECK(why("ping", text_of(R"(a\u0000)")) == nonce);
  CHECK(why("ping", text_of(std::string(65, 'a'))) == nonce);
  CHECK(why("ping", text_of(std::string(64, 'a'))) == "taken");
  CHECK(why("ping", text_of("a", "{}", "2026-11-22")) == in_utc);
  CHECK(why("ping", text_of("a", "{}", "2026-11-22Z")) == in_utc);
  CHECK(why("ping", text_of("a", "{}", "2026-11-22T04:30:00")) == in_utc);
  CHECK(why("ping", text_of("a", "{}", "2026-11-22T04:30:00+05:00")) == in_utc);
  CHECK(why("ping", text_of("a", "{}", "2026-13-22T04:30:00Z")) == in_utc);
  CHECK(reading("ping", text_of("a b")).id.empty());
}

TEST_CASE("a command that does not exist is refused with the nearest that does") {
  CHECK(why("snapshoot", text_of("a")) == "there is no command \"snapshoot\"; did you mean \"snapshot\"?");
  CHECK(why("shell", text_of("a")) ==
        "there is no command \"shell\"; one of: ping, snapshot, mute, arm, disarm, switch, resend, reload, diagnose");
  const auto called = GENERATE(as<std::string>(), "", "Ping", "ping/res", "pi ng", "ping\n", "ping2", "abcdefghijklmnopqrstu");
  CHECK(why(called, text_of("a")) == "the name of a command is 1 to 20 letters a-z");
  CHECK(reading(called, text_of("a")).id == "a");
}

TEST_CASE("hostile bytes are refused") {
  CHECK(why("ping", std::string(16 * 1024 + 1, ' ')) == "the message is larger than 16 KiB");
  CHECK(why("ping", std::string(16 * 1024 - text_of("a").size(), ' ') + text_of("a")) == "taken");
  CHECK(why("ping", text_of("a") + std::string(16 * 1024, ' ')) == "the message is larger than 16 KiB");
  CHECK(why("ping", "").starts_with(no_json));
  CHECK(why("ping", "reboot now").starts_with(no_json));
  CHECK(why("ping", text_of("a") + "{}").starts_with(no_json));
  CHECK(why("ping", text_of("a") + std::string(1, '\0')).starts_with(no_json));
  CHECK(why("ping", std::string(1, '\0') + text_of("a")).starts_with(no_json));
  CHECK(why("ping", text_of("\xff")).starts_with(no_json));
  CHECK(why("ping", text_of("\xc0\xaf")).starts_with(no_json));
  CHECK(why("ping", text_of(R"(\ud800)")).starts_with(no_json));
  CHECK(why("ping", text_of("a\nb")).starts_with(no_json));
  CHECK(why("ping", std::string(9, '{')).starts_with(no_json));
  CHECK(why("ping", text_of("a", std::string(8000, '[') + std::string(8000, ']'))).starts_with(no_json));
  CHECK(why("ping", text_of("a", R"({"a":1e999999999999})")) != "taken");
  CHECK(why("ping", "[" + text_of("a") + "]") == "the message is no JSON object");
  CHECK(why("ping", "7") == "the message is no JSON object");
  CHECK(why("ping", text_of("a") + " ") == "taken");
}

TEST_CASE("a member that is given twice is refused, wherever it stands and however it is written") {
  const std::string twice = "the message member \"";
  CHECK(why("ping", R"({"id":"a","id":"b"})") == twice + "id\" is given twice");
  CHECK(why("ping", R"({"id":"a","\u0069d":"b"})") == twice + "id\" is given twice");
  CHECK(why("snapshot", text_of("a", R"({"camera":"yard","camera":"gate"})")) == twice + "camera\" is given twice");
  CHECK(why("ping", R"({"":1,"":2})") == twice + "\" is given twice");
  // In another object it is another member, whichever comes first.
  const std::string rest = R"("schema":"kuzet.cmd/1","expires":"2026-11-22T04:30:00Z")";
  const auto same = GENERATE_COPY(R"({"id":"a","args":{"id":1},)" + rest + "}", R"({"args":{"id":1},"id":"a",)" + rest + "}");
  CHECK(why("ping", same) == "args.id: unknown member; this command takes none");
}

TEST_CASE("a sentence stays short, of one line and in UTF-8, whatever it speaks of") {
  const std::string key = R"(\n\u001b)" + std::string(5000, 'x');
  const auto sentence = why("ping", R"({")" + key + R"(":1})");
  CHECK(sentence == "??" + std::string(38, 'x') + "...: unknown member; one of: schema, id, expires, args");
  CHECK(quotable("\xff\xd1\x86") == "?\xd1\x86");
  CHECK(quotable(std::string(39, 'a') + "\xd1\x86") == std::string(39, 'a') + "...");
  CHECK(quotable(std::string(40, 'a')) == std::string(40, 'a'));
}

TEST_CASE("with the site's key only what it signed for this topic is taken") {
  const test::TempFolder folder;
  const auto key = outbox::Key::own(folder / "site.key").value();
  const auto other = outbox::Key::own(folder / "other.key").value();
  const std::optional<outbox::Key> site_key = outbox::Key::from(key.public_pem()).value();
  const auto read = [&](const std::string& payload) { return read_order("ping", topic_of_ping, payload, site_key); };
  const std::string wrong = "signature: is not the site key's over this board's topic, a line feed and the payload";

  const auto good = read(signed_by(key, topic_of_ping, text_of("a")));
  REQUIRE(good.order.has_value());
  CHECK(good.order->id == "a");

  for (const auto& topic : Words{"kuzet/v1/landfill-88/n08/cmd/ping", "kuzet/v1/school-1/n07/cmd/ping",
                                 "kuzet/v1/landfill-88/n07/cmd/reload", ""}) {
    const auto elsewhere = read(signed_by(key, topic, text_of("a")));
    REQUIRE_FALSE(elsewhere.order.has_value());
    CHECK(elsewhere.order.error().what == wrong);
    CHECK(elsewhere.id == "a");
  }
  CHECK_FALSE(read(signed_by(other, topic_of_ping, text_of("a"))).order.has_value());

  const auto plain = read(text_of("a"));
  REQUIRE_FALSE(plain.order.has_value());
  CHECK(plain.id == "a");
  CHECK(plain.order.error().what == "schema: must be kuzet.signed/1: this board takes only what the site's key signed");

  auto changed = json::parse(signed_by(key, topic_of_ping, text_of("a"))).as_object();
  changed["payload"] = text_of("b");
  CHECK_FALSE(read(json_text(changed)).order.has_value());
  changed["payload"] = text_of("a") + " ";
  CHECK_FALSE(read(json_text(changed)).order.has_value());
  changed["payload"] = text_of("a");
  CHECK(read(json_text(changed)).order.has_value());
  changed["signature"] = "";
  CHECK_FALSE(read(json_text(changed)).order.has_value());
}

TEST_CASE("the signed form is read as strictly as the plain one") {
  const test::TempFolder folder;
  const auto key = outbox::Key::own(folder / "site.key").value();
  const auto sentence = [&](const std::string& payload) {
    const auto read = read_order("ping", "t", payload, key);
    return read.order ? "taken" : read.order.error().what;
  };
  CHECK(sentence(R"({"schema":"kuzet.signed/1"})") == "payload: is missing");
  CHECK(sentence(R"({"schema":"kuzet.signed/1","payload":{},"signature":""})") == "payload: must be text");
  CHECK(sentence(R"({"schema":"kuzet.signed/1","payload":"{}"})") == "signature: is missing");
  CHECK(sentence(R"({"schema":"kuzet.signed/1","payload":"{}","sig":""})") ==
        "sig: unknown member; did you mean \"signature\"?");
  CHECK(sentence(signed_by(key, "t", "{")).starts_with("payload: is no JSON that can be read: "));
  CHECK(sentence(signed_by(key, "t", R"({"id":1,"id":2})")) == "payload: member \"id\" is given twice");
  CHECK(sentence(signed_by(key, "t", signed_by(key, "t", text_of("a")))) != "taken");
  CHECK(sentence(signed_by(key, "t", text_of("a", R"({"x":1})"))) == "args.x: unknown member; this command takes none");
}

TEST_CASE("without a key the signed form is taken, and nothing is held against its signature") {
  const std::string payload = json_text(
      json::object{{"schema", "kuzet.signed/1"}, {"payload", text_of("a")}, {"signature", "none that anybody could check"}});
  CHECK(why("ping", payload) == "taken");
}

TEST_CASE("an order is entered, carried out and answered, in this order", "[K8]") {
  Office office;
  office.answers_at_once = json::object{{"picture", 3}};
  office.comes("snapshot", text_of("a1", R"({"camera":"yard"})"));
  CHECK(office.happened == Words{"entered a1", "handled a1", "answered"});
  CHECK(office.last_seen == "a1");
  REQUIRE(office.orders.size() == 1);
  CHECK(std::get<Snapshot>(office.orders[0].what).camera == "yard");
  CHECK(office.used.at("a1") == at(600).wall);
  REQUIRE(office.entries.size() == 1);
  CHECK(json_text(office.entries[0]) ==
        R"({"at":"2026-11-22T04:30:58.000Z","name":"snapshot","id":"a1","accepted":true,"args":{"camera":"yard"}})");
  REQUIRE(office.messages.size() == 1);
  const auto& message = office.messages[0];
  CHECK(message.topic == "kuzet/v1/landfill-88/n07/cmd/snapshot/res");
  CHECK(message.qos == 1);
  CHECK_FALSE(message.retained);
  CHECK(message.content_type == "application/json");
  CHECK(message.payload == R"({"schema":"kuzet.answer/1","id":"a1","command":"snapshot","node":"n07","site":"landfill-88",)"
                           R"("at":"2026-11-22T04:30:58.000Z","ok":true,"result":{"picture":3}})");
  CHECK(office.desk().pending() == 0);
  CHECK(office.said == Words{"command snapshot a1: done"});
}

TEST_CASE("the answer goes where it was asked for, with the asker's correlation") {
  Office office;
  auto message = Office::message(text_of("a1"));
  message.response_topic = "centre/\xd0\xb0 1/answers";
  message.correlation = std::string("\0\xff", 2);
  office.comes("ping", message);
  REQUIRE(office.messages.size() == 1);
  CHECK(office.messages[0].topic == "centre/\xd0\xb0 1/answers");
  CHECK(office.messages[0].correlation == message.correlation);
}

TEST_CASE("an answer never goes where it could do harm") {
  const auto harmful = GENERATE(values<std::string>({"a/+/b",
                                                     "#",
                                                     "a/#",
                                                     std::string("a\0b", 3),
                                                     "a\nb",
                                                     "a\x7f",
                                                     "\xff",
                                                     "\xc2\x80",
                                                     "\xef\xbf\xbf",
                                                     "\xef\xb7\x90",
                                                     "$SYS/x",
                                                     "$share/g/x",
                                                     std::string(257, 'a'),
                                                     "kuzet/v1/landfill-88/n07/ack",
                                                     "kuzet/v1/landfill-88/n07/cmd/reload",
                                                     "kuzet/v1/landfill-88/n07/cmd/reload/x",
                                                     "kuzet/v1/landfill-88/n07/cfg/desired",
                                                     "kuzet/v1/landfill-88/n07/state",
                                                     "kuzet/v1/landfill-88/n08/cmd/reload",
                                                     "kuzet/v1/_centre/main/state"}));
  Office office;
  auto message = Office::message(text_of("a1"));
  message.response_topic = harmful;
  office.comes("ping", message);
  REQUIRE(office.messages.size() == 1);
  CHECK(office.messages[0].topic == "kuzet/v1/landfill-88/n07/cmd/ping/res");
  CHECK(office.orders.size() == 1);
}

TEST_CASE("a centre may keep its answers in the tree, and a topic of 256 bytes is not too long") {
  const auto harmless = GENERATE(values<std::string>({"kuzet/v1/_centre/main/answers", std::string(256, 'a'), "x/$y"}));
  Office office;
  auto message = Office::message(text_of("a1"));
  message.response_topic = harmless;
  office.comes("ping", message);
  REQUIRE(office.messages.size() == 1);
  CHECK(office.messages[0].topic == harmless);
}

TEST_CASE("a command that is refused is written down and answered, and uses its id not up", "[K8]") {
  Office office;
  office.comes("snapshot", text_of("a1", R"({"camra":"yard"})"));
  CHECK(office.happened == Words{"noted a1", "answered"});
  CHECK(office.answer().at("ok") == false);
  CHECK(office.why() == "args.camra: unknown member; did you mean \"camera\"?");
  REQUIRE(office.entries.size() == 1);
  CHECK(json_text(office.entries[0]) == R"({"at":"2026-11-22T04:30:58.000Z","name":"snapshot","id":"a1","accepted":false,)"
                                        R"("why":"args.camra: unknown member; did you mean \"camera\"?"})");
  office.comes("snapshot", text_of("a1", R"({"camera":"yard"})"));
  CHECK(office.answer().at("ok") == true);
  CHECK(office.orders.size() == 1);
}

TEST_CASE("what has no id is answered and not written down") {
  Office office;
  office.comes("ping", "reboot now");
  CHECK(office.happened == Words{"answered"});
  CHECK(office.answer().at("id").is_null());
  CHECK(office.why().starts_with(no_json));
}

TEST_CASE("a topic level that is no name is never part of a topic of ours") {
  Office office;
  office.comes("ping/res", text_of("a1"));
  CHECK(office.messages.empty());
  REQUIRE(office.entries.size() == 1);
  CHECK(office.entries[0].at("name") == "ping/res");
  auto message = Office::message(text_of("a2"));
  message.response_topic = "centre/answers";
  office.comes("p\n" + std::string(100, 'x'), message);
  CHECK(office.why() == "the name of a command is 1 to 20 letters a-z");
  CHECK(office.answer().at("command").as_string() == "p?" + std::string(38, 'x') + "...");
  CHECK(office.orders.empty());
}

TEST_CASE("a retained command is refused each time, and its taking back is no command") {
  Office office;
  auto message = Office::message(text_of("a1"));
  message.retained = true;
  office.comes("ping", message, at(0));
  office.comes("ping", message, at(10));
  CHECK(office.orders.empty());
  CHECK(office.happened == Words{"noted a1", "answered", "noted a1", "answered"});
  CHECK(office.why() == "it is retained: a command is for now, and would come again with each connection");
  office.comes("ping", "", at(20));
  CHECK(office.messages.size() == 2);
}

TEST_CASE("a command is carried out once", "[K8]") {
  Office office;
  office.comes("ping", text_of("a1"), at(0));
  office.comes("ping", text_of("a1"), at(1));
  office.comes("reload", text_of("a1"), at(2));
  CHECK(office.orders.size() == 1);
  CHECK(office.answer().at("ok") == false);
  CHECK(office.why() == "id: was used before; each command is carried out once");
  REQUIRE(office.entries.size() == 3);
  CHECK(office.entries[0].at("accepted") == true);
  CHECK(office.entries[1].at("accepted") == false);
  CHECK(office.entries[2].at("accepted") == false);
  CHECK(office.entries[2].at("why") == "id: was used before; each command is carried out once");
}

TEST_CASE("a command must expire, in the future and within a day") {
  Office office;
  Moment now = at(600);
  office.comes("ping", text_of("a1"), now);
  CHECK(office.why() == "expires: was 2026-11-22T04:40:58.000Z; here it is 2026-11-22T04:40:58.000Z");
  now.clock = ClockState::unsynced;
  office.comes("ping", text_of("a2"), now);
  CHECK(office.why() ==
        "expires: was 2026-11-22T04:40:58.000Z; here it is 2026-11-22T04:40:58.000Z, but this board's clock is not set");
  const std::string far = rfc3339(now.wall + 24h + 1ms);
  office.comes("ping", text_of("a3", "{}", far), now);
  CHECK(office.why() ==
        "expires: must be at most 24 h ahead; here it is 2026-11-22T04:40:58.000Z, but this board's clock is not set");
  office.comes("ping", text_of("a4", "{}", "9999-12-31T23:59:59Z"), now);
  CHECK(office.why().starts_with("expires: must be at most 24 h ahead"));
  office.comes("ping", text_of("a5", "{}", "0000-01-01T00:00:00Z"), now);
  CHECK(office.why().starts_with("expires: was "));
  CHECK(office.orders.empty());
  CHECK(office.entries.size() == 5);
  office.comes("ping", text_of("b1", "{}", rfc3339(now.wall + 24h)), now);
  office.comes("ping", text_of("b2", "{}", rfc3339(now.wall + 1ms)), now);
  CHECK(office.orders.size() == 2);
}

TEST_CASE("beyond its rate the desk reads nothing, writes nothing and answers once") {
  Office office;
  for (int i = 0; i < 30; ++i) office.comes("ping", text_of("a" + std::to_string(i)), at(0.01 * i));
  CHECK(office.orders.size() == 10);
  CHECK(office.entries.size() == 10);
  CHECK(office.messages.size() == 11);
  CHECK(office.why() == "too many commands: 10 at once, then one each 2 s");
  CHECK(office.answer().at("id").is_null());
  office.comes("ping", text_of("b1"), at(1.99));
  CHECK(office.orders.size() == 10);
  office.comes("ping", text_of("b2"), at(2));
  CHECK(office.orders.size() == 11);
  office.comes("ping", text_of("b3"), at(2.1));
  office.comes("ping", text_of("b4"), at(2.2));
  CHECK(office.orders.size() == 11);
  CHECK(office.messages.size() == 13);
  for (int i = 0; i < 30; ++i) office.comes("ping", text_of("c" + std::to_string(i)), at(100));
  CHECK(office.orders.size() == 21);
}

TEST_CASE("hostile bytes spend the rate like commands") {
  Office office;
  for (int i = 0; i < 10; ++i) office.comes("ping", "{", at(0));
  office.comes("ping", text_of("a1"), at(0));
  CHECK(office.orders.empty());
  CHECK(office.why().starts_with("too many commands"));
}

TEST_CASE("an order that cannot be written down is not carried out", "[K8]") {
  Office office;
  office.disk_is_full = true;
  office.comes("reload", text_of("a1"));
  CHECK(office.orders.empty());
  CHECK(office.answer().at("ok") == false);
  CHECK(office.why() == "could not be written down, so nothing was done: database or disk is full");
  office.comes("reload", text_of("a b"));
  office.comes("reload", text_of("a2", R"({"x":1})"));
  CHECK(office.said.size() == 4);
  CHECK(office.said[2] == "commands: a refused command could not be written down: database or disk is full");
}

TEST_CASE("nothing is done before the store has answered, and nothing after the asker was told so", "[K8]") {
  Office office;
  office.store_is_slow = true;
  office.comes("reload", text_of("a1"), at(0));
  CHECK(office.orders.empty());
  office.desk().tick(at(29.9));
  CHECK(office.messages.empty());
  office.desk().tick(at(30));
  CHECK(office.why() == "could not be written down within 30 s, so nothing was done");
  REQUIRE(office.waiting.size() == 1);
  office.waiting[0]();
  CHECK(office.orders.empty());
  CHECK(office.messages.size() == 1);
}

TEST_CASE("the store answers twice and the order is still carried out once") {
  Office office;
  office.store_is_slow = true;
  office.answers_at_once.reset();
  office.comes("reload", text_of("a1"), at(0));
  office.waiting[0]();
  office.used.clear();
  office.waiting[0]();
  CHECK(office.orders.size() == 1);
}

TEST_CASE("a handler that fails is answered with its sentence") {
  Office office;
  office.answers_at_once = Result<json::object>(Error{Code::io, "there is no camera \"yrad\"; did you mean \"yard\"?"});
  office.comes("snapshot", text_of("a1", R"({"camera":"yrad"})"));
  CHECK(office.answer().at("ok") == false);
  CHECK(office.why() == "there is no camera \"yrad\"; did you mean \"yard\"?");
  CHECK_FALSE(office.answer().contains("result"));
}

TEST_CASE("a handler that takes its time is answered for after 30 s, and once") {
  Office office;
  office.answers_at_once.reset();
  office.comes("snapshot", text_of("a1", R"({"camera":"yard"})"), at(0));
  office.comes("diagnose", text_of("a2"), at(10));
  REQUIRE(office.open.size() == 2);
  CHECK(office.desk().pending() == 2);
  office.desk().tick(at(30));
  REQUIRE(office.messages.size() == 1);
  CHECK(office.answer().at("id") == "a1");
  CHECK(office.answer().at("at") == "2026-11-22T04:31:28.000Z");
  CHECK(office.why() == "no answer within 30 s");
  office.open[0](json::object{});
  CHECK(office.messages.size() == 1);
  office.open[1](json::object{{"disk", "good"}});
  office.open[1](json::object{});
  CHECK(office.messages.size() == 2);
  CHECK(office.answer().at("id") == "a2");
  CHECK(office.answer().at("result").as_object().at("disk") == "good");
  CHECK(office.desk().pending() == 0);
}

TEST_CASE("at most 16 orders wait for their handlers") {
  Office office;
  office.answers_at_once.reset();
  for (int i = 0; i < 17; ++i) office.comes("diagnose", text_of("a" + std::to_string(i)), at(i < 10 ? 0 : 2 * (i - 9)));
  CHECK(office.orders.size() == 16);
  CHECK(office.desk().pending() == 16);
  CHECK(office.why() == "16 commands are being carried out already; ask again later");
  CHECK_FALSE(office.used.contains("a16"));
  office.open[0](json::object{});
  office.comes("diagnose", text_of("a16"), at(20));
  CHECK(office.orders.size() == 17);
}

TEST_CASE("what comes back after the desk has closed is dropped") {
  Office office;
  office.answers_at_once.reset();
  office.comes("diagnose", text_of("a1"));
  office.store_is_slow = true;
  office.comes("diagnose", text_of("a2"));
  office.closes();
  office.open[0](json::object{});
  office.waiting[0]();
  CHECK(office.messages.empty());
  CHECK(office.orders.size() == 1);
}

TEST_CASE("a signature is for one board and one command, also at the desk", "[K8]") {
  const test::TempFolder folder;
  const auto key = outbox::Key::own(folder / "site.key").value();
  Office office;
  office.site_key = outbox::Key::from(key.public_pem()).value();
  office.comes("ping", signed_by(key, "kuzet/v1/landfill-88/n08/cmd/ping", text_of("a1")));
  CHECK(office.why().starts_with("signature: is not the site key's"));
  office.comes("reload", signed_by(key, topic_of_ping, text_of("a1")));
  office.comes("ping", text_of("a1"));
  CHECK(office.orders.empty());
  CHECK(office.entries.size() == 3);
  office.comes("ping", signed_by(key, topic_of_ping, text_of("a1")));
  CHECK(office.orders.size() == 1);
  office.comes("ping", signed_by(key, topic_of_ping, text_of("a1")));
  CHECK(office.orders.size() == 1);
  CHECK(office.why() == "id: was used before; each command is carried out once");
}

TEST_CASE("the ledger keeps every entry in its chain and an id only while it is used up", "[K8]") {
  const test::TempFolder folder;
  auto db = outbox::Database::open(folder / "kuzet.db", outbox::Database::Mode::write).value();
  REQUIRE(db.execute("CREATE TABLE command (n INTEGER PRIMARY KEY, at INTEGER, id TEXT, expires INTEGER, body TEXT);"
                     "CREATE TABLE checkpoint (seq INTEGER, commands INTEGER)")
              .has_value());
  outbox::Ledger ledger(db);
  REQUIRE(ledger.load().has_value());
  Office office;
  auto setup = office.setup();
  setup.enter = [&](const Entry& entry, Wall now, const CommandDesk::Entered& entered) { entered(enter(ledger, entry, now)); };
  CommandDesk desk(std::move(setup));
  const auto comes = [&](const std::string& args, double second) {
    desk.take(Office::message(text_of("a1", args)), "ping", at(second));
  };
  comes(R"({"x":1})", 0);
  comes("{}", 10);
  CHECK(office.orders.size() == 1);
  comes("{}", 20);
  CHECK(office.why() == "id: was used before; each command is carried out once");
  auto third = db.prepare("SELECT body FROM command WHERE n = 3");
  REQUIRE(third.step().value());
  CHECK(json::parse(third.text(0)).as_object().at("accepted") == false);
  third.reset();
  comes(R"({"x":1})", 30);
  comes("{}", 599);
  CHECK(office.why() == "id: was used before; each command is carried out once");
  comes("{}", 600);
  CHECK(office.why().starts_with("expires: was "));
  CHECK(office.orders.size() == 1);
  CHECK(ledger.entries() == 6);

  REQUIRE(db.execute("DROP TABLE command").has_value());
  desk.take(Office::message(text_of("a2")), "ping", at(610));
  CHECK(office.orders.size() == 1);
}

}  // namespace kuzet::uplink
