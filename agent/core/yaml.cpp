// SPDX-License-Identifier: Apache-2.0
// The settings reader: the only file that knows yaml-cpp, used for its events so that line and column are kept and nothing expands.
#include "agent/core/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace kuzet {

namespace {

constexpr std::size_t most_values = 100'000;
constexpr std::size_t most_levels = 64;

/// Ends the parse early; caught in read_yaml alone.
struct Refused {};

class Builder final : public YAML::EventHandler {
 public:
  Builder(const Environment& environment, Faults& faults) : environment_(environment), faults_(faults) {}
  Node root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { put(Node{Node::Type::nothing, place(mark), {}, false, {}, {}}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(place(mark), "aliases (*name) are not allowed: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (expects_key()) return take_key(place(mark), value);
    Node node{Node::Type::scalar, place(mark), filled(place(mark), value), tag == "!", {}, {}};
    const bool null_word = !node.quoted && (value.empty() || value == "~" || value == "null");
    if (null_word) node.type = Node::Type::nothing;
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(Node{Node::Type::sequence, place(mark), {}, false, {}, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(Node{Node::Type::map, place(mark), {}, false, {}, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    std::optional<Node::Member> waiting;  // a key whose value has not come yet
  };

  static Place place(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

  [[noreturn]] void refuse(Place at, const std::string& what) {
    faults_.add(at, "", what);
    throw Refused{};
  }

  bool expects_key() const { return !stack_.empty() && stack_.back().node.type == Node::Type::map && !stack_.back().waiting; }

  void take_key(Place at, const std::string& key) {
    auto& level = stack_.back();
    if (const auto twice = std::ranges::find(level.node.members, key, &Node::Member::key); twice != level.node.members.end())
      faults_.add(at, key, "this key stands here twice (first in line " + std::to_string(twice->at.line) + ")");
    level.waiting = Node::Member{key, at, {}};
  }

  void put(Node node) {
    if (++values_ > most_values) refuse(node.at, "more than " + std::to_string(most_values) + " values: this is no configuration");
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
    if (expects_key()) refuse(node.at, "a key must be a word, not a list or a map");
    if (stack_.size() >= most_levels) refuse(node.at, "more than " + std::to_string(most_levels) + " levels: this is no configuration");
    stack_.push_back({std::move(node), std::nullopt});
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
      if (end == std::string::npos) break;
      const std::string name = value.substr(start + 2, end - start - 2);
      const auto found = environment_(name);
      if (!found) faults_.add(at, "", "${" + name + "} is not set in the environment");
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
  std::istringstream stream(text);
  Builder builder(environment, faults);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return {};
    if (parser) {
      Builder second(environment, faults);
      if (parser.HandleNextDocument(second)) faults.add(second.root.at, "", "a second document (---) begins here; there may be one only");
    }
  } catch (const Refused&) {
    return {};
  } catch (const YAML::Exception& broken) {
    faults.add({broken.mark.line + 1, broken.mark.column + 1}, "", "not YAML: " + broken.msg);
    return {};
  }
  return std::move(builder.root);
}

}  // namespace kuzet
