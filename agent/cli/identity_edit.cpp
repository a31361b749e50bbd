// SPDX-License-Identifier: Apache-2.0
// Places of values in the text of a configuration, found by the reader of the configuration itself.
#include "agent/cli/identity_edit.hpp"

#include "agent/core/document.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <system_error>

namespace kuzet::cli {

namespace {

constexpr std::string_view blanks = " \t";

/// As YAML says it: plain where it can only be read as this text.
std::string scalar(const std::string& value, char quote = 0) {
  static const std::regex plain("[A-Za-z/][A-Za-z0-9_./:-]*");
  static const std::array<std::string_view, 9> words{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  const bool safe = std::regex_match(value, plain) && !value.ends_with(':') && std::ranges::find(words, value) == words.end();
  if (quote == 0 && safe) return value;
  if (quote == '\'' && value.find('\'') == std::string::npos) return "'" + value + "'";
  std::string out = "\"";
  for (const char c : value) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string flow_list(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + scalar(value);
  return "[" + out + "]";
}

/// The text, and the changes to it, which are made together at the end.
class Text {
 public:
  explicit Text(const std::string& text) : text_(text) {
    newline_ = text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
    const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // yaml-cpp does not count it
    lines_.push_back(mark);
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) lines_.push_back(at + 1);
  }

  [[nodiscard]] const std::string& newline() const { return newline_; }
  [[nodiscard]] std::size_t offset(Place at) const {
    const auto line = static_cast<std::size_t>(std::max(at.line, 1)) - 1;
    return std::min(lines_[std::min(line, lines_.size() - 1)] + static_cast<std::size_t>(std::max(at.column, 1)) - 1,
                    text_.size());
  }
  [[nodiscard]] char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  [[nodiscard]] bool flow(const Node& node) const { return at(offset(node.at)) == (node.type == Node::Type::map ? '{' : '['); }
  /// Before the line's end.
  [[nodiscard]] std::size_t line_end(std::size_t offset) const {
    const auto end = std::min(text_.find('\n', offset), text_.size());
    return end > offset && text_[end - 1] == '\r' ? end - 1 : end;
  }

  /// Behind the scalar that begins here.
  [[nodiscard]] std::size_t scalar_end(std::size_t from, bool in_flow) const {
    const char quote = at(from);
    if (quote == '"' || quote == '\'') return quoted_end(from, quote);
    const auto line = line_end(from);
    auto end = from;
    while (end < line && !(at(end) == '#' && end > from && blanks.find(at(end - 1)) != std::string_view::npos) &&
           !(in_flow && std::string_view(",]}").find(at(end)) != std::string_view::npos))
      ++end;
    while (end > from && blanks.find(at(end - 1)) != std::string_view::npos) --end;
    return end;
  }

  /// Behind the bracket that closes a list, past blanks, comments and a last comma; 0 where there is none.
  [[nodiscard]] std::size_t list_end(std::size_t from) const {
    for (auto i = from; i < text_.size(); ++i) {
      if (text_[i] == ']') return i + 1;
      if (text_[i] == '#') i = line_end(i);
    }
    return 0;
  }

  void change(std::size_t from, std::size_t to, std::string with) { changes_.push_back({from, to, std::move(with)}); }
  void value(const Node& node, bool in_flow, const std::string& with) {
    if (node.text == with) return;
    const auto from = offset(node.at);
    const char quote = at(from) == '"' || at(from) == '\'' ? at(from) : '\0';
    change(from, scalar_end(from, in_flow), scalar(with, quote));
  }

  /// All changes at once; of two at the same place the first stands first.
  [[nodiscard]] std::string changed() const {
    auto last_first = changes_;
    std::ranges::reverse(last_first);
    std::ranges::stable_sort(last_first, std::ranges::greater(), &Change::from);
    std::string out = text_;
    for (const auto& one : last_first) out.replace(one.from, one.to - one.from, one.with);
    return out;
  }

 private:
  struct Change {
    std::size_t from, to;
    std::string with;
  };

  [[nodiscard]] std::size_t quoted_end(std::size_t from, char quote) const {
    for (auto i = from + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && quote == '"')
        ++i;
      else if (text_[i] == quote && quote == '\'' && at(i + 1) == quote)
        ++i;
      else if (text_[i] == quote)
        return i + 1;
    }
    return text_.size();
  }

  const std::string& text_;
  std::string newline_;
  std::vector<std::size_t> lines_;  // where each begins
  std::vector<Change> changes_;
};

std::string indent(Place at) { return std::string(static_cast<std::size_t>(std::max(at.column, 1)) - 1, ' '); }

/// Item by item, so that what is said beside one stays beside it.
void write_servers(Text& text, const Node& list, bool in_flow, const std::vector<std::string>& servers) {
  const bool flow = in_flow || text.flow(list);
  const auto end_of = [&](std::size_t i) { return text.scalar_end(text.offset(list.items[i].at), flow); };
  const auto kept = std::min(list.items.size(), servers.size());
  for (std::size_t i = 0; i < kept; ++i) text.value(list.items[i], flow, servers[i]);
  if (list.items.size() > kept) {
    const auto from = end_of(kept - 1), to = end_of(list.items.size() - 1);
    text.change(flow ? from : text.line_end(from), flow ? to : text.line_end(to), "");
  }
  std::string more;
  for (std::size_t i = kept; i < servers.size(); ++i)
    more += flow ? ", " + scalar(servers[i]) : text.newline() + indent(list.at) + "- " + scalar(servers[i]);
  const auto last = end_of(list.items.size() - 1);
  if (!more.empty()) text.change(flow ? last : text.line_end(last), flow ? last : text.line_end(last), more);
}

void write_identity(Text& text, const Node& uplink, bool in_flow, const std::string& folder) {
  if (const auto* there = uplink.find("identity")) return text.value(*there, in_flow, folder);
  const auto& list = *uplink.find("servers");
  auto end = text.scalar_end(text.offset(list.items.back().at), in_flow || text.flow(list));
  if (in_flow || text.flow(list)) end = text.list_end(end);
  if (in_flow) return text.change(end, end, ", identity: " + scalar(folder));
  end = text.line_end(end);
  text.change(end, end, text.newline() + indent(uplink.members.front().at) + "identity: " + scalar(folder));
}

/// The block that is missing.
void write_uplink(Text& text, const std::string& all, const Node& root, const Enrolled& enrolled) {
  const auto servers = "servers: " + flow_list(enrolled.servers), identity = "identity: " + scalar(enrolled.identity);
  const auto first = text.offset(root.at) + 1;
  if (text.flow(root)) return text.change(first, first, "uplink: {" + servers + ", " + identity + "}, ");
  const auto before = indent(root.members.front().at), line = text.newline();
  const auto gap = (all.ends_with('\n') ? "" : line) + line;
  text.change(all.size(), all.size(),
              gap + before + "uplink:" + line + before + "  " + servers + line + before + "  " + identity + line);
}

/// The same settings, wherever in the file.
bool same(const Node& a, const Node& b) {
  if (a.type != b.type || a.text != b.text || a.items.size() != b.items.size() || a.members.size() != b.members.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i])) return false;
  return std::ranges::all_of(a.members, [&](const Node::Member& member) {
    const auto* other = b.find(member.key);
    return other != nullptr && same(member.value, *other);
  });
}

Node text_node(const std::string& text) { return {Node::Type::scalar, {}, text, false, {}, {}}; }

void set(Node& map, const std::string& key, Node value) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  if (found == map.members.end())
    map.members.push_back({key, {}, std::move(value)});
  else
    found->value = std::move(value);
}

/// What the edited text must mean.
Node expected(Node root, const Enrolled& enrolled) {
  Node node = *root.find("node");
  set(node, "id", text_node(enrolled.node));
  set(node, "site", text_node(enrolled.site));
  Node uplink = root.find("uplink") == nullptr ? Node{Node::Type::map, {}, {}, false, {}, {}} : *root.find("uplink");
  Node servers{Node::Type::sequence, {}, {}, false, {}, {}};
  for (const auto& one : enrolled.servers) servers.items.push_back(text_node(one));
  set(uplink, "servers", std::move(servers));
  set(uplink, "identity", text_node(enrolled.identity));
  set(root, "node", std::move(node));
  set(root, "uplink", std::move(uplink));
  return root;
}

/// ${NAME} stands for itself: what it means is not of interest here.
std::optional<Node> read(const std::string& text) {
  Faults faults("");
  auto root = read_yaml(
      text, [](std::string_view name) { return "${" + std::string(name) + "}"; }, faults);
  if (!faults.none() || root.type != Node::Type::map) return std::nullopt;
  return root;
}

bool has_list(const Node& map, const char* key) {
  const auto* list = map.find(key);
  return list != nullptr && list->type == Node::Type::sequence && !list->items.empty();
}

}  // namespace

Result<std::string> with_identity(const std::string& all, const Enrolled& enrolled) {
  const Error unable{Code::config, "the file is written in a way in which its settings cannot be exchanged one by one"};
  const auto root = read(all);
  const auto* node = root ? root->find("node") : nullptr;
  if (node == nullptr || node->find("id") == nullptr || node->find("site") == nullptr) return unable;
  Text text(all);
  const bool flow = text.flow(*root);
  const bool node_flow = flow || text.flow(*node);
  text.value(*node->find("id"), node_flow, enrolled.node);
  text.value(*node->find("site"), node_flow, enrolled.site);
  if (const auto* uplink = root->find("uplink")) {
    if (!has_list(*uplink, "servers")) return unable;
    const bool uplink_flow = flow || text.flow(*uplink);
    write_servers(text, *uplink->find("servers"), uplink_flow, enrolled.servers);
    write_identity(text, *uplink, uplink_flow, enrolled.identity);
  } else {
    write_uplink(text, all, *root, enrolled);
  }
  auto out = text.changed();
  const auto again = read(out);
  if (!again || !same(*again, expected(*root, enrolled))) return unable;
  return out;
}

std::string by_hand(const Enrolled& enrolled) {
  return "node: {id: " + scalar(enrolled.node) + ", site: " + scalar(enrolled.site) +
         "}\nuplink:\n  servers: " + flow_list(enrolled.servers) + "\n  identity: " + scalar(enrolled.identity) + "\n";
}

}  // namespace kuzet::cli
