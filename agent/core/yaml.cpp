// SPDX-License-Identifier: Apache-2.0
// The settings reader: the only file that knows yaml-cpp, used for its events so that line and column are kept and nothing
// expands.
#include "agent/core/document.hpp"
#include "agent/core/lookalikes.hpp"
#include "agent/core/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

namespace kuzet {

namespace {

constexpr std::size_t most_bytes = 2 << 20;
constexpr std::size_t most_values = 100'000;
constexpr std::size_t most_levels = 64;

/// Ends the parse early; caught in read_yaml alone.
struct Refused {};

/// What is read where nothing stands.
Node nothing() { return {Node::Type::nothing, {1, 1}, {}, false, {}, {}}; }

bool is_control(char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7f'; }

/// Whether this can be a settings file at all; otherwise the fault says where it cannot.
bool is_text(std::string_view text, Faults& faults) {
  if (text.size() > most_bytes) {
    faults.add({1, 1}, "", "not a configuration: larger than 2 MiB");
    return false;
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    faults.add({1, 1}, "", "not UTF-8: this is UTF-16 (some editors call it Unicode); save the file as UTF-8");
    return false;
  }
  Place at{1, 1};
  bool indentation = true;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0 || is_control(text[i])) {
      faults.add(at, "", length == 0 ? "not UTF-8: save the file in this encoding" : "control characters are not allowed");
      return false;
    }
    const std::string_view letter = text.substr(i, length);
    if (indentation && i > 0 && length > 1 && plain_letters(letter).find_first_not_of(' ') == std::string::npos) {
      faults.add(at, "", "a space that is no plain one, as web pages and word processors have it, stands here: write it anew");
      return false;
    }
    indentation = text[i] == '\n' || (indentation && text[i] == ' ');
    at = text[i] == '\n' ? Place{at.line + 1, 1} : Place{at.line, at.column + static_cast<int>(length)};
    i += length;
  }
  return true;
}

/// Where a tab stands before the first word of a line, from 1; 0 where none does. `line` counts from 0.
int tab_before(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const auto blanks = text.substr(0, text.find_first_not_of(" \t"));
  return static_cast<int>(blanks.find('\t') + 1);
}

/// From 1; yaml-cpp has no place for some of what it says at the end of a file.
Place place(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

/// What yaml-cpp says, in words for whoever wrote the file.
std::string in_plain_words(const std::string& said) {
  namespace msg = YAML::ErrorMsg;
  static const std::map<std::string, std::string> words{
      {msg::MAP_VALUE,
       "a colon makes no sense here: the line is indented otherwise than those above, or its text needs quotes"},
      {msg::MAP_KEY, "a key makes no sense here: the line is indented otherwise than those above"},
      {msg::BLOCK_ENTRY, "a list makes no sense here: the line is indented otherwise than those above"},
      {msg::END_OF_MAP, "the line is indented otherwise than those above, or a colon with a blank behind it is missing"},
      {msg::END_OF_SEQ, "the line is indented otherwise than the list above, or its dash is missing"},
      {msg::END_OF_MAP_FLOW, "a { is never closed, or a comma is missing"},
      {msg::END_OF_SEQ_FLOW, "a [ is never closed, or a comma is missing"},
      {msg::FLOW_END, "a bracket is closed that was not opened"},
      {msg::UNKNOWN_TOKEN, "no value begins with this character: put it in quotes"},
      {msg::TAB_IN_INDENTATION, "a tab stands where YAML takes only spaces"},
  };
  const auto found = words.find(said);
  return found == words.end() ? said : found->second;
}

/// Makes the tree from yaml-cpp's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Environment& environment, Faults& faults) : environment_(environment), faults_(faults) {}
  Node root = nothing();

  /// Tells what yaml-cpp could not read.
  void broken(const YAML::Exception& error, std::string_view text) {
    if (const int column = tab_before(text, error.mark.line); column > 0)
      return faults_.add({error.mark.line + 1, column}, way(), "not YAML: a tab stands here, where YAML takes only spaces");
    if (error.msg != YAML::ErrorMsg::DOC_IN_SCALAR)
      return faults_.add(place(error.mark), way(), "not YAML: " + in_plain_words(error.msg));
    Place at{1, 1};
    if (!stack_.empty()) at = stack_.back().waiting ? stack_.back().waiting->at : stack_.back().node.at;
    faults_.add(at, way(), "not YAML: a quote is opened in this value and never closed");
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    put(Node{Node::Type::nothing, place(mark), {}, false, {}, {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(place(mark), "aliases (*name) are not allowed: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (expects_key()) return take_key(place(mark), value);
    Node node{Node::Type::scalar, place(mark), filled(place(mark), value), tag == "!", {}, {}};
    refuse_tag(tag, node.at);
    const bool null_word =
        !node.quoted && (value.empty() || value == "~" || value == "null" || value == "Null" || value == "NULL");
    if (null_word) node.type = Node::Type::nothing;
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    refuse_tag(tag, place(mark));
    open(Node{Node::Type::sequence, place(mark), {}, false, {}, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    refuse_tag(tag, place(mark));
    open(Node{Node::Type::map, place(mark), {}, false, {}, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    std::optional<Node::Member> waiting = std::nullopt;  // a key whose value has not come yet
    std::map<std::string, int> lines = {};               // where each key stands
  };

  /// The way to the value that is being read: "cameras[0].zones.bins".
  [[nodiscard]] std::string way() const {
    std::string out;
    for (const auto& level : stack_)
      if (level.node.type == Node::Type::sequence)
        out += "[" + std::to_string(level.node.items.size()) + "]";
      else if (level.waiting)
        out += (out.empty() ? "" : ".") + level.waiting->key;
    return out;
  }

  [[noreturn]] void refuse(Place at, const std::string& what) {
    faults_.add(at, way(), what);
    throw Refused{};
  }

  /// "?" and "!" are yaml-cpp's own, for plain and for quoted values.
  void refuse_tag(const std::string& tag, Place at) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(at, "tags (!name) are not allowed: write the value alone");
  }

  bool expects_key() const { return !stack_.empty() && stack_.back().node.type == Node::Type::map && !stack_.back().waiting; }

  void take_key(Place at, const std::string& key) {
    auto& level = stack_.back();
    const auto [first, fresh] = level.lines.try_emplace(key, at.line);
    level.waiting = Node::Member{key, at, {}};
    if (!fresh) faults_.add(at, way(), "this key stands here twice (first in line " + std::to_string(first->second) + ")");
  }

  void put(Node node) {
    if (++values_ > most_values)
      refuse(node.at, "more than " + std::to_string(most_values) + " values: this is no configuration");
    if (stack_.empty()) {
      root = std::move(node);
      return;
    }
    auto& level = stack_.back();
    if (level.node.type == Node::Type::sequence) {
      level.node.items.push_back(std::move(node));
    } else if (level.waiting) {
      level.waiting->value = std::move(node);
      level.node.members.push_back(std::move(*level.waiting));
      level.waiting.reset();
    } else {
      refuse(node.at, "a key must be a word");
    }
  }

  void open(Node node) {
    if (expects_key()) refuse(node.at, "a key must be a word, not a list or a map; or a bracket is not closed");
    if (stack_.size() >= most_levels)
      refuse(node.at, "more than " + std::to_string(most_levels) + " levels: this is no configuration");
    stack_.push_back({std::move(node)});
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    put(std::move(node));
  }

  /// The value with each ${NAME} replaced from the environment.
  std::string filled(Place at, const std::string& value) {
    std::string out;
    std::size_t from = 0;
    for (std::size_t start; (start = value.find("${", from)) != std::string::npos;) {
      const std::size_t end = value.find('}', start);
      if (end == std::string::npos) {
        faults_.add(at, way(), "${ without }");
        break;
      }
      const std::string name = value.substr(start + 2, end - start - 2);
      const auto found = environment_(name);
      if (!found) faults_.add(at, way(), "${" + name + "} is not set in the environment");
      if (found) faults_.hide(name, *found);
      out += value.substr(from, start - from) + found.value_or("");
      from = end + 1;
    }
    return out + value.substr(from);
  }

  const Environment& environment_;
  Faults& faults_;
  std::vector<Level> stack_;
  std::size_t values_ = 0;
};

}  // namespace

Node read_yaml(const std::string& text, const Environment& environment, Faults& faults) {
  if (!is_text(text, faults)) return nothing();
  // Without an end mark yaml-cpp takes all the rest of the file for the text of a quote that is never closed.
  std::istringstream stream(text + (text.ends_with('\n') ? "...\n" : "\n...\n"));
  Builder builder(environment, faults);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return nothing();
    if (parser) {
      Builder second(environment, faults);
      if (parser.HandleNextDocument(second))
        faults.add(second.root.at, "", "a second document (---) begins here; there may be one only");
    }
  } catch (const Refused&) {
    return nothing();
  } catch (const YAML::Exception& broken) {
    builder.broken(broken, text);
    return nothing();
  }
  return builder.root.type == Node::Type::nothing ? nothing() : std::move(builder.root);
}

}  // namespace kuzet
