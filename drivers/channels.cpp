// SPDX-License-Identifier: Apache-2.0
// Channels and words of terminals.
#include "drivers/channels.hpp"

#include <algorithm>
#include <set>

namespace kuzet::drivers {

namespace s = settings;

namespace {

bool same_word(std::string_view one, std::string_view other) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, other, {}, small, small);
}

/// A list of words that takes the place of the usual ones.
s::Declared<PassageWords> words(std::string name, std::vector<std::string> PassageWords::*member, std::string help) {
  auto declared = s::texts<PassageWords>(std::move(name), member, std::move(help));
  return {declared.field,
          [read = declared.read, member](PassageWords& target, const Node& node, const std::string& key, Faults& faults) {
            (target.*member).clear();
            read(target, node, key, faults);
          }};
}

/// Only what the entry says: members that it does not name keep what the driver knows.
Channel with(Channel channel, const Node& said, const std::string& key, Faults& faults) {
  channel_schema<Channel>().read(channel, said, key, faults);
  return channel;
}

void check_limits(const Channel& channel, const std::string& key, Place at, Faults& faults) {
  if (channel.least && channel.most && *channel.least >= *channel.most)
    faults.add(at, key + ".most", "must be more than `least`");
  if (channel.scale == 0) faults.add(at, key + ".scale", "must not be 0: every value would be the same");
}

}  // namespace

void check_names(const std::vector<Channel>& channels, const std::string& key, Place at, Faults& faults) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!channels[i].name.empty() && !seen.insert(channels[i].name).second)
      faults.add(at, key + ".readings", "there is a reading \"" + channels[i].name + "\" already");
    check_limits(channels[i], key + ".readings[" + std::to_string(i) + "]", at, faults);
  }
}

std::vector<Channel> known_channels(const std::vector<Channel>& own, const Node& entry, const std::string& key,
                                    Faults& faults) {
  std::vector<Channel> out = own;
  const Node* list = entry.find("readings");
  if (list == nullptr || !s::check_list(*list, key + ".readings", faults)) return out;
  std::vector<std::string> names;
  for (const auto& channel : own) names.push_back(channel.name);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& said = list->items[i];
    const std::string place = key + ".readings[" + std::to_string(i) + "]";
    const Node* name = said.find("name");
    const auto found = std::ranges::find(names, name == nullptr ? std::string() : name->text);
    if (name != nullptr && found == names.end())
      faults.add(name->at, place + ".name",
                 "this sensor does not measure \"" + name->text + "\"" + suggestion(name->text, names));
    if (name != nullptr && !seen.insert(name->text).second)
      faults.add(name->at, place + ".name", "there is a reading \"" + name->text + "\" already");
    Channel scratch;
    Channel& channel = found == names.end() ? scratch : out[static_cast<std::size_t>(found - names.begin())];
    channel = with(channel, said, place, faults);
    check_limits(channel, place, said.at, faults);
  }
  return out;
}

std::optional<Passage::What> PassageWords::what(std::string_view word) const {
  const auto one_of = [word](const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [word](const std::string& known) { return same_word(known, word); });
  };
  for (const auto known : {Passage::What::entry, Passage::What::exit, Passage::What::meal})
    if (name(known) == always) return known;
  if (one_of(entry)) return Passage::What::entry;
  if (one_of(exit)) return Passage::What::exit;
  if (one_of(meal)) return Passage::What::meal;
  return std::nullopt;
}

const Schema<PassageWords>& passage_words_schema() {
  static const Schema<PassageWords> schema{
      words("entry", &PassageWords::entry, "Words by which the terminal says that somebody came in."),
      words("exit", &PassageWords::exit, "Words by which it says that somebody left."),
      words("meal", &PassageWords::meal, "Words by which it says that somebody had a meal."),
      s::choice<PassageWords>("always", &PassageWords::always, {"", "entry", "exit", "meal"},
                              "What every passage at this terminal is, where it has no word for it."),
  };
  return schema;
}

}  // namespace kuzet::drivers
