// SPDX-License-Identifier: Apache-2.0
// The board itself as a sensor: heat, supply, wear of its card, memory, disk, load and clock, as far as it tells.
#include "drivers/sysfs/health.hpp"
#include "drivers/channels.hpp"
#include "drivers/sysfs/asked.hpp"

#include <vector>

namespace kuzet::drivers {

namespace {

namespace s = settings;
using namespace std::chrono_literals;

struct Settings : DeviceSettings {
  std::string root = "/sys";
  std::string proc = "/proc";
  std::string path = "/var/lib/kuzet";
  std::string zone;
  Duration every = 30s;
};

const Schema<Settings>& schema() {
  static const Schema<Settings> schema{
      s::text<Settings>("path", &Settings::path, "A folder on the file system whose free space is told."),
      s::text<Settings>("zone", &Settings::zone, "Type of the thermal zone that is told; without it, the processor's."),
      s::duration<Settings>("every", &Settings::every, {1s, 24h}, "How often it is looked at."),
      s::text<Settings>("root", &Settings::root, "Where the kernel tells of its devices."),
      s::text<Settings>("proc", &Settings::proc, "Where the kernel tells of its processes."),
      known_readings<Settings>(),
  };
  return schema;
}

const std::vector<Channel>& channels() {
  const auto flag = [](const char* name) {
    return Channel{.name = name, .unit = "", .scale = 1, .offset = 0, .least = 0.0, .most = 1.0, .flat = {}, .deadband = 0.5};
  };
  const auto figure = [](const char* name, const char* unit, std::optional<double> least, std::optional<double> most) {
    return Channel{
        .name = name, .unit = unit, .scale = 1, .offset = 0, .least = least, .most = most, .flat = {}, .deadband = {}};
  };
  static const std::vector<Channel> own{
      figure("cpu_temperature", "degC", -60, 150),
      flag("undervoltage"),
      flag("undervoltage_since_boot"),
      flag("throttled"),
      flag("throttled_since_boot"),
      figure("card_wear", "%", 0, 110),
      figure("card_warning", "", 0, 2),
      figure("memory_free", "%", 0, 100),
      figure("disk_free", "%", 0, 100),
      figure("disk_free_space", "GB", 0, {}),
      figure("load", "", 0, {}),
      flag("clock_synced"),
      figure("clock_offset", "ms", {}, {}),
      figure("clock_drift", "ppm", -500, 500),  // what the kernel corrects at most
      figure("uptime", "s", 0, {}),
  };
  return own;
}

class Board final : public sysfs::Asked {
 public:
  explicit Board(const Settings& of) : places_{of.root, of.proc, of.path, of.zone} {}

  Result<sysfs::Answer> ask(const Clock& clock) override {
    const auto figures = read();
    const Moment now = clock.now();
    sysfs::Answer answer;
    std::string lacking;
    for (std::size_t i = 0; i < channels().size(); ++i) {
      const auto found = figures.find(channels()[i].name);
      if (found != figures.end())
        answer.samples.push_back({i, found->second, now});
      else if (!waits(channels()[i].name, figures))
        lacking += (lacking.empty() ? "" : ", ") + channels()[i].name;
    }
    if (!lacking.empty()) answer.about = "this board does not tell: " + lacking;
    if (!words(figures).empty()) answer.about = words(figures) + (lacking.empty() ? "" : "; " + answer.about);
    return answer;
  }

 private:
  [[nodiscard]] board::Figures read() {
    board::Figures figures;
    board::read_temperature(places_, figures);
    board::read_power(places_, seen_, figures);
    board::read_cards(places_, figures);
    board::read_memory(places_, figures);
    board::read_disk(places_, figures);
    board::read_load(places_, figures);
    board::read_clock(figures);
    return figures;
  }

  /// What the board will tell later: nobody knows how far off a clock is that was never set.
  [[nodiscard]] static bool waits(const std::string& name, const board::Figures& figures) {
    return name == "clock_offset" && figures.contains("clock_synced");
  }

  /// What calls for a hand on the board, in words.
  [[nodiscard]] static std::string words(const board::Figures& figures) {
    struct Word {
      std::string_view figure;
      double from;
      std::string_view text;
    };
    static constexpr std::array told{
        Word{"undervoltage", 1, "the supply is too weak"},
        Word{"undervoltage_since_boot", 1, "the supply was too weak since the start"},
        Word{"throttled", 1, "the processor is slowed down by heat or a weak supply"},
        Word{"throttled_since_boot", 1, "the processor was slowed down since the start"},
        Word{"card_warning", 1, "the card's reserve is nearly used up"},
        Word{"card_wear", 110, "the card is beyond its life"},
    };
    std::string out;
    for (const auto& word : told) {
      const auto found = figures.find(word.figure);
      if (found != figures.end() && found->second >= word.from) out += (out.empty() ? "" : "; ") + std::string(word.text);
    }
    return out;
  }

  board::Places places_;
  std::uint32_t seen_ = 0;
};

Device sensor(const Node& entry, const std::string& key, Faults& faults) {
  auto own = std::make_shared<Settings>();
  schema().read(*own, entry, key, faults);
  return {.id = {},
          .line = own->root,
          .channels = known_channels(channels(), entry, key, faults),
          .passages = false,
          .every = own->every,
          .settings = own};
}

}  // namespace

const DeviceType& board_device() {
  static const DeviceType type{.name = "board",
                               .summary = "the board itself: heat, supply, wear of its card, memory, disk, load and clock",
                               .sensor_fields = &schema().fields(),
                               .output_fields = nullptr,
                               .sensor = sensor,
                               .output = nullptr,
                               .open = sysfs::line_of<Board, Settings>};
  return type;
}

}  // namespace kuzet::drivers
