// SPDX-License-Identifier: Apache-2.0
// The table of what may be changed from afar, and the laying over.
#include "agent/run/remote_settings.hpp"

#include "agent/core/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace kuzet::run {

namespace json = boost::json;

namespace {

constexpr std::string_view of_device = "the device is set up by whoever stands before it";
constexpr std::string_view of_access = "a mistake here cuts the board off from whoever could put it right";
constexpr std::string_view of_switching = "what is switched in the world is decided on the site";
constexpr std::string_view of_identity = "who the board is, is decided on the site";
constexpr std::string_view of_files = "files are the business of whoever is on the board";

constexpr std::array table{
    RemoteSetting{"cpu", true, "how hard the board works is seen in its health"},
    RemoteSetting{"node.name", true, "how people call the place is known in the centre"},
    RemoteSetting{"cameras[].analyse", true, "how often it looks is a matter of load"},
    RemoteSetting{"cameras[].model_rate", true, "how often models are asked is a matter of load"},
    RemoteSetting{"cameras[].offline_after", true, "when somebody is called is decided in the centre"},
    RemoteSetting{"cameras[].clip", true, "how long films are is decided by who looks at them"},
    RemoteSetting{"cameras[].detect[]", true, "limits, times, hours and severities are decided by who answers alerts"},
    RemoteSetting{"cameras[].detect[].enabled", false, "a watch is switched off on the site, or muted for a while by command"},
    RemoteSetting{"cameras[].privacy", true, "zones are only added: more is painted over, never less"},
    RemoteSetting{"cameras[].persons", true, "only to `pixelate`: people can be hidden from afar, never shown"},
    RemoteSetting{"cameras[].zones", false, "zones are drawn by who sees the picture"},
    RemoteSetting{"cameras[].model", false, of_files},
    RemoteSetting{"cameras[]", false, of_device},
    RemoteSetting{"sensors[].offline_after", true, "when somebody is called is decided in the centre"},
    RemoteSetting{"sensors[].rules[]", true, "limits, times and severities are decided by who answers alerts"},
    RemoteSetting{"sensors[]", false, of_device},
    RemoteSetting{"calendars", true, "days and hours are known in the centre"},
    RemoteSetting{"calendars.*.holidays", false, of_files},
    RemoteSetting{"conditions", true, "what counts as dark, hot or late is decided by who answers alerts"},
    RemoteSetting{"rules[]", true, "times and severities are decided by who answers alerts"},
    RemoteSetting{"rules[].when", false, "change the condition that it names"},
    RemoteSetting{"fusion[]", true, "how long witnesses are waited for is decided by who answers alerts"},
    RemoteSetting{"fusion[].alarm", false, "change the condition that it names"},
    RemoteSetting{"fusion[].sensor", false, "change the condition that it names"},
    RemoteSetting{"access[].limit", true, "how many may be inside is decided in the centre"},
    RemoteSetting{"access[].calendar", true, "when it is open is known in the centre"},
    RemoteSetting{"access[].hours", true, "when it is open is known in the centre"},
    RemoteSetting{"access[].grace", true, "when it is open is known in the centre"},
    RemoteSetting{"access[].silent", true, "when somebody is called is decided in the centre"},
    RemoteSetting{"access[]", false, of_device},
    RemoteSetting{"uplink", false, of_access},
    RemoteSetting{"store", false, "what is kept must not be lost by a word from afar"},
    RemoteSetting{"trial", false, "it guards against mistakes that come from afar"},
    RemoteSetting{"node", false, of_identity},
    RemoteSetting{"outputs", false, of_switching},
    RemoteSetting{"answers", false, of_switching},
    RemoteSetting{"arming", false, "commands arm and disarm"},
};

/// What names an entry of a list; entries are found by these and never added.
struct Named {
  std::string_view list;
  std::array<std::string_view, 3> by;
};
constexpr std::array named{
    Named{"cameras[]", {"id"}},
    Named{"cameras[].detect[]", {"type", "zone"}},
    Named{"sensors[]", {"id"}},
    Named{"sensors[].rules[]", {"name", "reading", "kind"}},
    Named{"rules[]", {"name", "source", "kind"}},
    Named{"fusion[]", {"camera", "kind", "zone"}},
    Named{"access[]", {"id"}},
};

/// Maps that are changed member by member.
constexpr std::array<std::string_view, 5> maps{"node", "cameras[].clip", "calendars", "calendars.*", "conditions"};

bool is_at_or_below(std::string_view key, std::string_view above) {
  return key.starts_with(above) && (key.size() == above.size() || key[above.size()] == '.' || key[above.size()] == '[');
}

const RemoteSetting* line_of(std::string_view key) {
  const RemoteSetting* best = nullptr;
  for (const auto& one : table)
    if (is_at_or_below(key, one.key) && (best == nullptr || one.key.size() > best->key.size())) best = &one;
  return best;
}

const Named* names_in(std::string_view list) {
  const auto found = std::ranges::find(named, list, &Named::list);
  return found == named.end() ? nullptr : &*found;
}

Node node_of(const json::value& value) {
  Node out;
  if (value.is_object()) {
    out.type = Node::Type::map;
    for (const auto& member : value.get_object())
      out.members.push_back({std::string(member.key()), {}, node_of(member.value())});
  } else if (value.is_array()) {
    out.type = Node::Type::sequence;
    for (const auto& one : value.get_array()) out.items.push_back(node_of(one));
  } else if (!value.is_null()) {
    out.type = Node::Type::scalar;
    out.quoted = value.is_string();
    out.text = value.is_string() ? std::string(value.get_string()) : json_text(value);
  }
  return out;
}

std::string text_in(const Node& entry, std::string_view member) {
  const Node* found = entry.find(member);
  return found == nullptr ? std::string() : found->text;
}

std::string name_of(const Node& entry, const Named& by) {
  std::string out;
  for (const auto member : by.by)
    if (const auto word = member.empty() ? std::string() : text_in(entry, member); !word.empty())
      out += (out.empty() ? "" : "/") + word;
  return out;
}

class Layer {
 public:
  std::vector<Fault> faults;

  /// `key` fits the table, `shown` the eye.
  void map(Node& base, const json::object& over, const std::string& key, const std::string& shown) {
    for (const auto& member : over) {
      const std::string name(member.key());
      const bool free_name = key == "calendars" || key == "conditions";
      const auto join = [](const std::string& a, const std::string& b) { return a.empty() ? b : a + "." + b; };
      value(base, name, member.value(), join(key, free_name ? "*" : name), join(shown, name));
    }
  }

 private:
  void wrong(const std::string& shown, const std::string& what) { faults.push_back({{}, shown, what}); }

  static Node& place_for(Node& base, const std::string& name) {
    base.type = Node::Type::map;
    const auto found = std::ranges::find(base.members, name, &Node::Member::key);
    return found != base.members.end() ? found->value : base.members.emplace_back(Node::Member{name, {}, {}}).value;
  }

  void value(Node& base, const std::string& name, const json::value& over, const std::string& key, const std::string& shown) {
    if (const auto* by = names_in(key + "[]")) return entries(base, name, over, *by, shown);
    const auto* line = line_of(key);
    const bool container = over.is_object() && (std::ranges::find(maps, key) != maps.end() || key.starts_with("conditions."));
    if (!container && (line == nullptr || !line->may))
      return wrong(shown, "may not be set from afar: " +
                              std::string(line == nullptr ? "only what is in the list of such settings may be" : line->why));
    if (key == "cameras[].persons" && over != "pixelate") return wrong(shown, "may be set from afar to `pixelate` alone");
    if (key == "cameras[].privacy") return add(base, name, over, shown);
    if (container) return map(place_for(base, name), over.get_object(), key, shown);
    place_for(base, name) = node_of(over);
  }

  void add(Node& base, const std::string& name, const json::value& over, const std::string& shown) {
    if (!over.is_array()) return wrong(shown, "must be a list of zones, which are added to those that are there");
    Node& list = place_for(base, name);
    list.type = Node::Type::sequence;
    for (const auto& one : over.get_array()) list.items.push_back(node_of(one));
  }

  void entries(Node& base, const std::string& name, const json::value& over, const Named& by, const std::string& shown) {
    if (!over.is_array()) return wrong(shown, "must be a list");
    for (std::size_t i = 0; i < over.get_array().size(); ++i) {
      const auto& one = over.get_array()[i];
      const std::string place = shown + "[" + std::to_string(i) + "]";
      if (!one.is_object()) {
        wrong(place, "must be an object that names what it changes");
        continue;
      }
      if (Node* found = entry(base, name, node_of(one), by, shown, place))
        settings_of(*found, one.get_object(), by, shown + "[" + name_of(*found, by) + "]");
    }
  }

  /// The one entry that `wanted` names.
  Node* entry(Node& base, const std::string& name, const Node& wanted, const Named& by, const std::string& shown,
              const std::string& place) {
    const std::string wanted_name = name_of(wanted, by);
    if (wanted_name.empty()) {
      wrong(place, "must say by `" + std::string(by.by[0]) + "` what it changes");
      return nullptr;
    }
    const auto list = std::ranges::find(base.members, name, &Node::Member::key);
    std::vector<std::string> known;
    std::vector<Node*> fitting;
    if (list != base.members.end())
      for (auto& one : list->value.items) {
        known.push_back(name_of(one, by));
        if (fits(one, wanted, by)) fitting.push_back(&one);
      }
    if (fitting.size() == 1) return fitting.front();
    if (fitting.empty())
      wrong(place, "there is no \"" + wanted_name + "\" in " + shown + " on this board" + suggestion(wanted_name, known));
    else
      wrong(place, "\"" + wanted_name + "\" names more than one in " + shown + suggestion("", known));
    return nullptr;
  }

  static bool fits(const Node& one, const Node& wanted, const Named& by) {
    return std::ranges::all_of(by.by, [&](std::string_view member) {
      return member.empty() || wanted.find(member) == nullptr || text_in(wanted, member) == text_in(one, member);
    });
  }

  void settings_of(Node& found, json::object over, const Named& by, const std::string& shown) {
    for (const auto member : by.by) over.erase(member);
    map(found, over, std::string(by.list), shown);
  }
};

/// "detect[1]" as its name and its number; no number: -1.
std::pair<std::string, int> taken_apart(const std::string& step) {
  const auto bracket = step.find('[');
  if (bracket == std::string::npos) return {step, -1};
  int number = -1;
  const auto read = std::from_chars(step.data() + bracket + 1, step.data() + step.size(), number);
  if (read.ec != std::errc() || *read.ptr != ']') return {step, -1};  // a name stands there already
  return {step.substr(0, bracket), number};
}

}  // namespace

std::span<const RemoteSetting> remote_settings() { return table; }

std::vector<Fault> lay_over(Node& root, const json::object& settings) {
  Node changed = root;
  Layer layer;
  layer.map(changed, settings, "", "");
  if (layer.faults.empty()) root = std::move(changed);
  return std::move(layer.faults);
}

std::string with_names(const Node& root, const std::string& key) {
  std::string out, way;
  const Node* here = &root;
  for (std::size_t from = 0; from <= key.size();) {
    const auto end = std::min(key.find('.', from), key.size());
    const auto [name, number] = taken_apart(key.substr(from, end - from));
    way += (way.empty() ? "" : ".") + name + (number < 0 ? "" : "[]");
    out += (out.empty() ? "" : ".") + name;
    here = here == nullptr ? nullptr : here->find(name);
    if (number >= 0) {
      const auto place = static_cast<std::size_t>(number);
      here = here != nullptr && place < here->items.size() ? &here->items[place] : nullptr;
      const auto* by = names_in(way);
      const std::string called = here != nullptr && by != nullptr ? name_of(*here, *by) : "";
      out += "[" + (called.empty() ? std::to_string(number) : called) + "]";
    }
    from = end + 1;
  }
  return out;
}

}  // namespace kuzet::run
