// SPDX-License-Identifier: Apache-2.0
// The rooms of the house as two tables and the sentences that teach them.
#include "tests/house/rooms.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>

namespace kuzet::house {

namespace {

using Words = std::vector<std::string_view>;

struct Room {
  std::string_view name;
  Words may;  // besides itself
};

const std::vector<Room> rooms{
    {"core", {}},
    {"alerts", {"core"}},
    {"outbox", {"core"}},
    {"evidence", {"core"}},
    {"link", {"core"}},
    {"uplink", {"core", "outbox", "link"}},
    {"enrolment", {"core", "outbox", "drivers"}},
    {"run", {"core", "alerts", "outbox", "evidence", "link", "uplink", "enrolment", "vision", "drivers"}},
    {"web", {"core", "run"}},
    {"cli", {"core", "alerts", "outbox", "evidence", "link", "uplink", "enrolment", "run", "web", "vision", "drivers"}},
    {"drivers", {"core", "link"}},
    {"vision", {"core"}},
};

struct Library {
  std::string_view name;
  Words headers;  // how its headers begin
  Words where;    // rooms, or single files
  std::string_view why;
};

const Words everywhere{"core", "alerts", "outbox", "evidence", "link", "uplink", "enrolment", "run", "web", "cli", "drivers", "vision"};

// The first library whose header matches counts.
const std::vector<Library> libraries{
    {"Boost.JSON", {"boost/json"}, everywhere, ""},
    {"Boost.System", {"boost/system"}, everywhere, ""},
    {"Boost.Beast",
     {"boost/beast"},
     {"web", "drivers", "agent/cli/fetch.cpp"},
     "others speak to the world through Asio or Paho"},
    {"Boost.Asio",
     {"boost/asio"},
     {"link", "uplink", "run", "web", "drivers", "agent/cli/fetch.cpp", "agent/cli/probe_sensors.cpp"},
     "the other rooms know no sockets and no timers"},
    {"OpenCV's own files, cameras and windows",
     {"opencv2/videoio", "opencv2/highgui", "opencv2/imgcodecs", "opencv2/opencv.hpp"},
     {},
     "cameras are read with libav, pictures are written with libjpeg-turbo"},
    {"OpenCV",
     {"opencv2/"},
     {"agent/core/frame.hpp", "evidence", "vision", "drivers", "run", "cli"},
     "the others know no pixels"},
    {"yaml-cpp", {"yaml-cpp/"}, {"agent/core/yaml.cpp"}, "everybody else reads a Node"},
    {"Paho", {"mqtt/", "MQTT"}, {"agent/link/paho_link.cpp", "agent/link/paho.hpp"}, "everybody else speaks to a Link"},
    {"SQLite", {"sqlite3"}, {"outbox"}, "nobody else writes what must not be lost"},
    {"spdlog",
     {"spdlog/", "fmt/"},
     {"outbox", "evidence", "link", "uplink", "run", "web", "cli", "drivers"},
     "pure rooms say what happened in their results"},
    {"OpenSSL",
     {"openssl/"},
     {"outbox", "evidence", "agent/link/certificate.cpp", "agent/link/tls.cpp", "uplink", "enrolment", "drivers",
      "agent/run/pseudonyms.cpp"},
     "hashes, signatures and keys are made, and certificates are looked at, there; persons lose their names in one place"},
    {"libav", {"libav", "libsw"}, {"evidence", "drivers"}, "the others meet pictures as Frame"},
    {"libjpeg-turbo", {"turbojpeg.h", "jpeglib.h"}, {"evidence"}, "privacy is filled in before a picture is encoded"},
    {"libsystemd", {"systemd/"}, {"run"}, "the other rooms do not know who started them"},
    {"CLI11", {"CLI/"}, {"cli"}, "the command line is read there"},
    {"libqrencode", {"qrencode.h"}, {"cli"}, "the sign is drawn there"},
    {"a device library",
     {"libv4l", "linux/videodev2.h", "linux/i2c", "linux/serial", "modbus", "gpiod"},
     {"drivers"},
     "devices are read there"},
    {"RE2", {"re2/"}, {"drivers"}, "text of devices is taken apart there"},
    {"Catch2", {"catch2/"}, {}, "tests include tests/harness/catch.hpp, which knows both versions"},
    {"the system",
     {"sys/", "linux/", "net/", "netinet/", "arpa/"},
     {"outbox", "evidence", "link", "uplink", "enrolment", "run", "web", "cli", "drivers"},
     "pure rooms do no I/O"},
};

constexpr std::array<std::string_view, 6> threads{"thread", "mutex",        "condition_variable",
                                                  "future", "shared_mutex", "semaphore"};
constexpr std::array<std::string_view, 7> world{"fstream", "iostream", "filesystem", "unistd.h",
                                                "fcntl.h", "poll.h",   "signal.h"};

template <class List, class Word>
bool holds(const List& list, const Word& word) {
  return std::ranges::find(list, word) != std::end(list);
}

bool begins(std::string_view text, const Words& beginnings) {
  return std::ranges::any_of(beginnings, [text](std::string_view beginning) { return text.starts_with(beginning); });
}

/// A test, or what the tests of one room share.
bool is_test(std::string_view file) { return file.ends_with("_test.cpp") || file.ends_with("_fixture.hpp"); }

std::string listed(const Words& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out.empty() ? "nothing else" : out;
}

std::optional<std::string> quoted_complaint(const std::string& file, const std::string& what) {
  const std::string room = room_of(file), other = room_of(what);
  if ((what.starts_with("tests/") || is_test(what)) && !is_test(file))
    return file + ": " + room + " may not include " + what + "; only a _test.cpp may";
  if (what.starts_with("tests/")) return std::nullopt;
  if (other.empty()) return file + ": \"" + what + "\" names no room; write the way from the root: \"agent/core/result.hpp\"";
  const auto found = std::ranges::find(rooms, room, &Room::name);
  if (other != room && (found == rooms.end() || !holds(found->may, other)))
    return file + ": " + room + " may not include " + what + "; besides itself it may include " +
           listed(found == rooms.end() ? Words{} : found->may);
  const std::string mine = plugin_of(file), theirs = plugin_of(what);
  if (!theirs.empty() && mine != theirs)
    return file + ": " + (mine.empty() ? room : "plugin " + mine) + " may not include " + what +
           "; nobody may depend on a plugin";
  return std::nullopt;
}

std::optional<std::string> purity_complaint(const std::string& file, const std::string& what) {
  const std::string room = room_of(file);
  const bool pure = room == "core" || room == "alerts";
  if (is_test(file)) return std::nullopt;
  if ((pure || room == "vision") && holds(threads, what))
    return file + ": " + room + " may not include <" + what + ">; it has no threads";
  if (pure && holds(world, what)) return file + ": " + room + " may not include <" + what + ">; it does no I/O";
  return std::nullopt;
}

std::optional<std::string> library_complaint(const std::string& file, const std::string& what) {
  const std::string room = room_of(file);
  const auto library = std::ranges::find_if(libraries, [&](const Library& one) { return begins(what, one.headers); });
  if (library == libraries.end())
    return what.find('/') == std::string::npos
               ? purity_complaint(file, what)
               : std::optional(file + ": <" + what + "> is of a library that no room has; name it in tests/house/rooms.cpp");
  if (holds(library->where, room) || holds(library->where, file)) return std::nullopt;
  if (is_test(file) && library->name == "the system") return std::nullopt;
  return file + ": " + room + " may not include <" + what + ">; " + std::string(library->name) +
         (library->where.empty() ? " is used nowhere: " : " lives in " + listed(library->where) + ": ") +
         std::string(library->why);
}

}  // namespace

std::vector<Include> includes(const std::string& source) {
  static const std::regex line(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> out;
  std::istringstream stream(source);
  std::smatch match;
  for (std::string text; std::getline(stream, text);)
    if (std::regex_search(text, match, line)) out.push_back({match[2], match[1] == "\""});
  return out;
}

std::string room_of(std::string_view file) {
  if (file == "agent/main.cpp") return "cli";
  if (file.starts_with("vision/")) return "vision";
  if (file.starts_with("drivers/")) return "drivers";
  if (!file.starts_with("agent/")) return "";
  file.remove_prefix(6);
  const auto slash = file.find('/');
  return slash == std::string_view::npos ? "" : std::string(file.substr(0, slash));
}

std::string plugin_of(std::string_view file) {
  const std::string room = room_of(file);
  if (room != "vision" && room != "drivers") return "";
  const auto slash = file.find('/', room.size() + 1);
  if (slash == std::string_view::npos) return "";
  const std::string folder(file.substr(0, slash));
  constexpr std::array<std::string_view, 5> shared{"vision/scene", "drivers/av", "drivers/net", "drivers/serial",
                                                   "drivers/sysfs"};
  return holds(shared, std::string_view(folder)) ? "" : folder;
}

std::optional<std::string> complaint(const std::string& file, const Include& include) {
  return include.quoted ? quoted_complaint(file, include.what) : library_complaint(file, include.what);
}

std::vector<std::string> folder_complaints(const std::string& folder, const std::vector<std::string>& files) {
  const std::string name = folder.substr(folder.find('/') + 1);
  std::vector<std::string> wanted{name + ".cpp", name + "_test.cpp"};
  if (folder.starts_with("vision/")) wanted.emplace_back("sample.yaml");
  std::vector<std::string> out;
  for (const auto& file : wanted)
    if (!holds(files, file)) out.push_back(folder + ": " + file + " is missing");
  // What its own files share is private: quoted_complaint() keeps others out.
  if (holds(files, name + ".hpp"))
    out.push_back(folder + ": " + name + ".hpp: a plugin has no header of its name, so that nobody can depend on it");
  return out;
}

std::optional<std::string> head_complaint(const std::string& file, const std::string& source) {
  std::istringstream stream(source);
  std::string first, second;
  std::getline(stream, first);
  std::getline(stream, second);
  if (first != "// SPDX-License-Identifier: Apache-2.0")
    return file + ": the first line must be // SPDX-License-Identifier: Apache-2.0";
  if (!second.starts_with("// ") || second.size() < 6)
    return file + ": the second line must say in one sentence what the file is";
  return std::nullopt;
}

std::vector<std::string> listed_plugins(const std::string& def) {
  static const std::regex line(R"(^KUZET_[A-Z]+\((\w+)\))");
  std::vector<std::string> out;
  std::istringstream stream(def);
  std::smatch match;
  for (std::string text; std::getline(stream, text);)
    if (std::regex_search(text, match, line)) out.push_back(match[1]);
  return out;
}

}  // namespace kuzet::house
